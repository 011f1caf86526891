"""Paths that have moved, as wagtail.contrib.redirects keeps them: by a move, a new address, or by hand."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from typing_extensions import TypedDict
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms import labels, publication
from cms.api import params
from cms.api.pages import public_pages
from cms.api.views import ListApi

BATCH = 500
"""Paths asked for at once; SQLite takes a limited number of values in a query."""


class RedirectJson(TypedDict):
    """A path that leads elsewhere: to the path of the page `page_id`, or to an address."""

    old_path: str
    location: str
    permanent: bool
    page_id: int | None


def public_redirects(snapshot: labels.Labels) -> QuerySet[Redirect]:
    """Redirects to public pages and to other addresses."""
    to_pages = Q(redirect_page__in=public_pages(snapshot).values("pk"))
    elsewhere = Q(redirect_page=None) & ~Q(redirect_link="")
    return Redirect.objects.filter(to_pages | elsewhere).select_related("redirect_page__locale")


def redirect_json(redirect: Redirect) -> RedirectJson:
    """A redirect as JSON (no query for those of `public_redirects`)."""
    page = redirect.redirect_page
    location = publication.html_path(page.locale.language_code, page.url_path) if page else redirect.redirect_link
    return {
        "old_path": redirect.old_path,
        "location": location,
        "permanent": redirect.is_permanent,
        "page_id": page.pk if page else None,
    }


def moved(path: str, snapshot: labels.Labels) -> RedirectJson | None:
    """Where a path has moved to; one with a query that was not named leads where the path alone does."""
    whole = Redirect.normalise_path(path)
    alone = Redirect.normalise_path(whole.partition("?")[0])
    found = {redirect.old_path: redirect for redirect in public_redirects(snapshot).filter(old_path__in=[whole, alone])}
    redirect = found.get(whole) or found.get(alone)
    return redirect_json(redirect) if redirect else None


def shadowed() -> set[int]:
    """Keys of redirects at whose path there is a page by now, which comes first (for `Labels.derived`)."""
    homes = dict(Page.objects.filter(depth=2).values_list("locale__language_code", "slug"))
    keys: dict[tuple[str, str], int] = {}
    for pk, old_path in Redirect.objects.values_list("pk", "old_path"):
        locale, slugs = publication.split_path(old_path)
        if locale in homes:
            keys[locale, publication.url_path(homes[locale], slugs)] = pk
    found = set()
    wanted = [url_path for _locale, url_path in keys]
    for start in range(0, len(wanted), BATCH):
        pages = publication.at(Page.objects.filter(live=True), wanted[start : start + BATCH])
        found |= {keys[place] for place in pages.values_list("locale__language_code", "url_path") if place in keys}
    return found


class RedirectList(ListApi):
    """All paths that have moved, for a static build; `locale` leaves those of one language."""

    orderings = {"old_path": "old_path", "created_at": "created_at"}

    def queryset(self, query: params.Query) -> QuerySet[Redirect]:
        found = public_redirects(query.labels).exclude(pk__in=query.labels.derived(shadowed))
        return found.filter(old_path__startswith=f"/{query['locale']}/") if query["locale"] else found

    def items(self, found: Sequence[Redirect], query: params.Query) -> list[RedirectJson]:
        return [redirect_json(redirect) for redirect in found]
