"""What the translation adds to Wagtail's admin; registered in cms.wagtail_hooks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail_localize.models import Translation
from wagtail_localize.views import edit_translation

from cms.translation import guards, trees, views


def admin_urls() -> list[URLPattern]:
    """Guarded views in the places of wagtail-localize's, and our own."""
    return [*guards.urls, *views.urls]


def edit_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """before_edit_page, ahead of wagtail-localize's: a fallback with a draft has the translation editor."""
    translation = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
    ).first()
    if translation is None:
        return None
    if request.method == "POST" and page.permissions_for_user(request.user).page_locked():
        messages.error(request, _("This page is locked: it is in review or somebody locked it."))
        return redirect("wagtailadmin_pages:edit", page.pk)
    if page.alias_of_id:
        return edit_translation.edit_translation(request, translation, page)
    return None


def create_fallbacks(request: HttpRequest, page: Page) -> None:
    """after_create_page, behind wagtail-localize's: aliases in the languages that it did not reach."""
    trees.create_fallbacks(page)


def refuse_conversion(request: HttpRequest, page: Page) -> HttpResponse | None:
    """before_convert_alias_page: a fallback becomes a page by translation, never with its source's text as its own."""
    if not page.alias_of_id or page.alias_of.locale_id == page.locale_id:
        return None
    messages.error(request, _("This page stands in for a translation: translate it instead."))
    return redirect("wagtailadmin_pages:edit", page.pk)


def report_menu_item() -> MenuItem:
    """register_reports_menu_item."""
    return MenuItem(
        _("Translations to do"),
        reverse("cms_translation_report"),
        name="translations-to-do",
        icon_name="globe",
        order=8990,
    )
