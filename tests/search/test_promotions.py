"""Results that editors put first for certain queries."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from resources.merging import merge
from resources.models import Record
from search import answering
from search.models import PromotedQuery, PromotedResult
from tests.admin import administrator, inline_formset, nested_form_data
from tests.factories import resources
from tests.search.site import refresh
from tests.search.test_portal import results, shown

pytestmark = pytest.mark.django_db
PATH = "/api/v2/search/"


def promote(*queries: str, language: str = "fr", **fields: Any) -> PromotedResult:
    made = PromotedResult(language=language, **fields)
    made.queries = [PromotedQuery(text=text) for text in queries]
    made.save()
    made.save_revision().publish()
    return made


def found(client: Client, **parameters: Any) -> Any:
    return client.get(PATH, {"locale": "fr", **parameters}).json()


def titles(client: Client, **parameters: Any) -> list[str]:
    return [("* " if item["promoted"] else "") + item["title"] for item in found(client, **parameters)["items"]]


@pytest.mark.parametrize("name", ["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def test_what_is_promoted_comes_first_and_once(client, library, name, new_engine, monkeypatch):
    from search import indexer

    engine = new_engine(name)
    indexer.rebuild(engine)
    monkeypatch.setattr(answering, "engines", lambda: [engine])
    plain = found(client, q="santé soins")
    assert titles(client, q="santé")[0] != "Soins"
    study = titles(client, q="santé")[0]
    promote("santé", "Soins  Santé", page=library["page"].page_ptr)
    promote("santé", record=library["guide"])
    assert titles(client, q="SANTE") == ["* Soins", "* Il treno", study]
    assert titles(client, q="soins santé !")[0] == "* Soins"
    assert found(client, q="santé soins")["meta"]["total_count"] == plain["meta"]["total_count"]
    sheets = [titles(client, q="santé", limit=1, offset=offset) for offset in range(4)]
    assert sheets == [["* Soins"], ["* Il treno"], [study], []]
    assert {found(client, q="santé", limit=1, offset=offset)["meta"]["total_count"] for offset in range(4)} == {3}
    [kinds] = [facet["values"] for facet in found(client, q="santé")["facets"] if facet["name"] == "kind"]
    for value in kinds:
        left = found(client, q="santé", kind=value["code"])["meta"]["total_count"]
        assert value["count"] == left, "a facet counts what choosing it leaves"
    for asked in ({"q": "santé des trains"}, {"q": '"santé"'}, {"q": "santé", "kind": "page"}, {"order": "title"}):
        assert not any(title.startswith("* ") for title in titles(client, **{"q": "santé x", **asked}))
    assert not any(item["promoted"] for item in found(client, q="santé", locale="it")["items"])
    promote("unauffindbar", language="de", page=library["page"].page_ptr)
    german = found(client, q="Unauffindbar", locale="de")
    assert [(item["title"], item["promoted"]) for item in german["items"]] == [("Pflege", True)]
    assert (german["meta"]["total_count"], german["nothing"], german["meta"]["corrected"]) == (1, None, "")


def test_the_portal_marks_it_in_the_readers_language(client, library):
    promote("trains", record=library["guide"])
    promote("Züge", language="de", record=library["guide"])
    page = shown(client, q="Trains")
    assert results(page)[0] == "Il treno"
    assert page.count(">Mis en avant<") == 1
    assert shown(client, "/de/portail/", q="züge").count(">Empfohlen<") == 1


def test_only_what_is_public_now_is_promoted(client, library):
    later = timezone.now() + datetime.timedelta(days=1)
    promoted = promote("gares", page=library["page"].page_ptr)
    study = promote("études", record=library["study"])
    assert titles(client, q="gares") == ["* Soins"]
    PromotedResult.objects.filter(pk=promoted.pk).update(expire_at=timezone.now())
    assert titles(client, q="gares") == []
    PromotedResult.objects.filter(pk=promoted.pk).update(expire_at=later)
    assert titles(client, q="gares") == ["* Soins"]
    library["page"].unpublish()
    assert titles(client, q="gares") == ["* Pflege"]
    Page.objects.get(pk=library["german"].pk).specific.unpublish()
    assert titles(client, q="gares") == []
    promoted.go_live_at = later
    promoted.expire_at = None
    promoted.save_revision().publish()
    assert titles(client, q="études") == ["* Les trains de la santé"]
    library["study"].unpublish()
    assert titles(client, q="études") == []
    study.unpublish()


def test_it_costs_the_same_however_much_is_promoted(client, library):
    def queries() -> int:
        found(client, q="trains")
        with CaptureQueriesContext(connection) as taken:
            found(client, q="trains")
        return len(taken)

    promote("trains", record=library["guide"])
    one = queries()
    for number in range(2):
        promote("trains", "gares", record=resources.record(f"Plus {number}"))
    refresh()
    assert len(titles(client, q="trains")) == 4
    assert queries() == one


def test_editors_choose_either_a_page_or_a_record_and_words(client, library):
    administrator(client)
    view = PromotedResult.snippet_viewset  # type: ignore[attr-defined]
    address = reverse(view.get_url_name("add"))

    def post(text: str, **fields: Any) -> str:
        rows = inline_formset([{"text": text}])
        data = nested_form_data({"language": "fr", "note": "", "page": "", "record": "", "queries": rows, **fields})
        return client.post(address, {**data, "action-publish": "1"}, follow=True).content.decode()

    assert "Choisissez soit une page, soit une notice." in post("gares")
    assert "Donnez des mots seuls" in post('"gares"', page=library["page"].pk)
    assert not PromotedResult.objects.exists()
    post("Gares", page=library["page"].pk)
    assert PromotedResult.objects.get().live
    assert titles(Client(), q="gares") == ["* Soins"]
    listed = client.get(reverse(view.get_url_name("list"))).content.decode()
    assert "Soins" in listed
    exported = b"".join(client.get(reverse(view.get_url_name("list")), {"export": "csv"})).decode()
    assert "Gares,fr,Soins" in exported


def test_what_documentalists_see_leads_to_a_filled_form(client, library):
    administrator(client)
    view = PromotedResult.snippet_viewset  # type: ignore[attr-defined]
    add, study, page = reverse(view.get_url_name("add")), library["study"], library["page"]
    of_records = Record.snippet_viewset  # type: ignore[attr-defined]
    for address, filled in (
        (reverse(of_records.get_url_name("list")), f"record={study.pk}"),
        (reverse(of_records.get_url_name("edit"), args=[study.pk]), f"record={study.pk}"),
        (reverse("wagtailadmin_pages:edit", args=[page.pk]), f"page={page.pk}"),
    ):
        assert f'href="{add}?{filled}"' in client.get(address).content.decode(), address
    form = client.get(add, {"query": "grenzgänger", "language": "de", "record": study.pk}).context["form"]
    assert (form.instance.language, form.instance.record) == ("de", study)
    [row] = form.formsets["queries"].forms
    assert row["text"].value() == "grenzgänger"
    assert client.get(add, {"page": page.pk}).context["form"].instance.page == page.page_ptr
    wrong = {"query": "x" * 999, "language": "xx", "record": "9" * 30, "page": "-1"}
    assert client.get(add, wrong).context["form"].instance.language == "fr"
    row = {"text": "grenzgänger", "id": "", "ORDER": "1", "DELETE": ""}
    rows = {**inline_formset([row]), "INITIAL_FORMS": "1"}
    data = nested_form_data({"language": "de", "note": "", "page": "", "record": study.pk, "queries": rows})
    client.post(add, {**data, "action-publish": "1"})
    assert PromotedResult.objects.get().asked == "grenzgänger"


def test_a_promoted_record_that_is_merged_is_the_other_one(library):
    kept = resources.record("Gares")
    promotion = promote("gare", record=library["study"])
    promotion.save_revision()
    merge(library["study"], kept)
    promotion.refresh_from_db()
    assert promotion.record == kept
    assert promotion.get_latest_revision_as_object().record == kept
