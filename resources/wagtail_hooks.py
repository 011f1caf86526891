"""What this app adds to the admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from resources import bulk_edit, dashboard, duplicate_views, file_views, import_views, merge_views
from resources.admin import ThesaurusGroup
from resources.exchange import importing
from resources.record_admin import DocumentationGroup

register_snippet(DocumentationGroup)
register_snippet(ThesaurusGroup)

hooks.register("construct_homepage_panels", dashboard.add_records)
hooks.register("register_bulk_action", bulk_edit.IndexRecords)
hooks.register("register_log_actions", importing.register_log_action)
hooks.register("register_admin_urls", duplicate_views.admin_urls)
hooks.register("register_admin_urls", file_views.admin_urls)
hooks.register("register_admin_urls", import_views.admin_urls)
hooks.register("register_admin_urls", merge_views.admin_urls)
hooks.register("register_snippet_listing_buttons", duplicate_views.listing_buttons)
hooks.register("register_snippet_listing_buttons", merge_views.listing_buttons)
