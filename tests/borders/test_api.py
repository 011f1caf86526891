"""Borders, territories, programmes and figures over REST."""

import codecs
import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from borders import figure_shapes
from borders.models import (
    Border,
    BorderPage,
    Indicator,
    IndicatorDefinition,
    KeyFigure,
    KeyFigureNote,
    Territory,
    TerritoryMember,
)
from home.models import HomePage
from tests.borders.conftest import Places
from tests.factories import borders as make
from tests.factories.pages import expired

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200, **headers: str) -> Any:
    response = client.get(f"/api/v2/{path}", headers=headers)
    assert response.status_code == status, response.content
    return json.loads(response.content)


def codes(body: dict[str, Any]) -> list[str]:
    return [item["code"] for item in body["items"]]


def test_a_border_in_full(client: Client, places: Places, home: HomePage, german_home: HomePage) -> None:
    make.programme("rhin", [places.fr_de])
    page = make.border_page(make.border_index(german_home), places.fr_de)
    body = get(client, "borders/fr-de/?locale=de")
    assert body["label"] == "Frankreich–Deutschland"
    assert body["kind"] == {"code": "land", "label": "Landgrenze"}
    assert [country["code"] for country in body["countries"]] == ["de", "fr"]
    assert body["point"] == {"lat": 48.97, "lon": 7.8}
    assert body["bbox"] == [6.3, 47.6, 8.1, 49.4]
    assert body["geometry"] == make.LINE
    assert body["page"]["id"] == page.pk
    assert [(found["code"], found["label"]) for found in body["territories"]] == [("trinational", "TRINATIONAL (de)")]
    assert [programme["code"] for programme in body["programmes"]] == ["rhin"]
    shown = {figure["source"]["name"]: figure for figure in body["key_figures"]}
    assert {name: figure["value"] for name, figure in shown.items()} == {"MOT": 451, "IGN": 455.5}
    assert shown["IGN"]["qualifier"] == {"code": "about", "label": "rund"}
    assert body["key_figures"][0]["unit"] == {"code": "km", "label": "km"}


def test_a_whole_has_the_lines_and_figures_of_its_parts(client: Client, places: Places) -> None:
    make.key_figure("of-a-part", places.fr_mc, 5)
    body = get(client, "borders/fr-it-mc/")
    assert [part["code"] for part in body["parts"]] == ["fr-it", "fr-mc"]
    assert body["geometry"]["type"] == "GeometryCollection"
    assert body["bbox"] == [6.3, 43.7, 8.1, 49.4]
    assert [(figure["code"], figure["place"]["code"]) for figure in body["key_figures"]] == [("of-a-part", "fr-mc")]
    assert get(client, "borders/fr-mc/")["part_of"]["code"] == "fr-it-mc"


def test_a_territory_in_full(client: Client, places: Places) -> None:
    founded = {"founded_on": "2008-01-28", "founded_precision": "month"}
    territory = make.territory("lille", [places.fr_it], seat="Lille", **founded)
    territory.members = [TerritoryMember(name="Région", country=make.country("fr"))]
    territory.save()
    body = get(client, "territories/lille/")
    assert body["founded"] == {"date": "2008-01", "precision": "month"}
    assert body["members"] == [{"name": "Région", "country": {"code": "fr", "label": "FR"}, "website": ""}]
    assert [country["code"] for country in body["countries"]] == ["fr", "it"]
    assert body["geometry"] == {"type": "Point", "coordinates": [7.0, 49.2]}


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("borders/", ["fr-de", "fr-it-mc", "fr-it", "fr-mc"]),
        ("borders/?country=mc", ["fr-it-mc", "fr-mc"]),
        ("borders/?country=mc,de", ["fr-de", "fr-it-mc", "fr-mc"]),
        ("borders/?kind=maritime", []),
        ("borders/?order=-code&limit=1", ["fr-mc"]),
        ("territories/?border=fr-it-mc", ["trinational"]),
        ("territories/?border=fr-mc", []),
        ("territories/?border=fr-de&country=it", []),
        ("territories/?country=it", ["trinational"]),
        ("territories/?scale=rural", []),
        ("territories/?legal_form=egtc", ["trinational"]),
        ("programmes/", ["alpine", "rhin"]),
        ("programmes/?border=fr-it-mc", ["alpine"]),
        ("programmes/?year=2019", ["alpine"]),
        ("programmes/?kind=interreg_b", []),
        ("key-figures/?border=fr-it-mc", ["of-a-part"]),
        ("key-figures/?border=fr-de", ["length-ign", "length-mot"]),
        ("key-figures/?territory=trinational", ["of-it"]),
        ("key-figures/?indicator=workers", ["of-it"]),
        ("key-figures/?country=mc", ["of-a-part"]),
        ("key-figures/?country=it&indicator=workers", ["of-it"]),
        ("key-figures/?year_from=2020&year_to=2022", ["of-a-part"]),
    ],
)
def test_filters(client: Client, places: Places, path: str, expected: list[str]) -> None:
    make.programme("rhin", [places.fr_de])
    make.programme("alpine", [places.fr_it], start_year=2014, end_year=None)
    make.key_figure("of-a-part", places.fr_mc, 5, year=2021)
    make.key_figure("of-it", places.territory, 7, indicator=make.indicator("workers", "workers"))
    body = get(client, path)
    assert codes(body) == expected
    assert body["meta"]["total_count"] >= len(expected)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("borders/?country=xx", "country"),
        ("borders/?theme=health", "theme"),
        ("territories/?border=FR-DE", "border"),
        ("programmes/?year=21", "year"),
        ("key-figures/?indicator=", "indicator"),
        ("key-figures/?year_from=abc", "year_from"),
        ("borders/?format=kml", "format"),
        ("borders/?locale=pt", "locale"),
    ],
)
def test_bad_parameters_are_named(client: Client, places: Places, path: str, parameter: str) -> None:
    assert get(client, path, 400)["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("path", "headers"), [("?format=geojson", {}), ("", {"Accept": "application/geo+json"})], ids=["format", "accept"]
)
def test_geojson_is_a_feature_collection(client: Client, places: Places, path: str, headers: dict[str, str]) -> None:
    Border.objects.filter(pk=places.fr_de.pk).update(geometry=None)
    response = client.get(f"/api/v2/borders/{path}", headers=headers)
    assert response["Content-Type"] == "application/geo+json"
    body = json.loads(response.content)
    assert body["type"] == "FeatureCollection"
    assert [feature["id"] for feature in body["features"]] == ["fr-de", "fr-it-mc", "fr-it", "fr-mc"]
    for feature in body["features"]:
        assert feature["type"] == "Feature"
        assert {"geometry", "properties"} <= feature.keys()
        assert "bbox" not in feature or len(feature["bbox"]) == 4
    assert body["features"][0]["geometry"] is None
    assert body["bbox"] == [6.3, 43.7, 8.1, 49.4]
    assert "bbox" not in get(client, "borders/?kind=maritime&format=geojson")


