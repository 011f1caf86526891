"""Borders compared by their key figures over REST."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from borders.models import KeyFigure
from tests.borders.conftest import Places
from tests.factories import borders as make

pytestmark = pytest.mark.django_db

PATH = "/api/v2/borders/compare/"


def compared(client: Client, codes: str = "fr-de,fr-be", **parameters: str) -> dict[str, Any]:
    response = client.get(PATH, {"codes": codes, **parameters})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def only(body: dict[str, Any]) -> dict[str, Any]:
    (indicator,) = body["indicators"]
    found: dict[str, Any] = indicator
    return found


def problems(client: Client, codes: str = "fr-de,fr-be") -> list[str]:
    found = only(compared(client, codes))
    assert found["comparable"] == any(line["comparable"] for line in found["lines"])
    assert found["comparable"] or found["problems"], "what cannot be compared says why"
    return [problem["code"] for problem in found["problems"]]


def test_figures_of_one_year_and_source_stand_in_one_line(client: Client, places: Places) -> None:
    make.key_figure("be-mot", make.border("fr-be"), 620, source_name="MOT ")
    make.key_figure("be-older", places.fr_de, 450, source_name="MOT", year=2010)
    body = compared(client, "fr-be,fr-de", locale="de")
    assert [border["code"] for border in body["borders"]] == ["fr-be", "fr-de"]
    assert body["borders"][1]["label"] == "Frankreich–Deutschland"
    length = only(body)
    assert (length["indicator"]["code"], length["unit"]["code"]) == ("border-length", "km")
    lines = [
        (
            line["year"],
            line["source"],
            line["comparable"],
            [[f["value"] for f in on["figures"]] for on in line["borders"]],
        )
        for line in length["lines"]
    ]
    assert lines == [
        (2024, "IGN", False, [[], [455.5]]),
        (2024, "MOT ", True, [[620], [451]]),
        (2010, "MOT", False, [[], [450]]),
    ]
    assert length["comparable"]
    assert length["problems"] == [{"code": "disagreeing_sources", "label": "Quellen, die sich widersprechen"}]


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ({}, {}, []),
        ({}, {"year": 2020}, ["different_years"]),
        ({}, {"source_name": "IGN"}, ["different_sources"]),
        ({}, {"qualifier": "about"}, ["different_qualifiers"]),
        ({}, {"year": 2020, "source_name": "IGN"}, ["different_years", "different_sources"]),
        ({"from": "fr", "to": "de"}, {"from": "fr", "to": "be"}, []),
        ({"from": "fr", "to": "de"}, {"from": "be", "to": "fr"}, ["different_directions"]),
        ({"from": "fr", "to": "de"}, {}, ["different_directions"]),
    ],
)
def test_what_stands_in_the_way(
    client: Client, db: Any, here: dict[str, Any], there: dict[str, Any], expected: list[str]
) -> None:
    for code, given in (("fr-de", here), ("fr-be", there)):
        countries = {f"{end}_country": make.country(given[end]) for end in ("from", "to") if end in given}
        rest = {name: value for name, value in given.items() if name not in {"from", "to"}}
        make.key_figure(f"figure-{code}", make.border(code), **{"qualifier": "exact", **rest, **countries})
    assert problems(client) == expected


def test_what_each_shares_but_never_together(client: Client, db: Any) -> None:
    de, be = make.border("fr-de"), make.border("fr-be")
    for number, (border, year, source) in enumerate(
        [(de, 2020, "MOT"), (de, 2021, "IGN"), (be, 2020, "IGN"), (be, 2021, "MOT")]
    ):
        make.key_figure(f"figure-{number}", border, year=year, source_name=source)
    assert problems(client) == ["different_sources"]


def test_a_part_does_not_stand_for_the_whole(client: Client, places: Places) -> None:
    make.key_figure("of-a-part", places.fr_it, 515, source_name="MOT")
    body = compared(client, "fr-de,fr-it-mc")
    assert [part["code"] for part in body["borders"][1]["parts"]] == ["fr-it", "fr-mc"]
    line = next(line for line in only(body)["lines"] if line["source"] == "MOT")
    assert [figure["place"]["code"] for figure in line["borders"][1]["figures"]] == ["fr-it"]
    assert problems(client, "fr-de,fr-it-mc") == ["parts_only", "disagreeing_sources"]
    assert problems(client, "fr-de,fr-it") == ["disagreeing_sources"]
    assert problems(client, "fr-de,fr-mc") == ["missing", "disagreeing_sources"]


def test_two_values_of_one_source(client: Client, db: Any) -> None:
    for code in ("fr-de", "fr-be"):
        border = make.border(code)
        make.key_figure(f"{code}-one", border, 1)
        make.key_figure(f"{code}-two", border, 2)
    assert problems(client) == ["several_values"]


def test_what_is_not_published_is_not_compared(client: Client, places: Places) -> None:
    make.key_figure("be-mot", make.border("fr-be"), 620, source_name="MOT")
    make.border("fr-lu", live=False)
    KeyFigure.objects.filter(code="length-ign").update(live=False)
    assert problems(client) == []
    assert len(only(compared(client))["lines"]) == 1
    assert client.get(PATH, {"codes": "fr-de,fr-lu"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "",
        "codes=",
        "codes=fr-de",
        "codes=fr-de,fr-de",
        "codes=fr-de,fr-it,fr-de",
        "codes=fr-de,nowhere",
        "codes=fr-de,,fr-it",
        "codes=" + ",".join(["fr-de", "fr-it", "fr-mc"] * 4),
        "codes=fr-de,fr-it&limit=3",
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(client: Client, places: Places, query: str) -> None:
    response = client.get(f"{PATH}?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == ("limit" if "limit" in query else "codes")


def test_as_a_table(client: Client, places: Places) -> None:
    make.key_figure("be-mot", make.border("fr-be"), 620, source_name="MOT", year=2010)
    response = client.get(PATH, {"codes": "fr-de,fr-be", "format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="borders-compared.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert [(row["border.code"], row["year"], row["value"], row["comparable"]) for row in rows] == [
        ("fr-de", "2024", "455.5", "false"),
        ("fr-de", "2024", "451", "false"),
        ("fr-be", "2010", "620", "false"),
    ]
    assert {row["problems"] for row in rows} == {"different_years disagreeing_sources"}


def test_queries_do_not_grow(client: Client, places: Places, django_assert_max_num_queries: Any) -> None:
    compared(client, "fr-de,fr-it")
    for number in range(10):
        make.key_figure(f"figure-{number}", make.border(f"fr-it-{number}", parent=places.fr_it, countries=["fr", "it"]))
    compared(client, "fr-de,fr-it")
    with django_assert_max_num_queries(2):
        compared(client, "fr-de,fr-it-mc")
