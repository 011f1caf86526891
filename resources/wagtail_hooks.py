"""What this app adds to the admin."""

from wagtail.snippets.models import register_snippet

from resources.admin import ThesaurusGroup

register_snippet(ThesaurusGroup)