def test_geojson_of_one_place_is_a_feature(client: Client, places: Places) -> None:
    body = get(client, "territories/trinational/?format=geojson")
    assert body["type"] == "Feature"
    assert body["geometry"] == {"type": "Point", "coordinates": [7.0, 49.2]}
    assert body["properties"]["label"] == "TRINATIONAL"


def test_geojson_gives_all_places_unless_a_limit_is_asked_for(client: Client, places: Places) -> None:
    for number in range(25):
        make.territory(f"number-{number}", [places.fr_de])
    assert len(get(client, "territories/?format=geojson")["features"]) == 26
    assert len(get(client, "territories/?format=geojson&limit=3")["features"]) == 3
    assert len(get(client, "territories/")["items"]) == 20


def table(client: Client, path: str, **headers: str) -> list[dict[str, str]]:
    response = client.get(f"/api/v2/{path}", headers=headers)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="key-figures.csv"'
    text = response.content.decode("utf-8-sig")
    assert response.content.startswith(codecs.BOM_UTF8)
    assert text.endswith("\r\n"), "RFC 4180"
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_key_figures_as_a_table(client: Client, places: Places) -> None:
    KeyFigure.objects.filter(code="length-ign").update(read_on="2026-11-22", from_country=make.country("fr"))
    rows = table(client, "key-figures/?format=csv&locale=de&border=fr-de")
    assert [row["code"] for row in rows] == ["length-ign", "length-mot"]
    assert rows == table(client, "key-figures/?locale=de&border=fr-de", Accept="text/csv")
    first = rows[0]
    assert tuple(first) == figure_shapes.COLUMNS
    assert (first["value"], first["unit.code"], first["qualifier.label"]) == ("455.5", "km", "rund")
    assert (first["place_type"], first["place.label"]) == ("border", "Frankreich–Deutschland")
    assert (first["source.name"], first["source.url"]) == ("IGN", "https://ec.europa.eu/eurostat")
    assert (first["read_on"], first["from_country.code"], first["to_country.code"]) == ("2026-11-22", "fr", "")


def test_a_table_is_whole_and_no_cell_is_a_formula(client: Client, places: Places) -> None:
    for number, note in enumerate(["=1+1", "+49", "-1", "@SUM(A1)", 'quote "and", comma\nline', "\tx"] * 4):
        make.key_figure(f"figure-{number:02}", places.fr_de, note=note)
    rows = table(client, "key-figures/?format=csv&order=code")
    assert [row["note"] for row in rows[:6]] == [
        "'=1+1", "'+49", "'-1", "'@SUM(A1)", 'quote "and", comma\nline', "'\tx",
    ]  # fmt: skip
    assert len(rows) == 26
    assert len(table(client, "key-figures/?format=csv&limit=3")) == 3
    refused = client.get("/api/v2/key-figures/?format=csv&border=xx")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["errors"][0]["parameter"] == "border"


