"""The demo site's facts, checked as files: what they must hold before any of them reaches a database."""

import json
import math
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LANGUAGES = {"fr", "en", "de", "es", "it", "nl"}
KINDS = (
    "offices",
    "countries",
    "borders",
    "territories",
    "programmes",
    "indicators",
    "key_figures",
    "concepts",
    "agents",
    "record_collections",
    "members",
)
FACTS: dict[str, list[dict[str, Any]]] = {
    kind: yaml.safe_load((ROOT / "home/demo/facts" / f"{kind}.yaml").read_text(encoding="utf-8")) for kind in KINDS
}
BY_CODE = {kind: {fact["code"]: fact for fact in facts} for kind, facts in FACTS.items()}

THEMES = {
    "culture",
    "citizenship",
    "education-youth",
    "social-inclusion",
    "land",
    "health",
    "security-police",
    "migration",
    "observation",
    "governance",
    "mobility",
    "employment",
    "environment",
    "energy",
}
CHOICES = {
    ("borders", "kind"): {"land", "maritime", "lake", "mixed"},
    ("territories", "legal_form"): {
        "egtc",
        "glct",
        "eeig",
        "consorcio",
        "association",
        "conference",
        "agreement",
        "none",
    },
    ("territories", "scale"): {"agglomeration", "rural", "metropolitan", "euroregion"},
    ("programmes", "kind"): {"interreg_a", "interreg_b", "interreg_other", "other"},
    ("indicators", "unit"): {
        "km",
        "km2",
        "inhabitants",
        "workers",
        "municipalities",
        "members",
        "eur",
        "beds",
        "percent",
        "count",
    },
    ("key_figures", "qualifier"): {"exact", "about", "more_than"},
    ("concepts", "status"): {"candidate", "approved", "deprecated"},
    ("agents", "kind"): {"person", "body"},
    ("members", "category"): {
        "local_authority",
        "intermunicipal",
        "region",
        "department",
        "state_service",
        "federation",
        "planning_agency",
        "chamber",
        "association",
        "company",
        "public_company",
        "university",
        "cross_border_structure",
    },
}
# (kind, field) -> the kind that it refers to
REFERENCES = {
    ("borders", "countries"): "countries",
    ("borders", "parent"): "borders",
    ("territories", "borders"): "borders",
    ("programmes", "borders"): "borders",
    ("key_figures", "indicator"): "indicators",
    ("key_figures", "border"): "borders",
    ("key_figures", "territory"): "territories",
    ("key_figures", "from_country"): "countries",
    ("key_figures", "to_country"): "countries",
    ("concepts", "broader"): "concepts",
    ("concepts", "related"): "concepts",
    ("agents", "country"): "countries",
    ("members", "country"): "countries",
}


def references(kind: str, field: str) -> Iterator[tuple[str, str]]:
    """(code of the fact, code it refers to) for every reference of one field."""
    for fact in FACTS[kind]:
        value = fact.get(field) or []
        for code in [value] if isinstance(value, str) else value:
            yield fact["code"], code


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_unique_slugs(kind: str) -> None:
    codes = [fact["code"] for fact in FACTS[kind]]
    assert codes
    assert sorted(set(codes)) == sorted(codes)
    assert [code for code in codes if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) or len(code) > 80] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "key_figures"])
def test_every_fact_is_named_in_six_languages(kind: str) -> None:
    for fact in FACTS[kind]:
        assert set(fact["names"]) == LANGUAGES, fact["code"]
        for language, names in fact["names"].items():
            assert names, (fact["code"], language)
            assert len(set(names)) == len(names), (fact["code"], language, "the same name twice")
            assert all(isinstance(name, str) and 0 < len(name.strip()) == len(name) <= 255 for name in names), names


@pytest.mark.parametrize(("kind", "field"), CHOICES)
def test_choices_are_known(kind: str, field: str) -> None:
    assert {fact[field] for fact in FACTS[kind]} <= CHOICES[kind, field]


@pytest.mark.parametrize(("kind", "field"), REFERENCES)
def test_references_resolve(kind: str, field: str) -> None:
    found = list(references(kind, field))
    assert found
    assert [pair for pair in found if pair[1] not in BY_CODE[REFERENCES[kind, field]]] == []


def test_the_demo_covers_what_the_site_shows() -> None:
    wholes = [border for border in FACTS["borders"] if not border.get("parent")]
    assert len(wholes) == 8
    assert len(FACTS["territories"]) == 20
    assert len({fact["category"] for fact in FACTS["members"]}) == 13
    assert len({fact["country"] for fact in FACTS["members"]}) >= 10
    assert len(FACTS["concepts"]) >= len(THEMES) + 45


def test_a_whole_has_the_countries_of_its_parts() -> None:
    for border in FACTS["borders"]:
        parts = [part for part in FACTS["borders"] if part.get("parent") == border["code"]]
        assert not (parts and border.get("parent")), "only two levels"
        if parts:
            assert {code for part in parts for code in part["countries"]} == set(border["countries"])


