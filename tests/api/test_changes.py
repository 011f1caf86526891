"""The changes feed: what is told of pages, what never is, and how a reader follows it."""

import base64
import datetime
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from cms import changes
from cms.changes.feed.token import Token
from cms.changes.models import Change
from tests.api.conftest import SmallSite
from tests.api.following import Reader
from tests.factories.pages import standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def reader(client: Client, site: SmallSite) -> Reader:
    return Reader(client)


def entry(told: dict[str, Any], page: Page) -> dict[str, Any]:
    return next(item for item in told["pages"] if item["id"] == page.pk)


def republish(page: Page, **fields: Any) -> None:
    page = Page.objects.get(pk=page.pk).specific
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def close(page: Page) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def test_nothing_new(client: Client, reader: Reader) -> None:
    assert reader.ask() == {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}


def test_a_new_text_concerns_the_page_and_its_languages(site: SmallSite, reader: Reader) -> None:
    republish(site.about, introduction="Autrement")
    told = reader.ask()
    assert entry(told, site.about) == {
        "id": site.about.pk,
        "type": "home.StandardPage",
        "locale": "fr",
        "state": "public",
        "html_path": "/fr/a-propos/",
        "old_html_paths": [],
        "reasons": ["published"],
    }
    assert {page["id"]: page["reasons"] for page in told["pages"]} == {
        site.about.pk: ["published"],
        site.about_de.pk: ["dependency"],
    }
    assert entry(told, site.about_de)["html_path"] == "/de/ueber-uns/"


def test_a_new_title_concerns_whoever_names_it(site: SmallSite, reader: Reader) -> None:
    """The page above lists it, those below name it in their breadcrumb, texts of any language link to it."""
    linking = standard_page(site.de, "Verweis", slug="verweis", body=_link(site.about))
    reader.pages()
    republish(site.about, title="Qui sommes-nous")
    assert reader.pages() == {
        site.about.pk: "published",
        site.fr.pk: "dependency",
        site.team.pk: "dependency",
        site.about_de.pk: "dependency",
        linking.pk: "dependency",
    }


def _link(page: Page) -> str:
    text = f'<p><a linktype="page" id="{page.pk}">x</a></p>'
    return json.dumps([{"type": "paragraph", "value": text, "id": "1"}])


def test_what_is_not_yet_indexed_counts_as_showing(site: SmallSite, reader: Reader) -> None:
    linking = standard_page(site.de, "Verweis", slug="verweis", body=_link(site.about))
    reader.pages(indexed=False)
    republish(site.about, title="Qui sommes-nous")
    assert linking.pk in reader.pages(indexed=False)


def test_a_move_tells_where_files_are_left(site: SmallSite, reader: Reader) -> None:
    target = standard_page(site.fr, "Autre", slug="autre")
    reader.ask()
    site.about.refresh_from_db()
    site.about.move(target, pos="last-child")
    told = reader.ask()
    assert (entry(told, site.about)["html_path"], entry(told, site.about)["old_html_paths"]) == (
        "/fr/autre/a-propos/",
        ["/fr/a-propos/"],
    )
    assert entry(told, site.team)["old_html_paths"] == ["/fr/a-propos/equipe/"]
    assert entry(told, site.team)["reasons"] == ["moved"]
    assert {site.fr.pk, target.pk} <= {page["id"] for page in told["pages"]}, "the lists of both parents"

    newcomer = standard_page(site.fr, "À propos", slug="a-propos")
    republish(Page.objects.get(pk=site.about.pk), slug="nous")
    told = reader.ask()
    assert entry(told, newcomer)["html_path"] == "/fr/a-propos/"
    assert entry(told, site.about)["old_html_paths"] == ["/fr/autre/a-propos/"]


def test_an_old_path_that_has_a_new_page_is_not_to_be_removed(site: SmallSite, reader: Reader) -> None:
    republish(site.about, slug="nous")
    newcomer = standard_page(site.fr, "À propos", slug="a-propos")
    told = reader.ask()
    assert entry(told, site.about)["old_html_paths"] == []
    assert entry(told, newcomer)["html_path"] == "/fr/a-propos/"


@pytest.mark.parametrize("way", ["unpublish", "delete", "close", "close the parent", "expire", "move into private"])
def test_what_was_public_is_gone(site: SmallSite, reader: Reader, way: str) -> None:
    team = Page.objects.get(pk=site.team.pk)
    if way == "unpublish":
        team.unpublish()
    elif way == "delete":
        team.delete()
    elif way == "close":
        close(team)
    elif way == "close the parent":
        close(site.about)
    elif way == "expire":
        Page.objects.filter(pk=team.pk).update(expire_at=timezone.now() - datetime.timedelta(minutes=1))
        call_command("publish_scheduled")
    else:
        team.move(Page.objects.get(pk=site.private.pk), pos="last-child")
    told = reader.ask()
    assert entry(told, site.team) == {
        "id": site.team.pk,
        "type": "home.StandardPage",
        "locale": "fr",
        "state": "gone",
        "html_path": None,
        "old_html_paths": ["/fr/a-propos/equipe/"],
        "reasons": [],
    }
    assert "secr" not in json.dumps(told)


def test_what_was_private_opens(site: SmallSite, reader: Reader) -> None:
    PageViewRestriction.objects.all().delete()
    assert {key: kind for key, kind in reader.pages().items() if key in {site.private.pk, site.below_private.pk}} == {
        site.private.pk: "published",
        site.below_private.pk: "published",
    }


def _unpublish(page: Page) -> None:
    page.unpublish()


def _rename(page: Page) -> None:
    page.title += " encore"
    page.slug += "-encore"
    page.save()


