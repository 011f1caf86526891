"""Editing records in the admin: forms, drafts, lists, filters, search and export."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from resources.models import Record, RecordType
from tests.admin import administrator, errors_of, inline_formset, posted
from tests.factories import borders
from tests.factories import resources as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signed_in(client: Client) -> None:
    administrator(client)


def url(view: str, *args: Any) -> str:
    return reverse(Record.snippet_viewset.get_url_name(view), args=args)


def text(language: str, title: str, **more: str) -> dict[str, str]:
    return {"language": language, "title": title, "subtitle": "", "abstract": "", **more}


def save(client: Client, address: str, **changes: Any) -> Any:
    return posted(client, address, **{"action-publish": "on", **changes})


def new(client: Client, **changes: Any) -> Any:
    given = {"type": str(RecordType.objects.get(code="report").pk), "texts": inline_formset([text("fr", "Titre")])}
    return save(client, url("add"), **{**given, **changes})


def test_the_form_of_a_new_record_names_no_cataloguer(client: Client) -> None:
    assert "Cataloguée par" not in client.get(url("add")).content.decode()
    new(client)
    assert "Cataloguée par" in client.get(url("edit", Record.objects.get().pk)).content.decode()


def test_what_a_record_does_not_say_is_a_dash(client: Client) -> None:
    read = client.get(url("inspect", make.record("Titre").pk))
    [place] = [field["value"] for field in read.context["fields"] if field["label"] == "Lieu de publication"]
    assert place == "-"
    shown = read.content.decode()
    assert "Cataloguée par" in shown
    assert "Exemplaires papier" in shown
    assert ">None<" not in shown.replace(" ", "").replace("\n", "")


def test_a_record_to_read_shows_its_rows(client: Client) -> None:
    insee = make.agent("insee")
    record = make.record(texts={"de": "Titel"}, identifiers={"doi": "10.4000/x"}, agents={"author": [insee]})
    shown = client.get(url("inspect", record.pk)).context["fields"]
    values = {field["label"]: field["value"] for field in shown}
    assert values["Titres et résumés"] == "Français (original): Titre\nAllemand: Titel"
    assert values["Identifiants"] == "DOI 10.4000/x"
    assert values["Auteurs et autres"] == "INSEE (Auteur)"


def test_a_new_file_is_in_the_language_of_its_document(client: Client) -> None:
    record = make.record("Titre", texts={"de": "Titel"})
    record.texts = [row for row in record.texts.all() if row.language == "de"]
    record.save()
    files = client.get(url("edit", record.pk)).context["form"].formsets["files"]
    assert files.empty_form["language"].value() == "de"
    assert client.get(url("add")).context["form"].formsets["files"].empty_form["language"].value() == "fr"


def test_a_record_is_made_with_all_that_is_known(client: Client) -> None:
    concept, border = make.concept("health"), borders.border("fr-de")
    agent, other = make.agent("insee"), make.record("Autre")
    response = new(
        client,
        texts=inline_formset([text("fr", "Titre", is_original="on"), text("de", "Titel", abstract="Kurz.")]),
        agent_links=inline_formset([{"agent": str(agent.pk), "role": "author"}]),
        identifiers=inline_formset([{"scheme": "doi", "value": "https://doi.org/10.4000/A.1"}]),
        languages=inline_formset([{"language": "pt"}]),
        copies=inline_formset([{"shelf_mark": "A 12", "location": ""}]),
        record_links=inline_formset([{"kind": "related", "target": str(other.pk)}]),
        date="03/2019",
        concepts=[str(concept.pk)],
        borders=[str(border.pk)],
    )
    assert response.status_code == 302, errors_of(response)
    made = Record.objects.get(title_key="titre")
    assert made.live
    assert (made.date, made.date_precision) == (datetime.date(2019, 3, 1), "month")
    assert [(row.language, row.title, row.is_original) for row in made.texts.all()] == [
        ("fr", "Titre", True),
        ("de", "Titel", False),
    ]
    assert [str(row) for row in made.identifiers.all()] == ["DOI 10.4000/a.1"]
    assert list(made.concepts.all()) == [concept]
    assert list(made.borders.all()) == [border]
    assert made.agent_links.get().agent == agent
    assert made.languages.get().language == "pt"
    assert made.cataloguer.username == "admin"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": ""}, "type"),
        ({"date": "20"}, "date"),
        ({"texts": inline_formset([])}, "texts"),
        ({"texts": inline_formset([text("fr", "a"), text("de", "b")])}, "texts"),
        ({"texts": inline_formset([text("fr", "a", is_original="on"), text("de", "b", is_original="on")])}, "texts"),
        ({"texts": inline_formset([text("fr", "")])}, "texts-0-title"),
        ({"identifiers": inline_formset([{"scheme": "isbn", "value": "978"}])}, "identifiers-0-value"),
        ({"identifiers": inline_formset([{"scheme": "doi", "value": "10.4000/TAKEN"}])}, "identifiers-0-value"),
        (
            {
                "identifiers": inline_formset(
                    [{"scheme": "isbn", "value": "2-07-036822-X"}, {"scheme": "isbn", "value": "9782070368228"}]
                )
            },
            "identifiers-1-value",
        ),
        ({"collection_number": "3"}, "collection_number"),
        ({"url": "nowhere"}, "url"),
    ],
)
def test_what_is_wrong_is_told_on_its_field(client: Client, wrong: dict[str, Any], field: str) -> None:
    make.record("Déjà là", identifiers={"doi": "10.4000/taken"})
    assert field in errors_of(new(client, **wrong))
    assert Record.objects.count() == 1


def test_a_row_with_an_identifier_may_be_replaced_by_a_new_one(client: Client) -> None:
    record = make.record(identifiers={"doi": "10.4000/x"})
    row = record.identifiers.get()
    rows = [
        {"id": row.pk, "scheme": "doi", "value": "10.4000/x", "DELETE": "1"},
        {"scheme": "doi", "value": "10.4000/x"},
    ]
    response = save(client, url("edit", record.pk), identifiers=inline_formset(rows, 1))
    assert response.status_code == 302, errors_of(response)
    assert Record.objects.get().identifiers.count() == 1


def test_a_record_may_not_lead_to_itself(client: Client) -> None:
    record = make.record()
    links = inline_formset([{"kind": "related", "target": str(record.pk)}])
    assert "record_links-0-target" in errors_of(save(client, url("edit", record.pk), record_links=links))


def test_a_draft_changes_nothing_that_is_published_and_is_listed_by_its_title(client: Client) -> None:
    record = make.record("Titre")
    row = record.texts.get()
    texts = inline_formset([{"id": row.pk, **text("fr", "Brouillon")}], 1)
    posted(client, url("edit", record.pk), texts=texts, **{"action-draft": "on"})
    assert str(Record.objects.get()) == "Titre"
    assert "Brouillon" in client.get(url("list")).content.decode()


def test_the_list_takes_a_fixed_number_of_queries(client: Client) -> None:
    def queries() -> int:
        client.get(url("list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(url("list"))
        return len(captured)

    agent = make.agent("insee")
    make.record(agents={"author": [agent]})
    before = queries()
    for number in range(5):
        make.record(f"Titre {number}", agents={"author": [agent, make.agent(f"agent-{number}")]})
    assert queries() == before


def found(client: Client, **query: Any) -> set[str]:
    return {str(record) for record in client.get(url("list"), query).context["object_list"]}


def test_the_list_is_filtered_and_searched(client: Client) -> None:
    health, border = make.concept("health"), borders.border("fr-de")
    one = make.record("Santé", identifiers={"isbn": "978-2-07-036822-8"}, date=datetime.date(2019, 1, 1))
    one.concepts, one.borders = [health], [border]
    one.save()
    make.record("Grenzen", language="de", type="map", date=datetime.date(2021, 1, 1), keywords="Zoll\nGrenze")
    assert found(client, concepts=health.pk) == {"Santé"}
    assert found(client, borders=border.pk) == {"Santé"}
    assert found(client, language="de") == {"Grenzen"}
    assert found(client, to_index="true") == {"Grenzen"}
    assert found(client, year_min="2020") == {"Grenzen"}
    assert found(client, type=RecordType.objects.get(code="map").pk) == {"Grenzen"}
    assert found(client, q="978-2-07-036822-8") == {"Santé"}
    assert found(client, q="grenz") == {"Grenzen"}
    assert found(client, ordering="title_key") == {"Santé", "Grenzen"}


def test_the_list_is_exported(client: Client) -> None:
    record = make.record(
        "Santé", agents={"author": [make.agent("insee")]}, identifiers={"issn": "0317-8471"}, texts={"de": "Gesundheit"}
    )
    answer = client.get(url("list"), {"export": "csv"})
    head, row = b"".join(answer).decode().splitlines()
    assert head.startswith(("No.,Title", "N°,Titre"))
    assert row.startswith(f"{record.code},Santé")
    assert "0317-8471" in row
    assert "INSEE" in row


def test_an_export_takes_a_fixed_number_of_queries(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            b"".join(client.get(url("list"), {"export": "csv"}))
        return len(captured)

    border = borders.border("fr-de")
    make.record(identifiers={"issn": "0317-8471"}).borders.set([border])
    queries()
    before = queries()
    for number in range(5):
        record = make.record(f"Titre {number}", identifiers={"doi": f"10.4000/{number}"}, texts={"de": "Titel"})
        record.borders = [border]
        record.save()
    assert queries() == before


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("2019", ("2019-01-01", "year"), "2019"),
        ("03/2019", ("2019-03-01", "month"), "03/2019"),
        ("2019-03", ("2019-03-01", "month"), "03/2019"),
        ("12/03/2019", ("2019-03-12", "day"), "12/03/2019"),
    ],
)
def test_a_date_is_typed_as_far_as_it_is_known(client: Client, typed: str, kept: tuple[str, str], shown: str) -> None:
    assert new(client, date=typed).status_code == 302
    made = Record.objects.get()
    assert (str(made.date), made.date_precision) == kept
    assert client.get(url("edit", made.pk)).context["form"]["date"].value() == shown
    assert save(client, url("edit", made.pk), volume="3").status_code == 302
    again = Record.objects.get()
    assert (str(again.date), again.date_precision) == kept


def test_several_records_are_indexed_at_once(client: Client) -> None:
    health, work, border = make.concept("health"), make.concept("work"), borders.border("fr-de")
    one, drafted, draft = make.record("Un"), make.record("Deux"), make.record("Trois")
    one.concepts = [work]
    one.save_revision().publish()
    drafted.volume = "3"
    drafted.save_revision()
    Record.objects.filter(pk=draft.pk).update(live=False)
    address = reverse("wagtail_bulk_action", args=["resources", "record", "index"])
    chosen = "&".join(f"id={record.pk}" for record in (one, drafted, draft))
    assert client.get(f"{address}?{chosen}").status_code == 200
    form = {"add_concepts": [health.pk], "remove_concepts": [work.pk], "add_borders": [border.pk]}
    answer = client.post(f"{address}?{chosen}&next={url('list')}", form, follow=True)
    assert "Deux" in " ".join(str(message) for message in answer.context["messages"])
    now = {record.pk: record for record in Record.objects.all()}
    assert list(now[one.pk].concepts.all()) == [health]
    assert list(now[one.pk].borders.all()) == [border]
    actions = ModelLogEntry.objects.for_instance(now[one.pk]).values_list("action", flat=True)
    assert {"wagtail.edit", "wagtail.publish"} <= set(actions)
    assert list(now[drafted.pk].concepts.all()) == []
    assert list(now[draft.pk].concepts.all()) == []
    assert list(now[draft.pk].get_latest_revision_as_object().concepts.all()) == [health]
    for wrong in ({}, {"add_concepts": [health.pk], "remove_concepts": [health.pk]}):
        assert client.post(f"{address}?{chosen}", wrong).context["form"].errors


def test_the_home_of_the_admin_leads_to_the_records(client: Client) -> None:
    make.record("Repris", keywords="à indexer")
    make.record("Fini")
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Notices</a> : 2" in page
    assert 'to_index=true">Mots-clés libres à indexer</a> : 1' in page
    assert "à confirmer" not in page
