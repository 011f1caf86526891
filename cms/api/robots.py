"""What a robots.txt says (RFC 9309): of the site's front end, for which the API tells it, and of this server."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from rest_framework.renderers import BaseRenderer
from typing_extensions import TypedDict

from cms import frontend
from cms.api import params, sitemap
from cms.api.renderers import JSONRenderer
from cms.api.sitemap_xml import SitemapRenderer
from cms.api.views import Api
from cms.json_types import Address, LocaleCode, Moment


class RobotsRule(TypedDict):
    """Paths that robots of a name may and may not read."""

    user_agent: str
    allow: list[str]
    disallow: list[str]


class RobotsSitemap(TypedDict):
    """A file of one language's pages; `lastmod` is when one of them changed last."""

    locale: LocaleCode
    url: Address
    lastmod: Moment | None


class RobotsJson(TypedDict):
    """The contents of a robots.txt."""

    rules: list[RobotsRule]
    sitemaps: list[RobotsSitemap]


def text(rules: Iterable[RobotsRule], sitemaps: Iterable[str]) -> str:
    """A robots.txt."""
    lines: list[str] = []
    for rule in rules:
        lines.append(f"User-agent: {rule['user_agent']}")
        lines += [f"Allow: {path}" for path in rule["allow"]]
        lines += [f"Disallow: {path}" for path in rule["disallow"]]
        lines.append("")
    return "\n".join([*lines, *(f"Sitemap: {address}" for address in sitemaps), ""])


class RobotsRenderer(BaseRenderer):
    """`?format=txt`, or `Accept: text/plain`: a file that can be served as it is."""

    media_type = "text/plain"
    format = "txt"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        found: RobotsJson = data
        return text(found["rules"], (entry["url"] for entry in found["sitemaps"])).encode()


class Robots(Api):
    """What the front end's robots.txt says: robots may read everything, and where the sitemaps are.

    Pages that are not to be found say so themselves (`meta.no_index`), which robots can only obey if they may read
    them. Where languages have servers of their own, this is for the server of `locale`.
    """

    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer, RobotsRenderer)

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {**super().answers(), RobotsRenderer.format: str}

    def answer(self, query: params.Query) -> RobotsJson:
        context = self.context(query)
        server = frontend.home(query.locale)
        return {
            "rules": [{"user_agent": "*", "allow": ["/"], "disallow": []}],
            "sitemaps": [
                {
                    "locale": part.locale,
                    "url": context.api(f"sitemap/?{_parameters(part)}"),
                    "lastmod": part.lastmod.isoformat() if part.lastmod else None,
                }
                for part in sitemap.parts(query.labels)
                if frontend.home(part.locale) == server
            ],
        }


def _parameters(part: sitemap.Part) -> str:
    offset = {"offset": part.offset} if part.offset else {}
    return urlencode({"format": SitemapRenderer.format, "locale": part.locale, **offset})
