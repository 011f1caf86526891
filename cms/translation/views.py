"""The admin's own pages about translations."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.models import Page, TaskState

from cms.translation import guards, review, status
from cms.translation.models import Completeness


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


def act_on_review(request: HttpRequest, page_id: int, action: str, task_state_id: int) -> HttpResponse:
    """Approves a page in review or asks for changes as Wagtail does, and says what was done, which Wagtail does not."""
    found = resolve(reverse("wagtailadmin_pages:workflow_action", args=[page_id, action, task_state_id]))
    reviewed = get_object_or_404(TaskState, pk=task_state_id)
    before = reviewed.status
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    reviewed.refresh_from_db()
    if reviewed.status != before:
        done = {
            TaskState.STATUS_APPROVED: _("“%(page)s” was approved."),
            TaskState.STATUS_REJECTED: _("Changes to “%(page)s” were asked for."),
        }[reviewed.status]
        messages.success(request, done % {"page": Page.objects.get(pk=page_id).get_admin_display_title()})
    return response


def confirm(request: HttpRequest, page_id: int) -> HttpResponse:
    """An editor says that an outdated translation still holds; readers are told, so it takes the right to publish."""
    page = get_object_or_404(Page, pk=page_id)
    guards.require(request.user, page, "can_publish")
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


urls = [
    path("translation/<int:translation_id>/review/", submit_for_review, name="cms_translation_review"),
    path(
        "translation/page/<int:page_id>/review/<slug:action>/<int:task_state_id>/",
        act_on_review,
        name="cms_translation_act",
    ),
    path("translation/page/<int:page_id>/confirm/", confirm, name="cms_translation_confirm"),
    path("translation/page/<int:page_id>/summary/", summary, name="cms_translation_summary"),
]
