"""The reading view of a page: rendered from its own API representation by the templates that home provides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms import frontend, labels, page_json
from cms.languages import DEFAULT
from cms.preview import access, drafts
from cms.preview.drafts import Draft

TEMPLATE = "reading/page.html"


def page_response(request: HttpRequest, page: Page, *, template: str = TEMPLATE) -> HttpResponse:
    """A page as HTML in its own language; one under a view restriction is never stored by anybody."""
    response = _rendered(request, page, template, {"page": page_json.detail(page)})
    private = page.path.startswith(labels.current().private_paths)
    response["Cache-Control"] = "private, no-store" if private else "public, max-age=0, must-revalidate"
    if frontend.is_elsewhere(page.locale.language_code):  # readers and search engines belong there
        response["X-Robots-Tag"] = "noindex"
    return response


def draft_response(request: HttpRequest, draft: Draft) -> HttpResponse:
    """A draft as HTML in its own language, as it will be once it is published."""
    response = _rendered(request, draft.page, TEMPLATE, {"page": page_json.draft_detail(draft), "preview": True})
    access.keep_to_yourself(response)
    return response


def _rendered(request: HttpRequest, page: Page, template: str, context: dict[str, Any]) -> HttpResponse:
    with translation.override(page.locale.language_code):
        return render(request, template, context)


FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src {}; frame-ancestors 'self'"
FRONT_END, READING_VIEW = "", "reading"
"""Modes of the preview in the admin; the first is what readers will see, wherever that is."""


def previewed(request: HttpRequest, page: Page, mode: str) -> HttpResponse:
    """What the admin's preview shows of a page in memory: the front end with a token, or the reading view."""
    locale = page.locale.language_code
    if mode == READING_VIEW or not frontend.is_elsewhere(locale):
        return draft_response(request, drafts.of_memory(page))
    of_form = getattr(request, "is_editing", False)  # set by Wagtail where a form is previewed, not by its history
    token = access.token_of_snapshot(access.snapshot(request.user, page, of_form=of_form))
    address = frontend.preview_url(locale, token)
    if getattr(request, "in_preview_panel", False):
        # Wagtail's script waits ten seconds for a frame of another origin that does not tell where it is scrolled to.
        framed = {"address": address, "title": page.title, "locale": locale}
        response = render(request, "cms/preview_frame.html", framed)
        response["Content-Security-Policy"] = FRAME_POLICY.format(frontend.origin(locale))
    else:
        response = HttpResponse(status=302, headers={"Location": address})
    access.keep_to_yourself(response)
    return response


@require_safe
def by_token(request: HttpRequest) -> HttpResponse:
    """`/preview/?token=…`: the draft that a token opens, for whoever has it."""
    try:
        return draft_response(request, access.opened(request.GET.get("token", "")))
    except access.Refused as refused:
        with translation.override(refused.locale or DEFAULT):
            response = render(request, "reading/no_preview.html", status=refused.status)
        access.keep_to_yourself(response)
        return response
