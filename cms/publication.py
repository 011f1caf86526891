"""What the public may see: the one place that says which pages, documents and images are public."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from wagtail.models import Page

from cms.languages import CODES, DEFAULT


def not_expired(prefix: str = "") -> Q:
    """Pages whose expiry has not come: the schedule may run a minute late, the answer may not."""
    return Q(**{f"{prefix}expire_at__isnull": True}) | Q(**{f"{prefix}expire_at__gt": timezone.now()})


def public(pages: Any, private_paths: Iterable[str]) -> Any:
    """Of a PageQuerySet: live, unexpired pages outside the root and every view restriction (Labels.private_paths)."""
    return outside(pages.filter(not_expired(), live=True, depth__gt=1), private_paths)


def outside(pages: Any, private_paths: Iterable[str]) -> Any:
    """Of a PageQuerySet: what no view restriction covers."""
    for path in private_paths:
        pages = pages.exclude(path__startswith=path)
    return pages


def beside(private_paths: Iterable[str], path: str = "path", depth: str = "depth") -> tuple[Subquery, Subquery]:
    """Tree paths of the public pages right before and after a place on its level, whatever their parents.

    To be selected with rows whose columns `path` and `depth` say which place.
    """
    level = public(Page.objects.filter(depth=OuterRef(depth)), private_paths)
    before = level.filter(path__lt=OuterRef(path)).order_by("-path").values("path")[:1]
    after = level.filter(path__gt=OuterRef(path)).order_by("path").values("path")[:1]
    return Subquery(before), Subquery(after)


def in_public_collection(media: QuerySet[Any], private_collections: Iterable[str], prefix: str = "") -> QuerySet[Any]:
    """Images or documents outside every private collection (see Labels.private_collections), or what leads to them."""
    for path in private_collections:
        media = media.exclude(**{f"{prefix}collection__path__startswith": path})
    return media


def html_path(locale: str, url_path: str) -> str:
    """A page's path for readers, "/de/grenzen/": its language, then its slugs below the language's home page."""
    below_home = url_path.strip("/").split("/")[1:]
    return "/" + "/".join([locale, *below_home]) + "/"


def split_path(path: str) -> tuple[str, list[str]]:
    """The language and the slugs of a reader's path, at most 20 parts; without a language, the default one."""
    parts = [part for part in path.split("?")[0].split("/") if part][:20]
    if parts and parts[0] in CODES:
        return parts[0], parts[1:]
    return DEFAULT, parts


def at(pages: Any, paths: Iterable[str]) -> Any:
    """Of a PageQuerySet, what the tree keeps at one of these (url_path); found by slugs, which have an index."""
    wanted = list(paths)
    return pages.filter(url_path__in=wanted, slug__in={path.strip("/").rpartition("/")[2] for path in wanted})


def url_path(home_slug: str, slugs: Iterable[str]) -> str:
    """Where the tree keeps what is at these slugs below a language's home page."""
    return "/" + "/".join([home_slug, *slugs]) + "/"
