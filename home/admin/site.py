"""The menu « Site »: what all pages share."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.contrib.settings.registry import SettingMenuItem
from wagtail.sites.views import IndexView as SitesIndexView
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from home.admin.members import MENU_HOOK
from home.admin.navigation import NavigationViewSet
from home.models import SiteSettings

_COLUMNS_OF_SITES = {"site_name": _("Site name"), "root_page": _("Root page")}


class SiteGroup(SnippetViewSetGroup):
    items = (NavigationViewSet,)
    submenu_hook = MENU_HOOK
    menu_label = _("Site")
    menu_name = "site"
    menu_icon = "site"
    menu_order = 500


def settings_item() -> MenuItem:
    """The site settings in the menu « Site »."""
    return SettingMenuItem(SiteSettings, icon="cog", name="site-settings", order=40)


def without_site_settings(request: HttpRequest, items: list[MenuItem]) -> None:
    """construct_settings_menu: not twice."""
    items[:] = [item for item in items if getattr(item, "model", None) is not SiteSettings]


def name_columns_of_sites() -> None:
    """Wagtail's list of sites calls these columns by their fields, in English whatever the language."""
    for column in SitesIndexView.columns:
        column.label = _COLUMNS_OF_SITES.get(column.name, column.label)
