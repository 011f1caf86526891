"""Addresses of the reading view that are no pages."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

ROBOTS = "User-agent: *\nDisallow: /admin/\n"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Robots may read pages; those that must not be found say so themselves, which robots must be able to read."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
