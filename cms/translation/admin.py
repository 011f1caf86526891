"""What the translation adds to Wagtail's admin; registered in cms.wagtail_hooks."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail_localize.models import Translation
from wagtail_localize.views import edit_translation

from cms.translation import following, guards, report, trees, views


def admin_urls() -> list[URLPattern]:
    """Guarded views in the places of wagtail-localize's, and our own."""
    return [*guards.urls, *views.urls, *report.urls]


def edit_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """before_edit_page, ahead of wagtail-localize's: a fallback with a draft has the translation editor."""
    restarts = guards.restarts(request)
    if restarts:
        guards.require(request.user, page, "can_publish")
    translation = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
    ).first()
    if translation is None and not restarts:
        return None
    if request.method == "POST" and page.permissions_for_user(request.user).page_locked():
        messages.error(request, _("This page is locked: it is in review or somebody locked it."))
        return redirect("wagtailadmin_pages:edit", page.pk)
    if translation is not None and page.alias_of_id:
        return edit_translation.edit_translation(request, translation, page)
    return None


def create_fallbacks(request: HttpRequest, page: Page) -> None:
    """after_create_page, behind wagtail-localize's: aliases in the languages that it did not reach."""
    trees.create_fallbacks(page)


def refuse_copy(request: HttpRequest, page: Page) -> HttpResponse | None:
    """before_copy_page: Wagtail would put a French page into the German tree, as French.

    BadRequest without a page to copy into, for which Wagtail looks before its form does.
    """
    chosen = request.POST.get("new_parent_page", "")
    parent = Page.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    if request.method == "POST" and parent is None:
        raise BadRequest(f"new_parent_page: {chosen!r} is not the number of a page.")
    if parent is None or parent.is_root() or parent.locale_id == page.locale_id:
        return None
    messages.error(request, _("A page is copied within its language. For another language, translate it."))
    return redirect("wagtailadmin_pages:copy", page.pk)


def create_fallbacks_of_copies(request: HttpRequest, page: Page, copy: Page) -> None:
    """after_copy_page: a copy is a new page, in every language from the start."""
    for each in Page.objects.descendant_of(copy, inclusive=True).order_by("path"):
        trees.create_fallbacks(each)


def _names(pages: Iterable[Page]) -> str:
    return ", ".join(str(page.locale.get_display_name()) for page in pages)


def tell_moved(request: HttpRequest, page: Page) -> None:
    """after_move_page: whether the other languages came along (cms.translation.following)."""
    page = Page.objects.get(pk=page.pk)
    if left := following.elsewhere(page):
        text = _("Not moved along: %(pages)s (address taken, another place in that language, or not yours to move).")
        messages.warning(request, text % {"pages": _names(left)})
    elif trees.followers(page).exists():
        messages.info(request, _("The page moved in its other languages, too."))


def tell_unpublished(request: HttpRequest, page: Page) -> None:
    """after_unpublish_page: whether the other languages came along."""
    if left := trees.followers(page).filter(live=True):
        messages.warning(request, _("Still published: %(pages)s") % {"pages": _names(left)})
    elif trees.followers(page).exists():
        messages.info(request, _("The page is no longer published in its other languages, either."))


def tell_deleted(request: HttpRequest, page: Page) -> None:
    """after_delete_page: what somebody wrote in other languages is still there."""
    if left := Page.objects.filter(translation_key=page.translation_key).select_related("locale"):
        messages.warning(
            request,
            _("The texts in other languages are kept as drafts; delete those that nobody needs: %(pages)s")
            % {"pages": _names(left)},
        )


def refuse_conversion(request: HttpRequest, page: Page) -> HttpResponse | None:
    """before_convert_alias_page: a fallback becomes a page by translation, never with its source's text as its own."""
    if not page.alias_of_id or page.alias_of.locale_id == page.locale_id:
        return None
    messages.error(request, _("This page stands in for a translation: translate it instead."))
    return redirect("wagtailadmin_pages:edit", page.pk)


def report_menu_item() -> MenuItem:
    """register_reports_menu_item."""
    return MenuItem(
        gettext_lazy("Translations to do"),
        reverse("cms_translation_report"),
        name="translations-to-do",
        icon_name="globe",
        order=8990,
    )


def without_upstreams_report(request: HttpRequest, items: list[MenuItem]) -> None:
    """construct_reports_menu: wagtail-localize's report calls outdated translations up to date; ours replaces it."""
    items[:] = [item for item in items if item.url != reverse("wagtail_localize:translations_report")]
