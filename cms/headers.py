"""What a browser may do with our pages, beyond what Django's own middleware says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# Readers' pages carry no inline script. Inline styles place markers on maps; videos come in a frame after consent.
READERS_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: https:",
        "style-src 'self' 'unsafe-inline'",
        "frame-src 'self' https:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=()"
# What the API answers is data: a browser that is led to show it as a page runs and embeds nothing.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
UNRESTRICTED = "/admin/"  # the admin's own pages need inline scripts


class HeadersMiddleware:
    """Adds a content security policy to all but the admin, a permissions policy to every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not request.path.startswith(UNRESTRICTED):
            data = request.path.startswith("/api/") and not response.get("Content-Type", "").startswith("text/html")
            response.headers.setdefault("Content-Security-Policy", DATA_POLICY if data else READERS_POLICY)
        return response