def test_every_territory_has_a_border_and_an_honest_date() -> None:
    for territory in FACTS["territories"]:
        assert territory["borders"], territory["code"]
        founded, precision = territory.get("founded_on"), territory.get("founded_precision")
        assert bool(founded) == bool(precision), territory["code"]
        if founded:
            day = date.fromisoformat(founded)
            assert date(1950, 1, 1) < day < date(2026, 11, 22)
            assert precision in {"year", "month", "day"}
            assert precision != "year" or (day.month, day.day) == (1, 1)
            assert precision == "day" or day.day == 1
        for member in territory.get("members", []):
            assert member["name"]
            assert member["country"] in BY_CODE["countries"]


@pytest.mark.parametrize("kind", ["borders", "territories", "members"])
def test_positions_are_on_the_map(kind: str) -> None:
    for fact in FACTS[kind]:
        overseas = fact["code"] == "outre-mer" or fact.get("parent") == "outre-mer"
        south, north, west, east = (1, 19, -64, -51) if overseas else (35, 56, -11, 24)
        assert south < fact["lat"] < north, fact["code"]
        assert west < fact["lon"] < east, fact["code"]


def test_every_figure_has_a_year_a_source_and_one_subject() -> None:
    for figure in FACTS["key_figures"]:
        assert ("border" in figure) != ("territory" in figure), figure["code"]
        assert isinstance(figure["value"], int | float)
        assert figure["value"] > 0
        assert 1950 < figure["year"] <= 2026
        assert figure["source_name"]
        assert re.match(r"https?://\S+\.\S+", figure["source_url"])
        assert len(figure["source_url"]) <= 200
        assert date.fromisoformat(figure["read_on"]) == date(2026, 11, 22)
        if figure["year"] == 2026:
            assert "année de consultation" in figure["notes"]["fr"], figure["code"]
        if figure["indicator"].startswith("frontier-workers"):
            assert figure["to_country"], figure["code"]


def test_a_flow_joins_countries_of_its_border() -> None:
    for figure in FACTS["key_figures"]:
        if "border" in figure:
            countries = BY_CODE["borders"][figure["border"]]["countries"]
            ends = {figure.get("from_country"), figure.get("to_country")} - {None}
            assert ends <= set(countries), figure["code"]


def test_sources_that_disagree_are_both_kept() -> None:
    def values(subject: str, indicator: str) -> set[float]:
        return {
            figure["value"]
            for figure in FACTS["key_figures"]
            if subject in (figure.get("border"), figure.get("territory")) and figure["indicator"] == indicator
        }

    assert values("fr-es", "border-length") == {623, 656.3}
    assert values("fr-ch", "border-length") == {573, 572}
    assert values("strasbourg-ortenau", "population") == {958421, 921000}
    assert values("strasbourg-ortenau", "area") == {2468, 2393}
    assert values("pyrenees-mediterranee", "area") == {110000, 157385}
    assert values("gf-br", "border-length") == set(), "no confirmed source"


@pytest.mark.parametrize("kind", ["offices", "territories", "programmes", "agents", "members"])
def test_websites_are_addresses(kind: str) -> None:
    assert [
        fact["website"]
        for fact in FACTS[kind]
        if fact.get("website") and not re.fullmatch(r"https?://[\w.-]+\.\w+(/\S*)?", fact["website"])
    ] == []


def test_programmes_run_forward() -> None:
    assert [fact["code"] for fact in FACTS["programmes"] if not 2000 < fact["start_year"] < fact["end_year"]] == []


def test_prose_about_facts_is_in_six_languages() -> None:
    kinds = {"indicators": "definitions", "concepts": "scope_notes", "key_figures": "notes"}
    told = [fact[name] for kind, name in kinds.items() for fact in FACTS[kind] if name in fact]
    assert len(told) > 80
    for texts in told:
        assert set(texts) == LANGUAGES
        assert len(set(texts.values())) == len(LANGUAGES), texts
        assert all(text.endswith(".") for text in texts.values())
    assert all("definitions" in indicator for indicator in FACTS["indicators"])


def test_themes_are_the_top_concepts() -> None:
    tops = {concept["code"] for concept in FACTS["concepts"] if not concept.get("broader")}
    assert tops == THEMES
    assert [code for code in tops if "scope_notes" not in BY_CODE["concepts"][code]] == []


def test_the_thesaurus_has_no_loop_and_every_concept_reaches_a_theme() -> None:
    def tops(code: str, path: tuple[str, ...] = ()) -> set[str]:
        assert code not in path, f"loop: {' > '.join((*path, code))}"
        broader = BY_CODE["concepts"][code].get("broader", [])
        return {code} if not broader else {top for parent in broader for top in tops(parent, (*path, code))}

    for concept in FACTS["concepts"]:
        assert tops(concept["code"]) <= THEMES


