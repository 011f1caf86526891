"""What somebody who keeps copies of our answers must fetch again, and what they must remove.

Told from the log: the objects that changed, and with them the pages and facts whose answers show them. Of what is not
public nothing is told, but for "gone" where it was public before.
"""

from typing import NamedTuple

from typing_extensions import TypedDict

from cms import changes
from cms.changes.feed.effects import DOCUMENT, IMAGE
from cms.changes.feed.facts import FactChange, fact_changes
from cms.changes.feed.files import FileChange, file_changes
from cms.changes.feed.pages import PageChange, PageChanges
from cms.changes.feed.past import Window
from cms.changes.feed.stretch import Stretch
from cms.changes.feed.token import Token
from cms.changes.models import Change
from cms.media import CmsDocument, CmsImage

ROWS = 500
"""How many changes of the log one answer tells of at most."""


class FeedMeta(TypedDict):
    """`token` is the next `since`; with `has_more` there is more to fetch at once."""

    since: str | None
    token: str
    has_more: bool


class Feed(TypedDict):
    """What changed; `parts` are wholes such as "navigation", each an endpoint of this name."""

    meta: FeedMeta
    pages: list[PageChange]
    facts: list[FactChange]
    images: list[FileChange]
    documents: list[FileChange]
    parts: list[str]


class Answer(NamedTuple):
    """A feed and the token in it."""

    feed: Feed
    token: Token


def present() -> Answer:
    """Nothing but where the log is now: for a reader that is about to fetch everything."""
    token = Token.now()
    return Answer(_feed(None, token, has_more=False), token)


def read(since: Token, limit: int, end: Token | None = None) -> Answer:
    """What changed since, with at most `limit` pages; exactly up to `end` where it is given.

    In a fixed number of queries. StartAfresh when the log cannot say.
    """
    until = since.until or (end.until or end.version if end else None)
    position = changes.Position(since.epoch, since.version)
    rows = changes.changes_since(position, limit=ROWS, until=until)
    if not rows:
        token = Token(since.epoch, max(since.version, until or 0), whole=since.whole)
        return Answer(_feed(since, token, has_more=False), token)
    last = rows[-1].version or 0
    window, stretch = Window(since.version, since.whole, rows), Stretch(rows)
    images, documents = (file_changes(model, stretch, window) for model in (CmsImage, CmsDocument))
    stretch.known_files = {IMAGE: {one["id"] for one in images}, DOCUMENT: {one["id"] for one in documents}}
    pages, rest = PageChanges(stretch, window).told(since.after, limit, end.after if end else 0)
    beyond = Change.objects.filter(version__gt=last).exists()
    if rest:
        token = Token(since.epoch, since.version, last, rest, since.whole)
    else:
        all_there_was = not beyond or (until is None and len(rows) < ROWS)
        token = Token(since.epoch, last, whole=last if all_there_was else since.whole)
    feed = _feed(since, token, has_more=bool(rest) or beyond)
    feed["pages"] = pages
    if not since.after:
        feed["facts"] = fact_changes(stretch, window)
        feed["images"], feed["documents"] = images, documents
        feed["parts"] = stretch.parts()
    return Answer(feed, token)


def _feed(since: Token | None, token: Token, *, has_more: bool) -> Feed:
    meta: FeedMeta = {"since": str(since) if since else None, "token": str(token), "has_more": has_more}
    return {"meta": meta, "pages": [], "facts": [], "images": [], "documents": [], "parts": []}
