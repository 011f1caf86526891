"""What a browser may do with our pages, beyond what Django's own middleware says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from cms import frontend


def readers_policy() -> str:
    """Of readers' pages, which carry no inline script and may be embedded by the admin and the site's front ends.

    Inline styles place markers on maps; videos come in a frame after consent.
    """
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data: https:",
            "style-src 'self' 'unsafe-inline'",
            "frame-src 'self' https:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *frontend.origins())),
        )
    )


# The admin's own pages need inline scripts. A preview on a front end is framed by a page of ours (cms.reading).
ADMIN_POLICY = "frame-ancestors 'self'; frame-src 'self'"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=()"
# What the API answers is data: a browser that is led to show it as a page runs and embeds nothing.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
ADMIN = "/admin/"


class HeadersMiddleware:
    """Adds a content security policy and a permissions policy to every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Content-Security-Policy", _policy(request, response))
        return response


def _policy(request: HttpRequest, response: HttpResponseBase) -> str:
    if request.path.startswith(ADMIN):
        return ADMIN_POLICY
    data = request.path.startswith("/api/") and not response.get("Content-Type", "").startswith("text/html")
    return DATA_POLICY if data else readers_policy()
