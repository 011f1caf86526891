"""Where pages are for readers, and where they were."""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Locale, Page, PageViewRestriction

from cms import publication
from cms.changes.feed.effects import PAGE
from cms.changes.feed.past import Image, Restrictions, Window, privacy_rows, rows_of
from cms.changes.models import UNPUBLISH, Change
from cms.pages import SitePage
from cms.references import page_type

COLUMNS = (
    *("live", "path", "url_path", "title", "expire_at", "first_published_at"),
    *("alias_of_id", "content_type_id", "locale_id", "translation_key"),
)
"""What the log remembers of a page."""


class Address(NamedTuple):
    """Where readers find a page, and of which type it is."""

    locale: str
    html_path: str
    url_path: str
    type: str


def image(page: Page) -> Image:
    """A page as the log would remember it."""
    return {name: getattr(page, name) for name in COLUMNS}


class Addresses:
    """Of pages, now and before the changes of a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._former: dict[int, list[Address]] = {}

    def of(self, page: Image) -> Address | None:
        """Where a page is, or was as such; None where it is not of a type that readers get."""
        model = ContentType.objects.get_for_id(page["content_type_id"]).model_class()
        locale = self._locales.get(page["locale_id"])
        if locale is None or model is None or not issubclass(model, SitePage):
            return None
        path = publication.html_path(locale, page["url_path"])
        return Address(locale, path, page["url_path"], page_type(page["content_type_id"]))

    @cached_property
    def _locales(self) -> dict[int, str]:
        return dict(Locale.objects.values_list("pk", "language_code"))

    @cached_property
    def _restricted(self) -> set[int]:
        return set(PageViewRestriction.objects.values_list("page_id", flat=True))

    @cached_property
    def _closing(self) -> set[int]:
        """Pages that closed what is below them at any time."""
        return self._restricted | {row.object_id for row in privacy_rows(PAGE, self._window.first)}

    def former(self, present: dict[int, Page], keys: Iterable[int], rows: Iterable[Change]) -> dict[int, list[Address]]:
        """Where pages were while they were public, before changes of the window.

        `present` are those that are still there; `rows` the window's changes of pages.
        """
        wanted = set(keys) - self._former.keys()
        if wanted:
            # What is there now is read before the log: where they differ, the log is right.
            images = {pk: image(present[pk]) for pk in wanted & present.keys()}
            befores = [row.before for row in rows if row.object_id in wanted and row.before]
            sources = {before.get("alias_of_id") for before in [*images.values(), *befores]} - {None}
            self._former |= self._were_at(wanted, images, sources)
        return self._former

    def _were_at(self, keys: set[int], images: dict[int, Image], sources: set[int]) -> dict[int, list[Address]]:
        closing = self._closing
        paths = dict(Page.objects.filter(pk__in=closing | sources).values_list("pk", "path"))
        rows = rows_of(PAGE, keys | closing | sources, self._window.first)
        restrictions = Restrictions(rows, self._restricted, paths)
        shared = {row.pk: row for pk in restrictions.ever | sources for row in rows.of[pk]}

        def closed(path: str, version: int) -> bool:
            return restrictions.cover(path, version)

        def address(pk: int, version: int) -> Address | None:
            was = rows.image(pk, version, images.get(pk))
            if not was or not was["live"] or closed(was["path"], version):
                return None
            if _never_shown(was) and not any(row.version == version and row.kind == UNPUBLISH for row in rows.of[pk]):
                return None
            if (source := was["alias_of_id"]) is not None:  # it is as private as what it repeats
                repeated = rows.image(source, version, {"path": paths[source]} if source in paths else None)
                if repeated and closed(repeated["path"], version):
                    return None
            return self.of(was)

        def seen(pk: int) -> list[Address]:
            relevant = shared | {row.pk: row for row in rows.of[pk]}
            return self._window.seen(relevant.values(), lambda version: address(pk, version))

        return {pk: seen(pk) for pk in keys}


def _never_shown(page: Image) -> bool:
    """Whether a page had expired before it was ever published (until the schedule says so, which ends all doubt)."""
    expired, published = page["expire_at"], page["first_published_at"]
    return bool(expired and published and expired <= published)
