"""What this app adds to the admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from search import reader_queries_admin
from search.promotions_admin import PromotedResultViewSet

register_snippet(PromotedResultViewSet)

hooks.register("register_admin_urls", reader_queries_admin.urls)
hooks.register("register_reports_menu_item", reader_queries_admin.menu_item)
