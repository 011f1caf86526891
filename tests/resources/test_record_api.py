"""Records over REST: cards and details, filters, what is never shown, and numbers that lead somewhere for ever."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms import changes
from resources import merging, record_numbers
from resources.models import (
    Agent,
    Record,
    RecordCollection,
    RecordCollectionName,
    RecordCopy,
    RecordLink,
    RecordPageLink,
    RecordText,
)
from tests.api.following import Reader
from tests.factories import borders, pages
from tests.factories import resources as make

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == status, response.content
    return response.json()


def indexed(record: Record, **facts: list[Any]) -> Record:
    for relation, chosen in facts.items():
        setattr(record, relation, chosen)
    record.save()
    return record


@pytest.fixture
def study() -> Record:
    """A record with all that there is to say."""
    concept, border = make.concept("health"), borders.border("fr-de")
    collection = RecordCollection(code="cahiers", names=[RecordCollectionName(language="fr", text="Les Cahiers")])
    collection.save()
    record = make.record(
        "Santé sans frontières",
        texts={"de": "Gesundheit ohne Grenzen"},
        agents={"author": [make.agent("insee")], "publisher": [make.agent("mot")]},
        identifiers={"doi": "10.4000/sante", "isbn": "978-2-07-036822-8"},
        type="study",
        date=datetime.date(2019, 3, 1),
        date_precision="month",
        collection=collection,
        collection_number="12",
        keywords="hôpital\nsoins",
        licence="cc-by",
        internal_note="Secret",
    )
    record.copies = [RecordCopy(shelf_mark="A 12")]
    return indexed(record, concepts=[concept], borders=[border])


def test_a_card_in_the_readers_language(client: Client, study: Record) -> None:
    [card] = get(client, "records/?locale=de")["items"]
    assert card["title"] == "Gesundheit ohne Grenzen"
    assert card["title_language"] == {"code": "de", "label": "Deutsch"}
    assert card["type"] == {"code": "study", "label": "Studie"}
    assert card["date"] == {"date": "2019-03", "precision": "month"}
    assert card["collection"] == {"code": "cahiers", "label": "Les Cahiers", "number": "12"}
    assert [(agent["code"], agent["role"]["code"]) for agent in card["agents"]] == [
        ("insee", "author"),
        ("mot", "publisher"),
    ]
    assert [concept["code"] for concept in card["concepts"]] == ["health"]
    assert [border["code"] for border in card["borders"]] == ["fr-de"]
    [other] = get(client, "records/?locale=es")["items"]
    assert other["title_language"] == {"code": "fr", "label": "Francés"}


def test_a_detail_has_every_language_and_nothing_internal(client: Client, study: Record) -> None:
    found = get(client, f"records/{study.code}/")
    assert [text["language"]["code"] for text in found["texts"]] == ["fr", "de"]
    assert found["identifiers"][0] == {
        "scheme": {"code": "doi", "label": "DOI"},
        "value": "10.4000/sante",
        "url": "https://doi.org/10.4000/sante",
    }
    assert found["keywords"] == ["hôpital", "soins"]
    assert found["copies"] == [{"shelf_mark": "A 12", "location": ""}]
    assert "Secret" not in str(found)
    [described] = found["json_ld"]["@graph"]
    assert described["@type"] == "Report"
    assert described["isbn"] == ["978-2-07-036822-8"]
    assert described["author"][0]["name"] == "INSEE"


def test_related_records_and_pages(client: Client, study: Record) -> None:
    other, draft = make.record("Autre"), make.record("Brouillon")
    Record.objects.filter(pk=draft.pk).update(live=False)
    home = pages.home_page("fr")
    shown, hidden = pages.standard_page(home, "Page"), pages.standard_page(home, "Cachée", live=False)
    study.record_links = [RecordLink(target=other, kind="replaces"), RecordLink(target=draft)]
    study.page_links = [RecordPageLink(page_id=page.pk) for page in (shown, hidden)]
    study.save()
    found = get(client, f"records/{study.code}/")
    assert [(row["relation"]["code"], row["record"]["title"]) for row in found["related_records"]] == [
        ("replaces", "Autre")
    ]
    assert [page["title"] for page in found["related_pages"]] == ["Page"]


def test_a_record_is_cited_and_has_others_like_it(client: Client, study: Record) -> None:
    like = indexed(make.record("Soins"), concepts=list(study.concepts.all()), borders=list(study.borders.all()))
    less = indexed(make.record("Hôpitaux"), concepts=list(study.concepts.all()))
    make.record("Sans rapport")
    found = get(client, f"records/{study.code}/citation/?locale=fr")["items"]
    assert [one["style"]["label"] for one in found] == ["ISO 690", "APA"]
    assert found[0]["text"].startswith("INSEE, 2019. Santé sans frontières")
    [apa] = get(client, f"records/{study.code}/citation/?style=apa")["items"]
    assert apa == found[1]
    assert [one["code"] for one in get(client, f"records/{study.code}/similar/")["items"]] == [like.code, less.code]
    assert len(get(client, f"records/{study.code}/similar/?limit=1")["items"]) == 1
    [agent] = get(client, "agents/?kind=body&limit=1")["items"]
    assert agent["records_url"] == f"http://localhost:8000/api/v2/records/?agent={agent['code']}&locale=fr"
    assert get(client, agent["records_url"].partition("/api/v2/")[2])["meta"]["total_count"] == 1
    study.delete()
    for below in ("citation", "similar"):
        get(client, f"records/{study.code}/{below}/", 410)
    merging.merge(less, like)
    response = client.get(f"/api/v2/records/{less.code}/similar/?limit=1")
    assert response.status_code == 301
    assert response["Location"] == f"/api/v2/records/{like.code}/similar/?limit=1"


def test_a_selection_in_its_order(client: Client, study: Record) -> None:
    one, two, merged, gone = (make.record(title) for title in ("Un", "Deux", "Doublon", "Parti"))
    merging.merge(merged, two)
    gone.delete()
    chosen = ",".join(each.code for each in (merged, gone, study, two, one))
    assert titles(client, f"ids={chosen}") == ["Deux", "Santé sans frontières", "Un"]
    assert titles(client, f"ids={chosen}&order=title") == ["Deux", "Santé sans frontières", "Un"]
    first = get(client, f"records/?ids={chosen}&limit=2")
    assert titles(client, f"ids={chosen}&limit=2&cursor={first['meta']['next_cursor']}") == ["Un"]
    assert titles(client, f"ids={gone.code}") == []
    many = ",".join([study.code, two.code, one.code, *(str(10**9 + number) for number in range(197))])
    assert get(client, f"records/?ids={many}")["meta"]["total_count"] == 3
    for wrong in ("", "a,b", f"{one.code},12a", f"{many},201"):
        assert get(client, f"records/?ids={wrong}", 400)["errors"][0]["parameter"] == "ids"


def titles(client: Client, query: str) -> list[str]:
    return [item["title"] for item in get(client, f"records/?{query}")["items"]]


def test_filters(client: Client, study: Record) -> None:
    theme = make.concept("society")
    Concept = type(theme)
    health = Concept.objects.get(code="health")
    health.broader.set([theme])
    health.save()
    whole = borders.border("fr-es")
    part = borders.border("fr-es-west", parent=whole)
    territory = borders.territory("pays-basque", [part])
    indexed(make.record("Euskal", language="eu", type="map", date=datetime.date(2024, 1, 1)), territories=[territory])
    make.record("Sans rien", agents={"editor": [Agent.objects.get(code="insee")]})
    assert titles(client, "type=study,map") == ["Santé sans frontières", "Euskal"]
    assert titles(client, "concept=society") == ["Santé sans frontières"]
    assert titles(client, "border=fr-es") == ["Euskal"]
    assert titles(client, "territory=pays-basque") == ["Euskal"]
    assert titles(client, "country=de") == ["Santé sans frontières"]
    assert titles(client, "agent=insee") == ["Santé sans frontières", "Sans rien"]
    assert titles(client, "agent=insee&role=author") == ["Santé sans frontières"]
    assert titles(client, "language=eu") == ["Euskal"]
    assert titles(client, "year_from=2020&year_to=2024") == ["Euskal"]
    assert titles(client, "collection=cahiers") == ["Santé sans frontières"]
    assert titles(client, "order=title") == ["Euskal", "Sans rien", "Santé sans frontières"]
    assert titles(client, "order=-date&limit=1") == ["Euskal"]
    assert titles(client, "type=study&border=fr-es") == []


@pytest.mark.parametrize("query", ["type=nothing", "agent=nobody", "language=xx", "year_from=0", "role=king", "q=a"])
def test_a_bad_value_is_refused_by_name(client: Client, query: str) -> None:
    refused = get(client, f"records/?{query}", 400)
    assert refused["errors"][0]["parameter"] == query.split("=")[0]


def test_lists_and_details_take_a_fixed_number_of_queries(client: Client, study: Record) -> None:
    def queries() -> int:
        get(client, "records/")
        with CaptureQueriesContext(connection) as captured:
            get(client, "records/?limit=100")
        return len(captured)

    before = queries()
    for number in range(4):
        record = make.record(f"Titre {number}", agents={"author": [make.agent(f"agent-{number}")]}, texts={"en": "x"})
        indexed(record, borders=list(study.borders.all()), concepts=list(study.concepts.all()))
    assert queries() == before
    assert before < 25


def test_what_is_not_published_does_not_show(client: Client, study: Record) -> None:
    unpublished = make.agent("nobody", live=False)
    draft = make.record("Brouillon", agents={"author": [unpublished]})
    study.agent_links = [*study.agent_links.all(), *draft.agent_links.all()]
    study.save()
    Record.objects.filter(pk=draft.pk).update(live=False)
    changed = Record.objects.get(pk=study.pk)
    changed.texts = [RecordText(language="fr", title="Autrement", is_original=True)]
    changed.save_revision()
    listed = get(client, "records/")
    assert listed["meta"]["total_count"] == 1
    assert listed["items"][0]["title"] == "Santé sans frontières"
    assert [agent["code"] for agent in listed["items"][0]["agents"]] == ["insee", "mot"]
    get(client, f"records/{draft.code}/", 404)
    get(client, "records/?agent=nobody", 400)


def test_a_number_leads_somewhere_for_ever(client: Client, study: Record) -> None:
    former, draft = make.record("Doublon"), make.record("Jamais vue")
    Record.objects.filter(pk=draft.pk).update(live=False, first_published_at=None)
    record_numbers.merge(former.code, study.code)
    former.delete()
    Record.objects.get(pk=draft.pk).delete()
    moved = client.get(f"/api/v2/records/{former.code}/?locale=de")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/api/v2/records/{study.code}/?locale=de")
    get(client, f"records/{draft.code}/", 404)
    get(client, "records/9999999/", 404)
    study.unpublish()
    get(client, f"records/{study.code}/", 404)
    get(client, f"records/{former.code}/", 404)
    Record.objects.get(pk=study.pk).delete()
    get(client, f"records/{study.code}/", 410)
    get(client, f"records/{former.code}/", 410)


def test_records_leave_the_content_version_alone(study: Record) -> None:
    content, records = changes.content_version("content"), changes.content_version("records")
    make.record("Un de plus", identifiers={"issn": "0317-8471"})
    study.keywords = "autre"
    study.save()
    study.delete()
    assert changes.content_version("content") == content
    assert changes.content_version("records") > records


def test_the_feed_tells_of_records_and_of_what_they_show(client: Client, study: Record) -> None:
    other = make.record("Autre")
    other.record_links = [RecordLink(target=study)]
    other.save()
    reader = Reader(client)

    def told() -> tuple[dict[str, str], list[str]]:
        answer = reader.ask()
        return {fact["code"]: fact["state"] for fact in answer["facts"]}, answer["parts"]

    study.keywords = "autre"
    study.save()
    assert told() == ({study.code: "public", other.code: "public"}, ["publications"])
    study.texts.first().delete()
    assert set(told()[0]) == {study.code, other.code}
    border = borders.Border.objects.get(code="fr-de")
    border.names.all().update(text="Autre nom")
    facts, parts = told()
    assert (study.code not in facts, parts) == (True, ["publications", "records"])
    draft = make.record("Brouillon")
    Record.objects.filter(pk=draft.pk).update(live=False)
    reader.ask()
    Record.objects.get(pk=draft.pk).delete()
    assert told() == ({}, [])
    Record.objects.filter(pk=other.pk).delete()
    assert told()[0] == {other.code: "gone"}
