"""What this app adds to the admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from search import promotions_admin, reader_queries_admin

register_snippet(promotions_admin.PromotedResultViewSet)

hooks.register("register_admin_urls", reader_queries_admin.urls)
hooks.register("register_page_header_buttons", promotions_admin.page_buttons)
hooks.register("register_reports_menu_item", reader_queries_admin.menu_item)
hooks.register("register_snippet_action_menu_item", promotions_admin.action_menu_item)
hooks.register("register_snippet_listing_buttons", promotions_admin.listing_buttons)
