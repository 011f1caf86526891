"""A process that dies on the way leaves no change of content without its row, and nothing that cannot be finished.

Every route by which content changes is begun again and again, and killed at each commit in turn (tests.cms.killing).
After each time, whoever follows the changes feed must be told of whatever answers otherwise than before; and the same
done once more must lead to where it leads undisturbed.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, Locale, Page, PageViewRestriction, Site
from wagtail.test.utils.form_data import inline_formset, nested_form_data
from wagtail_localize.models import Translation

from borders.models import Border
from cms import refusals, renditions
from cms.translation import drafting, trees
from home.models import HomePage, NavigationEntry
from tests.admin import administrator, filled
from tests.api.following import index_references
from tests.api.wsgi import ask
from tests.cms.killing import Playground, run
from tests.factories import borders, documents, pictures
from tests.factories.pages import home_page, locale, standard_page

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]

LISTS = ("pages", "borders", "images", "documents", "navigation", "redirects", "site", "locales")
Route = Callable[[], object]


def page(slug: str) -> Any:
    """A French page."""
    return Page.objects.get(slug=slug, locale__language_code="fr").specific


def german(slug: str) -> Any:
    return page(slug).get_translation(locale("de"))


class Place:
    """A site in two languages where everything can happen, and somebody who reads it."""

    def __init__(self, client: Client) -> None:
        home = home_page("fr")
        HomePage.objects.exclude(pk=home.pk).delete()
        Locale.objects.exclude(language_code__in=["fr", "de"]).delete()
        section = standard_page(home, "Rubrique", slug="rubrique")
        for title in ("Page", "Voisine", "Ailleurs", "Caduque", "Bloquee", "Proposee"):
            made = standard_page(section, title, slug=title.lower(), introduction=title)
            made.save_revision().publish()
        standard_page(page("page"), "Dessous", slug="dessous")
        trees.synchronise_trees()
        [translation] = drafting.submit(page("page"), [locale("de")], None)
        drafting.save(translation, publish=True)
        PageViewRestriction.objects.create(page=page("bloquee"), restriction_type="login")
        self._draft("page", title="Autrement")
        self._draft("voisine", title="Voisine autrement")
        self._draft("proposee", title="Acceptée")
        page("proposee").get_workflow().start(page("proposee"), None)
        yesterday = timezone.now() - timedelta(days=1)
        standard_page(section, "Future", slug="future", live=False)
        self._draft("future", go_live_at=yesterday)
        Page.objects.filter(slug="caduque").update(expire_at=yesterday)
        standard_page(section, "Toute neuve", slug="neuve")
        borders.revised(borders.border("fr-de"))
        self.picture = pictures.image(pictures.jpeg(64, 48))
        self.collection = Collection.get_first_root_node().add_child(name="Membres")
        self.document = documents.document(title="Compte rendu", collection=self.collection)
        Redirect.objects.create(old_path="/ancienne", redirect_page=page("page"))
        NavigationEntry.objects.create(page=page("page"))
        administrator(client)
        self.admin = client
        index_references()
        DBTaskResult.objects.all().delete()

    def _draft(self, slug: str, **fields: Any) -> Any:
        draft = page(slug)
        for name, value in fields.items():
            setattr(draft, name, value)
        return draft.save_revision(approved_go_live_at=fields.get("go_live_at"))

    def post(self, view: str, *args: Any, query: str = "", **form: Any) -> Route:
        address = reverse(view, args=args) + query
        return partial(self._posted, address, form)

    def form(self, view: str, *args: Any, **changes: Any) -> Route:
        address = reverse(view, args=args)
        return partial(self._posted, address, filled(self.admin, address, **changes))

    def _posted(self, address: str, form: Any) -> None:
        response = self.admin.post(address, form)
        assert response.status_code in (200, 302, 404), response.status_code

    def bulk(self, action: str, *slugs: str, **form: Any) -> Route:
        chosen = "&".join(f"id={page(slug).pk}" for slug in slugs)
        return self.post("wagtail_bulk_action", "wagtailcore", "page", action, query=f"?{chosen}", **form)


def edit(place: Place, name: str, **changes: Any) -> Route:
    return place.form("wagtailadmin_pages:edit", page(name).pk, **{"action-publish": "on", **changes})


def approve(place: Place) -> Route:
    task = page("proposee").current_workflow_task_state
    return place.post("wagtailadmin_pages:workflow_action", page("proposee").pk, "approve", task.pk)


def create(place: Place) -> Route:
    form = {"title": "Nouvelle page", "slug": "nouvelle-page", "action-publish": "on"}
    return place.form("wagtailadmin_pages:add", "home", "standardpage", page("rubrique").pk, **form)


def copy(place: Place, slug: str, **form: Any) -> Route:
    data = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": page("rubrique").pk, "copy_subpages": "on"}
    return place.post("wagtailadmin_pages:copy", page(slug).pk, **data, **form)


def privacy(place: Place, slug: str, kind: str) -> Route:
    return place.post("wagtailadmin_pages:set_privacy", page(slug).pk, restriction_type=kind, password="", groups=[])


def fact(place: Place, view: str, **changes: Any) -> Route:
    name = Border.snippet_viewset.get_url_name(view)  # type: ignore[attr-defined]
    one = Border.objects.get(code="fr-de")
    return place.form(name, one.pk, **changes) if changes else place.post(name, one.pk)


def upload(place: Place, view: str, name: str, content: bytes) -> Route:
    def uploaded() -> None:
        form = {"title": "Nouvelle", "file": SimpleUploadedFile(name, content), "tags": "carte"}
        form |= {"collection": Collection.get_first_root_node().pk}
        assert place.admin.post(reverse(view), form).status_code == 302

    return uploaded


def close(place: Place) -> Route:
    form = {"restriction_type": "login", "password": "", "groups": []}
    return place.post("wagtailadmin_collections:set_privacy", place.collection.pk, **form)


def settings(place: Place) -> Route:
    site = Site.objects.get()
    return place.form("wagtailsettings:edit", "home", "sitesettings", site.pk, legal_page=page("page").pk)


def render(place: Place) -> Route:
    return lambda: renditions.make_renditions.func(place.picture.pk)


def navigate(place: Place) -> Route:
    labels = nested_form_data({"labels": inline_formset([{"language": "fr", "text": "Ailleurs"}])})
    form = {"menu": "main", "parent": "", "sort_order": "10", "page": "", "url": "https://example.org/"}
    name = NavigationEntry.snippet_viewset.get_url_name("edit")  # type: ignore[attr-defined]
    return place.post(name, NavigationEntry.objects.get().pk, **form, **labels)


def redirect(place: Place) -> Route:
    form = {
        "old_path": "/vieille",
        "site": "",
        "is_permanent": "on",
        "redirect_page": "",
        "redirect_link": "https://example.org/",
    }
    return place.post("wagtailredirects:add", **form)


def translate(place: Place) -> Route:
    return place.post("wagtailadmin_pages:edit", german("page").pk, action="publish")


def translate_all(place: Place) -> Route:
    source = Translation.objects.get(source__object_id=page("page").translation_key).source_id
    return place.post("wagtail_localize:update_translations", source, publish_translations="on")


ROUTES: dict[str, Callable[[Place], Route]] = {
    "publish": lambda place: edit(place, "page", title="Autre titre"),
    "new slug": lambda place: edit(place, "page", slug="nouvelle"),
    "unpublish": lambda place: place.post("wagtailadmin_pages:unpublish", page("page").pk, include_descendants="on"),
    "schedule and expiry": lambda place: refusals.publish_scheduled,
    "approval": approve,
    "new page": create,
    "move": lambda place: place.post("wagtailadmin_pages:move_confirm", page("page").pk, page("ailleurs").pk),
    "order": lambda place: place.post("wagtailadmin_pages:set_page_position", page("page").pk, query="?position=2"),
    "copy": lambda place: copy(place, "page", publish_copies="on"),
    "copy of a private page": lambda place: copy(place, "bloquee", publish_copies="on"),
    "alias": lambda place: copy(place, "page", alias="on"),
    "delete": lambda place: place.post("wagtailadmin_pages:delete", page("page").pk),
    "private": lambda place: privacy(place, "page", "login"),
    "no longer private": lambda place: privacy(place, "bloquee", "none"),
    "translation": translate,
    "all translations": translate_all,
    "trees": lambda place: trees.synchronise_trees,
    "fact": lambda place: fact(place, "edit", **{"names-0-text": "Frontière", "action-publish": "on"}),
    "fact withdrawn": lambda place: fact(place, "unpublish"),
    "fact deleted": lambda place: fact(place, "delete"),
    "image": lambda place: upload(place, "wagtailimages:add", "new.jpg", pictures.jpeg(64, 48)),
    "renditions": render,
    "image deleted": lambda place: place.post("wagtailimages:delete", place.picture.pk),
    "document": lambda place: upload(place, "wagtaildocs:add", "new.pdf", documents.PDF),
    "document deleted": lambda place: place.post("wagtaildocs:delete", place.document.pk),
    "collection closed": close,
    "site settings": settings,
    "navigation": navigate,
    "redirect": redirect,
    "publish several": lambda place: place.bulk("publish", "page", "voisine"),
    "unpublish several": lambda place: place.bulk("unpublish", "page", "voisine"),
    "move several": lambda place: place.bulk("move", "page", "voisine", chooser=page("ailleurs").pk),
    "delete several": lambda place: place.bulk("delete", "page", "voisine"),
}


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    """A database of its own, which the processes leave behind and the next finds as it was made."""
    play = Playground(tmp_path)
    with play.open():
        yield play


def answers() -> dict[str, Any]:
    """What the API says of everything, by list."""
    django = WSGIHandler()
    return {
        name: ask(django, f"/api/v2/{name}/" + ("?limit=100&fields=*" if name == "pages" else "")).json
        for name in LISTS
    }


def by_key(items: list[Any], key: str = "id") -> dict[Any, Any]:
    return {item[key]: item for item in items}


def differing(before: list[Any], after: list[Any], key: str = "id") -> set[Any]:
    old, new = by_key(before, key), by_key(after, key)
    return {one for one in old.keys() | new.keys() if old.get(one) != new.get(one)}


def untold(before: dict[str, Any], after: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What answers otherwise than before although the feed does not say so."""
    found: dict[str, Any] = {}
    for name in LISTS:
        if name in ("pages", "images", "documents"):
            found[name] = differing(before[name]["items"], after[name]["items"]) - {one["id"] for one in told[name]}
        elif name == "borders":
            changed = differing(before[name]["items"], after[name]["items"], "code")
            found[name] = changed - {one["code"] for one in told["facts"] if one["type"] == "borders.Border"}
        elif before[name] != after[name] and name not in told["parts"]:
            found[name] = "differs"
    return {name: what for name, what in found.items() if what}


