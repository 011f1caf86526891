"""The reading view of a page: rendered from its own API representation by the template that home provides."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from wagtail.models import Page

from cms import labels, page_json

TEMPLATE = "reading/page.html"


def page_response(request: HttpRequest, page: Page, *, preview: bool = False, template: str = TEMPLATE) -> HttpResponse:
    """A page as HTML in its own language.

    A preview shows the draft as it is; neither it nor a page under a view restriction is ever stored by anybody.
    """
    context = {"page": page_json.detail(page), "preview": preview}
    with translation.override(page.locale.language_code):
        response = render(request, template, context)
    private = page.path and page.path.startswith(labels.current().private_paths)
    response["Cache-Control"] = "private, no-store" if preview or private else "public, max-age=0, must-revalidate"
    if settings.FRONTEND_URL:  # readers and search engines belong there
        response["X-Robots-Tag"] = "noindex"
    return response
