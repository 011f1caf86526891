"""The admin's own pages about translations."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.models import Locale, Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.translation import guards, review, status
from cms.translation.models import Completeness
from cms.translation.trees import IS_FALLBACK


@require_POST
def submit_for_review(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Sends a translation to whoever approves it."""
    translation = guards.target(request, translation_id)
    page = translation.get_target_instance()
    if not translation.enabled or not review.can_submit(page, request.user):
        raise PermissionDenied
    try:
        review.submit_for_review(translation, request.user)
    except ValidationError:
        messages.error(request, _("Some texts cannot be accepted as they are: see the messages beside them."))
    else:
        messages.success(request, _("“%(page)s” was submitted for review.") % {"page": page.get_admin_display_title()})
    return redirect("wagtailadmin_pages:edit", page.pk)


def confirm(request: HttpRequest, page_id: int) -> HttpResponse:
    """An editor says that an outdated translation still holds."""
    page = get_object_or_404(Page, pk=page_id)
    guards.require(request.user, page, "can_edit")
    if not hasattr(page, "translation_status"):
        raise Http404
    if request.method == "POST":
        status.confirm(page, request.user)
        messages.success(request, _("Noted: this text still holds."))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return _ask(
        request,
        page,
        _("Is this text still valid?"),
        _("Its source has changed since. If the text says the same, confirm it; otherwise bring it up to date."),
        _("Still valid"),
    )


def summary(request: HttpRequest, page_id: int) -> HttpResponse:
    """Marks a translation as a summary with a text of its own, and back."""
    page = get_object_or_404(Page, pk=page_id)
    guards.require(request.user, page, "can_publish")
    translation = status.translation_of(page)
    if translation is None:
        raise Http404
    current = getattr(page, "translation_status", None)
    is_summary = bool(current and current.completeness == Completeness.SUMMARY and not translation.enabled)
    if request.method == "POST":
        if is_summary:
            status.end_summary(page)
            messages.success(request, _("The page is being translated in full again."))
        else:
            status.mark_summary(page, request.user)
            messages.success(request, _("The page is a summary now: write its own short text and publish it."))
        return redirect("wagtailadmin_pages:edit", page.pk)
    if is_summary:
        return _ask(
            request,
            page,
            _("Translate this page in full again?"),
            _("Readers keep the summary until a translation is published."),
            _("Translate in full"),
        )
    explanation = _(
        "A summary has a short text of its own and links to the full version; the source's changes no longer reach it."
    )
    if page.alias_of_id:
        explanation += " " + _("Until you publish it, this language leads to the source.")
    return _ask(request, page, _("Make this page a summary?"), explanation, _("Make it a summary"))


def _ask(request: HttpRequest, page: Page, question: str, explanation: str, button: str) -> HttpResponse:
    context = {"page": page, "question": question, "explanation": explanation, "button": button}
    return render(request, "cms/translation/ask.html", context)


TO_DO = {
    "missing": gettext_lazy("missing"),
    "partial": gettext_lazy("translated in part"),
    "outdated": gettext_lazy("outdated"),
}


def report(request: HttpRequest) -> HttpResponse:
    """What is missing, partial or outdated in each language, among the pages that the user may edit."""
    locales = list(Locale.objects.all())
    chosen = request.GET.get("language", "")
    state = request.GET.get("state", "outdated")
    locale = next((locale for locale in locales if locale.language_code == chosen), None)
    if state not in TO_DO or (chosen and locale is None):
        raise Http404
    pages = to_do(state, [locale] if locale else locales)
    editable = PagePermissionPolicy().instances_user_has_permission_for(request.user, "change")
    rows = (
        pages.filter(pk__in=editable.values("pk"))
        .select_related("locale", "translation_status")
        .order_by("locale", "path")
    )
    context = {
        "rows": Paginator(rows, 50).get_page(request.GET.get("p")),
        "locales": locales,
        "language": chosen,
        "state": state,
        "states": TO_DO.items(),
    }
    return render(request, "cms/translation/report.html", context)


def to_do(state: str, locales: list[Locale]) -> QuerySet[Page]:
    """Pages of the languages to work on; for what is missing, fallbacks and, without one, the page to translate."""
    if state == "outdated":
        return Page.objects.filter(locale__in=locales, translation_status__outdated=True)
    if state == "partial":
        return Page.objects.filter(locale__in=locales, translation_status__completeness=Completeness.PARTIAL)
    fallbacks = Page.objects.filter(IS_FALLBACK, locale__in=locales)
    lacking = Page.objects.none()
    for locale in locales:
        there = Page.objects.filter(translation_key=OuterRef("translation_key"), locale=locale)
        lacking |= Page.objects.filter(~Exists(there), alias_of=None, depth__gt=1)
    return fallbacks | lacking


urls = [
    path("translation/<int:translation_id>/review/", submit_for_review, name="cms_translation_review"),
    path("translation/page/<int:page_id>/confirm/", confirm, name="cms_translation_confirm"),
    path("translation/page/<int:page_id>/summary/", summary, name="cms_translation_summary"),
    path("reports/translations-to-do/", report, name="cms_translation_report"),
]
