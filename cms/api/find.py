"""Finding a page by its path, in every language."""

from typing import Any, Literal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponseRedirect
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import TypedDict
from wagtail.models import Page

from cms import page_shapes, publication
from cms.api import params, redirects
from cms.api.errors import NotFound, Problem, bad
from cms.api.pages import FIELDS, RICH_TEXT, public_pages
from cms.api.views import Api
from cms.json_types import told_apart
from cms.labels import Labels
from cms.page_shapes import page_types
from cms.references import API_PATH


class Moved(TypedDict):
    """Answer of `find` for a path that has moved; `location` is a path of the site or an address elsewhere."""

    type: Literal["redirect"]
    location: str
    permanent: bool


class NearestPage(TypedDict):
    """The closest public page above a path that leads nowhere."""

    id: int
    title: str
    html_path: str


class PageNotFound(Problem):
    """What answers a path that leads nowhere; `nearest` is null while its language has no home page."""

    nearest: NearestPage | None


class PageFind(Api):
    """`?html_path=/de/…` or `?id=`: 302 to the detail, 200 where it has moved, or 404 with the `nearest` page.

    A client that follows redirects, as most do, gets the page's detail.
    """

    problems = {404: PageNotFound}
    empty_answers = {302: "The page is there: `Location` is the address of its detail."}

    cached_statuses = (200, 302, 404)

    own_params = (
        params.Param("html_path", params.plain, "A path of the site with its language."),
        params.Param("id", params.integer(1), "A page's key."),
        FIELDS,
        RICH_TEXT,
    )

    @classmethod
    def answer_type(cls) -> Any:
        details = [page_shapes.detail(model) for model in page_types().values()]
        return told_apart("FoundPage", [*details, Moved])

    def get(self, request: Request) -> Response | HttpResponseRedirect:
        query = self.query(request)
        pages = public_pages(query.labels)
        if query["html_path"] is not None:
            found = self.by_path(pages, query["html_path"], query.labels)
        elif query["id"] is not None:
            found = pages.filter(pk=query["id"]).first()
        else:
            raise bad("html_path", "", "give html_path or id")
        if found is not None:
            kept: dict[str, str] = {
                name: request._request.GET[name] for name in ("fields", "locale", "format") if name in query.given
            }
            target = f"{API_PATH}pages/{found.pk}/"
            return HttpResponseRedirect(f"{target}?{urlencode(kept)}" if kept else target)
        if query["html_path"] is not None and (moved := redirects.moved(query["html_path"], query.labels)):
            return Response({"type": "redirect", "location": moved["location"], "permanent": moved["permanent"]})
        raise NotFound(
            "There is no page at this path.", nearest=self.nearest(pages, query["html_path"] or "/", query.labels)
        )

    @staticmethod
    def by_path(pages: QuerySet[Page], path: str, snapshot: Labels) -> Page | None:
        """The page at a path; a path without a language is looked for in the default one."""
        locale, slugs = publication.split_path(path)
        homes = pages.filter(pk__in=snapshot.homes, locale__language_code=locale)
        home = homes.values_list("slug", flat=True).first()
        if home is None:
            return None
        at_path = publication.at(pages, [publication.url_path(home, slugs)])
        found: Page | None = at_path.filter(locale__language_code=locale).first()
        return found

    @staticmethod
    def nearest(pages: QuerySet[Page], path: str, snapshot: Labels) -> NearestPage | None:
        """The closest public page above a path, for a helpful "not found" page."""
        locale, slugs = publication.split_path(path)
        home = pages.filter(pk__in=snapshot.homes, locale__language_code=locale).first()
        if home is None:
            return None
        above = [publication.url_path(home.slug, slugs[:end]) for end in range(len(slugs))]
        found = publication.at(pages, above).filter(locale__language_code=locale).order_by("-depth").first() or home
        return {
            "id": found.pk,
            "title": found.title,
            "html_path": publication.html_path(locale, found.url_path),
        }