@pytest.mark.parametrize(
    ("written", "asked", "note", "language"),
    [
        ({"fr": "Hors lac", "de": "Ohne See"}, "de", "Ohne See", "de"),
        ({"fr": "Hors lac", "de": "Ohne See"}, "it", "Hors lac", "fr"),
        ({"fr": "Hors lac", "en": "Lake left out"}, "it", "Lake left out", "en"),
        ({"nl": "Zonder het meer"}, "fr", "Zonder het meer", "nl"),
        ({}, "fr", "", None),
    ],
)
def test_notes_and_definitions_are_in_the_language_of_the_answer_or_name_theirs(
    client: Client, places: Places, written: dict[str, str], asked: str, note: str, language: str | None
) -> None:
    figure = make.key_figure("noted", places.fr_de, note=written)
    for code, text in written.items():
        IndicatorDefinition.objects.create(fact=figure.indicator, language=code, text=text)
    shown = get(client, f"key-figures/noted/?locale={asked}")
    assert (shown["note"], shown["note_language"]) == (note, language)
    assert (shown["indicator"]["definition"], shown["indicator"]["definition_language"]) == (note, language)
    row = next(row for row in table(client, f"key-figures/?format=csv&locale={asked}") if row["code"] == "noted")
    assert (row["note"], row["note_language"]) == (note, language or "")


def test_a_note_changes_the_answer_when_it_is_published(client: Client, places: Places) -> None:
    path = "key-figures/length-mot/?locale=fr"
    assert get(client, path)["note"] == ""
    places.ours.notes = [KeyFigureNote(language="fr", text="Hors lac")]  # type: ignore[attr-defined]
    draft = places.ours.save_revision()
    assert get(client, path)["note"] == ""
    draft.publish()
    assert get(client, path)["note"] == "Hors lac"


def test_drafts_never_show(client: Client, places: Places) -> None:
    Territory.objects.update(live=False)
    KeyFigure.objects.filter(code="length-ign").update(live=False)
    Border.objects.filter(code="fr-mc").update(live=False)
    assert codes(get(client, "borders/")) == ["fr-de", "fr-it-mc", "fr-it"]
    assert get(client, "territories/")["meta"]["total_count"] == 0
    get(client, "territories/trinational/", 404)
    get(client, "borders/fr-mc/", 404)
    get(client, "key-figures/length-ign/", 404)
    get(client, "territories/?border=fr-mc", 400)
    body = get(client, "borders/fr-de/")
    assert [figure["code"] for figure in body["key_figures"]] == ["length-mot"]
    assert body["territories"] == []
    assert [part["code"] for part in get(client, "borders/fr-it-mc/")["parts"]] == ["fr-it"]
    Indicator.objects.update(live=False)
    assert get(client, "borders/fr-de/")["key_figures"] == []
    assert get(client, "key-figures/")["meta"]["total_count"] == 0


def test_only_public_fiches_are_linked(client: Client, places: Places, home: HomePage) -> None:
    page = make.border_page(make.border_index(home), places.fr_de)
    assert get(client, "borders/fr-de/")["page"]["html_path"] == f"/fr/{page.get_parent().slug}/{page.slug}/"
    assert get(client, "borders/fr-de/?locale=de")["page"] is None
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert get(client, "borders/fr-de/")["page"] is None
    restriction.delete()
    BorderPage.objects.update(expire_at=expired())
    assert get(client, "borders/fr-de/")["page"] is None
    BorderPage.objects.update(expire_at=None, live=False)
    assert get(client, "borders/fr-de/")["page"] is None


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("borders/", 3),
        ("borders/?format=geojson", 2),
        ("borders/?country=fr&kind=land", 3),
        ("borders/fr-de/", 3),
        ("borders/fr-it-mc/", 3),
        ("territories/", 3),
        ("territories/?border=fr-it-mc&country=fr", 3),
        ("territories/trinational/", 3),
        ("programmes/?border=fr-de", 3),
        ("key-figures/", 3),
        ("key-figures/?format=csv", 2),
        ("key-figures/?border=fr-de&country=de&indicator=border-length", 3),
        ("key-figures/length-mot/", 2),
    ],
)
def test_queries_do_not_grow(client: Client, places: Places, home: HomePage, path: str, most: int) -> None:
    index = make.border_index(home)

    def queries() -> int:
        client.get(f"/api/v2/{path}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/api/v2/{path}").status_code == 200
        assert len(captured) <= most, "\n".join(query["sql"] for query in captured)
        return len(captured)

    make.programme("rhin", [places.fr_de])
    before = queries()
    for number in range(15):
        border = make.border(f"fr-de-{number}", countries=["fr", "de"], parent=places.fr_de)
        make.key_figure(f"figure-{number}", border)
        make.key_figure(f"more-{number}", make.territory(f"territory-{number}", [border, places.fr_it]))
        make.programme(f"programme-{number}", [border])
        make.border_page(index, border)
    assert BorderPage.objects.count() == 15
    assert queries() == before
