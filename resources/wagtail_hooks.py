"""What this app adds to the admin."""

from wagtail.snippets.models import register_snippet

from resources.admin import ThesaurusGroup
from resources.record_admin import DocumentationGroup

register_snippet(DocumentationGroup)
register_snippet(ThesaurusGroup)
