"""What readers are told of pages."""

from django.db.models import Q
from typing_extensions import TypedDict
from wagtail.models import Page

from cms import labels, publication
from cms.changes.feed.addresses import COLUMNS, Address, Addresses, image
from cms.changes.feed.effects import PAGE
from cms.changes.feed.past import Window
from cms.changes.feed.reasons import Reason, State, reasons
from cms.changes.feed.stretch import Stretch
from cms.changes.models import PRIVACY, Change
from cms.pages import SitePage


class PageChange(TypedDict):
    """A page to fetch again, or that is gone.

    `html_path` is where a public page is, null when it is gone; `old_html_paths` are where it was and no page is now.
    `reasons` is empty for what is gone.
    """

    id: int
    type: str
    locale: str
    state: State
    html_path: str | None
    old_html_paths: list[str]
    reasons: list[Reason]


class PageChanges:
    """The pages that a stretch of the log concerns."""

    def __init__(self, stretch: Stretch, window: Window) -> None:
        self._stretch = stretch
        self._window = window
        self._labels = labels.current()
        self._addresses = Addresses(window)
        self._rows = stretch.rows[PAGE]
        if stretch.changed.pages:
            _present, public, former = self._now_and_before(list(stretch.changed.pages))
            stretch.known = public | {pk for pk in stretch.changed.pages if former.get(pk)}

    def _now_and_before(self, keys: list[int]) -> tuple[dict[int, Page], set[int], dict[int, list[Address]]]:
        """The pages that are there, the keys of those that are public, and where pages were that are not or moved."""
        present = {page.pk: page for page in Page.objects.filter(pk__in=keys).only(*COLUMNS)}
        pages = publication.public(Page.objects.type(SitePage).filter(pk__in=keys), self._labels.private_paths)
        public = set(pages.values_list("pk", flat=True))
        elsewhere = [pk for pk in keys if pk not in public or self._moved(pk, present[pk])]
        rows = (row for pk in keys for row in self._rows.get(pk, ()))
        return present, public, self._addresses.former(present, elsewhere, rows)

    def _moved(self, pk: int, page: Page) -> bool:
        befores = [row.before for row in self._rows.get(pk, ()) if row.before and row.kind != PRIVACY]
        return any(before["url_path"] != page.url_path for before in befores)

    def told(self, after: int, limit: int, last: int = 0) -> tuple[list[PageChange], int]:
        """At most `limit` pages with keys above `after` (or all of those up to `last`), and the last key of theirs.

        That key is 0 when there are no more.
        """
        keys = self._keys(after, 0 if last else limit + 1, last)
        rest = last or (keys[limit - 1] if len(keys) > limit else 0)
        keys = keys if last else keys[:limit]
        if not keys:
            return [], rest
        present, public, former = self._now_and_before(keys)
        taken = self._taken({address for pk in keys for address in former.get(pk, ())})
        found = []
        for pk in keys:
            address = self._addresses.of(image(present[pk])) if pk in public else None
            if told := self._entry(present.get(pk), pk, address, former.get(pk, []), taken):
                found.append(told)
        return found, rest

    def _entry(
        self, page: Page | None, pk: int, address: Address | None, former: list[Address], taken: set[str]
    ) -> PageChange | None:
        known = address or (former[-1] if former else None)
        if known is None:
            return None
        old = {was.html_path for was in former} - taken
        return {
            "id": pk,
            "type": known.type,
            "locale": known.locale,
            "state": "public" if address else "gone",
            "html_path": address.html_path if address else None,
            "old_html_paths": sorted(old),
            "reasons": self._reasons(page) if address and page else [],
        }

    def _reasons(self, page: Page) -> list[Reason]:
        opened = any(page.path.startswith(path) for path in self._stretch.visible.below)
        return reasons(self._rows.get(page.pk, ()), "published" if opened else "dependency")

    def _keys(self, after: int, limit: int, last: int) -> list[int]:
        part = Q(pk__gt=after, pk__lte=last) if last else Q(pk__gt=after)
        first, *others = [pages.filter(part).values_list("pk").order_by() for pages in self._stretch.page_queries()]
        together = first.union(*others).order_by("pk")
        keys = {pk for (pk,) in (together[:limit] if limit else together)}
        gone = self._stretch.known | self._gone_from_private()
        keys |= {pk for pk in gone if after < pk and (not last or pk <= last)}
        return sorted(keys)[:limit] if limit else sorted(keys)

    def _gone_from_private(self) -> set[int]:
        """Pages below what became private that have left the tree since: it no longer leads to them."""
        rows = (row for rows in self._rows.values() for row in rows if row.kind == PRIVACY)
        paths = {row.before["path"] for row in rows if row.before}
        below = Q(pk__in=())
        for path in paths:
            below |= Q(before__path__startswith=path)
        later = Change.objects.filter(below, model=PAGE, version__gt=self._window.last).exclude(kind=PRIVACY)
        return set(later.values_list("object_id", flat=True)) if paths else set()

    def _taken(self, addresses: set[Address]) -> set[str]:
        """Those of the paths at which there is a page now: nothing to remove there."""
        if not addresses:
            return set()
        paths = {address.url_path for address in addresses}
        there = publication.public(Page.objects.filter(url_path__in=paths), self._labels.private_paths)
        return {publication.html_path(*row) for row in there.values_list("locale__language_code", "url_path")}
