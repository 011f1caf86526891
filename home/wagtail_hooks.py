"""What the site as a whole adds to Wagtail's admin: a table of contents, the work is done in home.admin."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.snippets.models import register_snippet

from home.admin import checking, checking_report, guide, site
from home.admin.checking_report import ToCheckPanel
from home.admin.members import MENU_HOOK, MemberViewSet
from home.admin.translations import TranslationsPanel

register_snippet(site.SiteGroup)
register_snippet(MemberViewSet)
site.name_columns_of_sites()

hooks.register("register_admin_urls", checking_report.urls)
hooks.register("register_reports_menu_item", checking_report.menu_item)
hooks.register("register_admin_urls", guide.urls)
hooks.register("register_help_menu_item", guide.menu_item)
hooks.register("construct_help_menu", guide.without_wagtails_own)
hooks.register("register_log_actions", checking.register_log_action)
hooks.register(MENU_HOOK, site.settings_item)
hooks.register("construct_settings_menu", site.without_site_settings)


@hooks.register("construct_homepage_panels")
def dashboard(request: HttpRequest, panels: list[Component]) -> None:
    """What is to be done comes before what was done."""
    panels += [ToCheckPanel(), TranslationsPanel()]


@hooks.register("insert_global_admin_js")
def labels() -> str:
    """Labels that Wagtail writes in English whatever the language."""
    return format_html('<script src="{}"></script>', static("home/admin.js"))


@hooks.register("insert_global_admin_css")
def style() -> str:
    """The site's name in place of the logo."""
    return format_html('<link rel="stylesheet" href="{}">', static("home/admin.css"))
