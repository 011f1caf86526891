"""Pages of one type as an Atom feed, in one language, the latest first."""

import datetime
import re
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from rest_framework.renderers import BaseRenderer

from cms import publication
from cms.api import params
from cms.api.pages import FilteredPages

ENTRIES = 50
BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class AtomRenderer(BaseRenderer):
    """RFC 4287."""

    media_type = "application/atom+xml"
    format = "atom"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return str(data).encode()


class Feed(FilteredPages):
    """An Atom feed of the newest pages of a type in one language; takes the filters of its lists.

    Fallbacks are left out unless `fallback=true` asks for them: they are in another language.
    """

    renderer_classes = (AtomRenderer,)
    name: ClassVar[str]
    """Its place below `feeds/`."""
    heading: ClassVar[Any]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {"atom": str}

    def declared(self) -> list[params.Param]:
        return [params.LOCALE, *self.filters(), self.format, params.CACHE_BUSTER]

    def answer(self, query: params.Query) -> str:
        context = self.context(query)
        pages = self.filtered(query).filter(locale__language_code=query.locale)
        if not query["fallback"]:
            pages = pages.filter(alias_of=None)
        found = list(pages.order_by("-first_published_at", "-pk")[:ENTRIES])
        return atom(
            f"{self.heading} – {settings.WAGTAIL_SITE_NAME}",
            query.locale,
            context.html_url(f"/{query.locale}/"),
            context.api(f"feeds/{self.name}/?locale={query.locale}"),
            f"feeds/{self.name}/{query.locale}",
            (
                Entry(
                    f"pages/{page.pk}",
                    page.title,
                    context.html_url(publication.html_path(query.locale, page.url_path)),
                    page.introduction,  # type: ignore[attr-defined]
                    page.first_published_at,
                    page.last_published_at,
                )
                for page in found
            ),
        )


class Entry(NamedTuple):
    """An entry of a feed; `name` is what it is called for ever."""

    name: str
    title: str
    link: str
    summary: str
    published: datetime.datetime | None
    updated: datetime.datetime | None


def atom(title: str, locale: str, link: str, here: str, name: str, entries: Iterable[Entry]) -> str:
    """A feed as Atom: what shows the same to readers is at `link`, itself it is at `here`; `name` is for ever."""
    feed = Atom(
        title=writable(title),
        link=link,
        description="",
        language=locale,
        author_name=settings.WAGTAIL_SITE_NAME,
        feed_url=here,
        feed_guid=f"{tag()}{name}",
    )
    for entry in entries:
        feed.add_item(
            title=writable(entry.title),
            link=entry.link,
            description=writable(entry.summary),
            unique_id=f"{tag()}{entry.name}",
            pubdate=entry.published,
            updateddate=entry.updated or entry.published or BEGINNING,
        )
    return str(feed.writeString("utf-8"))


class Atom(Atom1Feed):
    """An empty feed was never updated; Django would say that it is updated now, at every moment."""

    def latest_post_date(self) -> datetime.datetime:
        dates: list[datetime.datetime] = [item["updateddate"] for item in self.items]
        return max(dates, default=BEGINNING)


def tag() -> str:
    """The beginning of names that never change (RFC 4151)."""
    return f"tag:{urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname},2026:"


def writable(text: str) -> str:
    """Without the characters that XML has no place for."""
    return CONTROL.sub("", text)
