"""What the foundations add to Wagtail's admin: a table of contents, the work is done where it belongs."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from cms import admin_api, media_admin, refusals, rich_text, superusers
from cms.office_admin import OfficeViewSet
from cms.preview import sharing
from cms.preview import views as preview_views
from cms.translation import admin as translation
from cms.translation import guards
from cms.webhooks import admin as webhooks

register_snippet(OfficeViewSet)

hooks.register("construct_admin_api", admin_api.without_actions)
hooks.register("register_rich_text_features", rich_text.register_features, order=1)

# Before wagtail-localize's own (order 0), so that its views are never reached unguarded.
hooks.register("register_admin_urls", translation.admin_urls, order=-1)
hooks.register("before_edit_page", translation.edit_page, order=-1)
hooks.register("construct_page_action_menu", guards.without_what_takes_publishing)
hooks.register("before_convert_alias_page", translation.refuse_conversion)
# After wagtail-localize's own, which makes aliases from French.
hooks.register("after_create_page", translation.create_fallbacks, order=1)
hooks.register("before_copy_page", translation.refuse_copy)
hooks.register("after_copy_page", translation.create_fallbacks_of_copies)
hooks.register("after_move_page", translation.tell_moved)
hooks.register("after_unpublish_page", translation.tell_unpublished)
hooks.register("after_delete_page", translation.tell_deleted)
hooks.register("register_reports_menu_item", translation.report_menu_item)
hooks.register("construct_reports_menu", translation.without_upstreams_report)
hooks.register("construct_homepage_panels", media_admin.add_failed_images)
hooks.register("register_log_actions", refusals.register_log_action)
hooks.register("register_admin_urls", preview_views.admin_urls)
hooks.register("register_reports_menu_item", preview_views.menu_item)
hooks.register("register_page_header_buttons", preview_views.header_buttons)
hooks.register("register_log_actions", sharing.register_log_actions)
hooks.register("register_admin_viewset", webhooks.viewset)
hooks.register("register_log_actions", webhooks.register_log_actions)
hooks.register("construct_homepage_panels", webhooks.add_failing)
hooks.register("before_create_user", superusers.refuse)
hooks.register("before_edit_user", superusers.refuse)
hooks.register("before_bulk_action", superusers.refuse_several)


@hooks.register("insert_editor_js")
def keep_what_is_typed() -> str:
    """In every form that Wagtail saves by itself or warns of leaving."""
    return format_html('<script src="{}"></script>', static("cms/autosave.js"))
