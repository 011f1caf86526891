"""Where readers find pages: on the site's front end, which may be another server in each language, or here."""

from urllib.parse import urlsplit

from django.conf import settings

from cms.languages import CODES, DEFAULT

PREVIEW_PATH = "/preview/"
"""Where drafts are shown by their token, on a front end and here (pages are below their language, so none is there)."""

PORTAL_SLUG = "portail"
"""What stands below each language where the documentary portal is, so that no page can be there."""


def portal_path(locale: str, code: str = "") -> str:
    """Where the documentary portal is on this server, or its page of the document with a code."""
    return f"/{locale}/{PORTAL_SLUG}/{code}/" if code else f"/{locale}/{PORTAL_SLUG}/"


def portal_url(locale: str, code: str = "") -> str:
    """The reader's address of the portal, or of its page of the document with a code: PORTAL_URL's server, or this."""
    return (settings.PORTAL_URL or settings.WAGTAILADMIN_BASE_URL).rstrip("/") + portal_path(locale, code)


def home(locale: str) -> str:
    """The address of the server that has this language's pages, without a slash at its end."""
    return str(settings.FRONTEND_URLS.get(locale) or settings.WAGTAILADMIN_BASE_URL.rstrip("/"))


def is_elsewhere(locale: str) -> bool:
    """Whether readers find this language's pages on another server."""
    return locale in settings.FRONTEND_URLS


def html_url(path: str) -> str:
    """The reader's address of a path that begins with its language, such as "/de/grenzen/"; "/" is of the default."""
    locale = path[1:].partition("/")[0]
    return home(locale if locale in CODES else DEFAULT) + path


def preview_url(locale: str, token: str) -> str:
    """Where a draft in this language is shown to whoever has the token."""
    return f"{home(locale)}{PREVIEW_PATH}?token={token}"


def origins() -> list[str]:
    """The origins of the front ends, for what browsers may embed."""
    return sorted({origin(locale) for locale in settings.FRONTEND_URLS})


def origin(locale: str) -> str:
    """The origin of the server that has this language's pages."""
    parts = urlsplit(home(locale))
    return f"{parts.scheme}://{parts.netloc}"