VOLATILE = {"id", "detail_url", "first_published_at", "last_published_at", "datePublished", "dateModified"}


def lasting(value: Any) -> Any:
    """An answer without keys, moments and folders, which differ whenever something is done again."""
    if isinstance(value, dict):
        return {name: lasting(one) for name, one in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return sorted((lasting(one) for one in value), key=repr)
    return re.sub(r"/renditions/\w+/", "/renditions/", value) if isinstance(value, str) else value


def now() -> str:
    return str(ask(WSGIHandler(), "/api/v2/changes/").json["meta"]["token"])


def told_since(token: str) -> dict[str, Any]:
    """What the feed tells; so little happens that one answer holds it."""
    told: dict[str, Any] = ask(WSGIHandler(), f"/api/v2/changes/?limit=100&since={token}").json
    assert not told["meta"]["has_more"]
    return told


def problem(play: Playground, route: Route, before: dict[str, Any], token: str) -> str:
    """What goes wrong where a route is killed; empty when nothing does."""
    done_again = {}
    commit = 1
    while run(route, kill_at=commit):
        if left_out := untold(before, answers(), told_since(token)):
            return f"killed at commit {commit}: {left_out} not told"
        if commit > 1:  # else nothing was committed
            run(route)
            done_again[commit] = answers()
        commit += 1
        play.back()
    undisturbed = answers()
    if left_out := untold(before, undisturbed, told_since(token)):
        return f"not killed at all: {left_out} not told"
    for after, found in done_again.items():
        if left := [name for name in LISTS if lasting(found[name]) != lasting(undisturbed[name])]:
            return f"killed at commit {after} and done again: {left} are not what they should be"
    return "" if commit > 1 else "it changes nothing"


def test_killed_at_any_commit(playground: Playground) -> None:
    place = Place(Client())
    playground.keep()
    before, token = answers(), now()
    found = {}
    for name, prepared in ROUTES.items():
        playground.back()
        found[name] = problem(playground, prepared(place), before, token)
    assert {name: what for name, what in found.items() if what} == {}