@pytest.mark.parametrize(
    "action",
    [
        _rename,
        Page.delete,
        _unpublish,
        close,
        lambda page: page.copy(update_attrs={"slug": "copie"}),
    ],
)
@pytest.mark.parametrize("number", range(4))
def test_what_never_was_public_is_never_told(site: SmallSite, reader: Reader, action: Any, number: int) -> None:
    page = Page.objects.get(pk=site.hidden[number].pk)
    if page.pk == site.expired.pk and action is _unpublish:
        pytest.skip("it was live, and is no more")
    hidden = {page.pk for page in site.hidden}
    action(page)
    told = reader.ask()
    assert not hidden & {item["id"] for item in told["pages"]}
    assert {"brouillon", "prive", "enfant", "copie"}.isdisjoint(json.dumps(told).replace("/", " ").split())


def test_a_page_that_was_open_for_an_instant_is_never_told(site: SmallSite, reader: Reader) -> None:
    """Wagtail restricts the copy of a private page right after it was made."""
    copied = site.private.copy(update_attrs={"slug": "copie"})
    reader.ask()
    Page.objects.get(pk=copied.pk).delete()
    assert copied.pk not in reader.pages()


def test_a_page_that_was_open_for_a_while_is_gone(site: SmallSite, reader: Reader) -> None:
    page = standard_page(site.fr, "Par erreur", slug="erreur")
    Change.objects.filter(object_id=page.pk).update(created_at=timezone.now() - datetime.timedelta(minutes=1))
    close(page)
    assert reader.pages()[page.pk] == "gone"


@pytest.mark.django_db(transaction=True)
def test_a_page_that_was_open_for_less_than_a_second_is_gone(site: SmallSite, reader: Reader) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("nothing tells one transaction from the next")
    page = standard_page(site.fr, "Par erreur", slug="erreur")
    Page.objects.get(pk=page.pk).unpublish()
    assert reader.pages()[page.pk] == "gone"


def test_what_was_private_stays_so_when_a_page_above_is_removed_with_its_restriction(
    site: SmallSite, reader: Reader
) -> None:
    """Whichever goes first within the deletion."""
    Page.objects.get(pk=site.private.pk).delete()
    assert reader.pages() == {}


def test_a_closed_draft_that_moves_takes_along_what_it_closes(site: SmallSite, reader: Reader) -> None:
    section = standard_page(site.fr, "Chantier secret", slug="chantier", live=False)
    close(section)
    inside = standard_page(section, "Dedans secret", slug="dedans")
    reader.ask()
    Page.objects.get(pk=section.pk).move(Page.objects.get(pk=site.about.pk), pos="last-child")
    Page.objects.get(pk=inside.pk).delete()
    assert {section.pk, inside.pk}.isdisjoint(reader.pages())


def test_below_a_page_that_closed_those_gone_since_are_told(site: SmallSite, client: Client, reader: Reader) -> None:
    """The reader is slow: what it is told first was deleted in the meantime."""
    close(site.about)
    end = Token.now()
    Page.objects.get(pk=site.team.pk).delete()
    from cms.changes import feed

    told = feed.read(Token.read(reader.token), 100, end).feed
    assert {page["id"] for page in told["pages"] if page["state"] == "gone"} == {site.about.pk, site.team.pk}


def test_a_fallback_goes_with_the_page_that_it_repeats(site: SmallSite, reader: Reader) -> None:
    fallback = site.team.create_alias(parent=site.de, update_slug="mannschaft", update_locale=site.de.locale)
    reader.ask()
    close(site.about)
    told = reader.ask()
    assert entry(told, fallback)["state"] == "gone"
    assert entry(told, fallback)["old_html_paths"] == ["/de/mannschaft/"]
    assert entry(told, site.team)["state"] == "gone"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_many_pages_take_several_answers(client: Client, site: SmallSite, limit: int, monkeypatch: Any) -> None:
    from cms.changes import feed

    few, all_at_once = Reader(client, limit), Reader(client)
    republish(site.fr, title="Entrée")
    Page.objects.get(pk=site.team.pk).delete()
    whole = all_at_once.ask()
    assert len(whole["pages"]) >= 4
    monkeypatch.setattr(feed, "ROWS", 2)
    parts = few.ask()
    assert {(page["id"], page["state"]) for page in parts["pages"]} >= {
        (page["id"], page["state"]) for page in whole["pages"]
    }
    assert few.ask()["pages"] == []


def test_the_log_no_longer_reaches_back(client: Client, reader: Reader) -> None:
    changes.renew_epoch()
    response = client.get("/api/v2/changes/", {"since": reader.token})
    assert response.status_code == 410
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert "Fetch everything again" in problem["detail"]
    reader.token = problem["token"]
    assert reader.ask()["pages"] == []


@pytest.mark.parametrize(
    "since",
    ["", "x", "é", "AAAA", "1", "a" * 400, base64.urlsafe_b64encode(b"00.1.2.3.4").decode(),
     base64.urlsafe_b64encode(b"%s.-1.0.0.0" % (b"0" * 32)).decode().rstrip("="),
     base64.urlsafe_b64encode(b"%s.%d.0.0.0" % (b"0" * 32, 2**63)).decode().rstrip("=")],
)  # fmt: skip
def test_a_bad_token_is_named(client: Client, db: None, since: str) -> None:
    response = client.get("/api/v2/changes/", {"since": since})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "since"


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "locale=fr", "since=a&since=b"])
def test_bad_parameters_are_named(client: Client, db: None, query: str) -> None:
    assert client.get(f"/api/v2/changes/?{query}").status_code == 400
