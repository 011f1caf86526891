"""The reading view of a page: rendered from its own API representation by the template that home provides."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from wagtail.models import Page

from cms import page_json

TEMPLATE = "reading/page.html"


def page_response(request: HttpRequest, page: Page, *, preview: bool = False) -> HttpResponse:
    """A page as HTML in its own language; a preview shows the draft as it is and is never stored by anybody."""
    with translation.override(page.locale.language_code):
        response = render(request, TEMPLATE, {"page": page_json.detail(page), "preview": preview})
    if preview:
        response["Cache-Control"] = "private, no-store"
    return response