def test_related_concepts_are_stated_once_and_never_broader() -> None:
    pairs = [frozenset(pair) for pair in references("concepts", "related")]
    assert all(len(pair) == 2 for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    assert not set(pairs) & {frozenset(pair) for pair in references("concepts", "broader")}


def test_a_label_means_one_concept() -> None:
    labels: dict[tuple[str, str], str] = {}
    for concept in FACTS["concepts"]:
        for language, names in concept["names"].items():
            for name in names:
                key = (language, name.casefold())
                assert labels.setdefault(key, concept["code"]) == concept["code"], name


def test_notations_and_eurovoc_ids_are_unique() -> None:
    for field in ("notation", "eurovoc_id"):
        values = [concept[field] for concept in FACTS["concepts"] if concept.get(field)]
        assert all(isinstance(value, str) for value in values), f"{field}: quote it, 01 is not 1"
        assert len(set(values)) == len(values)


def test_members_are_marked_as_examples() -> None:
    marks = {"fr": "Exemple — ", "en": "Example — ", "de": "Beispiel — ", "es": "Ejemplo — "}
    for member in FACTS["members"]:
        for language, mark in marks.items():
            assert member["names"][language][0].startswith(mark)


def test_french_typography() -> None:
    """A no-break space before : ; ? ! and %, and inside guillemets, in every French text that a reader sees."""
    texts = [figure.get("notes", {}).get("fr", "") for figure in FACTS["key_figures"]]
    texts += [indicator["definitions"]["fr"] for indicator in FACTS["indicators"]]
    texts += [concept.get("scope_notes", {}).get("fr", "") for concept in FACTS["concepts"]]
    texts += [name for kind in KINDS for fact in FACTS[kind] for name in fact.get("names", {}).get("fr", [])]
    wrong = re.compile(r"(?<![\u00a0\u202f])[:;?!%»]|«(?![\u00a0\u202f])|\w'\w")
    assert [text for text in texts if wrong.search(text)] == []


class TestGeometry:
    """The two GeoJSON files of the borders app."""

    borders: list[dict[str, Any]] = json.loads((ROOT / "borders/data/borders.geojson").read_text())["features"]
    outlines: list[dict[str, Any]] = json.loads((ROOT / "borders/data/outlines.geojson").read_text())["features"]

    @staticmethod
    def points(value: Any) -> Iterator[list[float]]:
        """Every position inside nested coordinates."""
        if isinstance(value[0], int | float):
            yield value
        else:
            for inner in value:
                yield from TestGeometry.points(inner)

    def test_files_are_small(self) -> None:
        assert (ROOT / "borders/data/borders.geojson").stat().st_size < 150_000
        assert (ROOT / "borders/data/outlines.geojson").stat().st_size < 250_000

    def test_only_borders_without_parts_have_a_feature(self) -> None:
        wholes = {border.get("parent") for border in FACTS["borders"]}
        expected = {border["code"] for border in FACTS["borders"]} - wholes
        assert {feature["properties"]["code"] for feature in self.borders} == expected
        assert len(self.borders) == len(expected)

    def test_a_line_on_land_a_point_and_a_box_at_sea(self) -> None:
        for feature in self.borders:
            kind = BY_CODE["borders"][feature["properties"]["code"]]["kind"]
            if kind == "maritime":
                assert feature["geometry"]["type"] == "Point"
                west, south, east, north = feature["bbox"]
                x, y = feature["geometry"]["coordinates"]
                assert west < x < east
                assert south < y < north
            else:
                assert feature["geometry"]["type"] in {"LineString", "MultiLineString"}

    def test_coordinates_are_degrees_with_four_decimals(self) -> None:
        for feature in self.borders + self.outlines:
            for x, y in self.points(feature["geometry"]["coordinates"]):
                assert -180 <= x <= 180
                assert -90 <= y <= 90
                assert (round(x, 4), round(y, 4)) == (x, y)

    def test_outlines_are_closed_and_wound_as_rfc_7946_asks(self) -> None:
        for feature in self.outlines:
            assert feature["geometry"]["type"] == "MultiPolygon"
            for polygon in feature["geometry"]["coordinates"]:
                for number, ring in enumerate(polygon):
                    twice_the_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
                    assert ring[0] == ring[-1]
                    assert len(ring) >= 4
                    assert (twice_the_area > 0) == (number == 0), feature["properties"]

    def test_lines_lie_on_the_outline_of_france(self) -> None:
        land = {
            tuple(point)
            for feature in self.outlines
            if feature["properties"]["code"] in {"fr", "mf"}
            for point in self.points(feature["geometry"]["coordinates"])
        }
        for feature in self.borders:
            if feature["geometry"]["type"] != "Point":
                missing = [p for p in self.points(feature["geometry"]["coordinates"]) if tuple(p) not in land]
                assert missing == [], feature["properties"]["code"]

    def test_a_label_is_near_its_line(self) -> None:
        for feature in self.borders:
            border = BY_CODE["borders"][feature["properties"]["code"]]
            nearest = min(
                math.hypot((x - border["lon"]) * math.cos(math.radians(y)), y - border["lat"])
                for x, y in self.points(feature["geometry"]["coordinates"])
            )
            assert nearest < 0.25, feature["properties"]["code"]
