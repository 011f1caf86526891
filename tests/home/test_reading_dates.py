"""Dates, figures and maps as readers of each language see them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from home import dates, maps
from home.measures import measures
from tests.home.html import Outline


@pytest.mark.parametrize(
    ("language", "day", "month", "session"),
    [
        ("fr", "1er mai 2027", "août 2009", "vendredi 22 janvier 2027, 09:00 – 12:30"),
        ("en", "1 May 2027", "August 2009", "Friday 22 January 2027, 09:00 – 12:30"),
        ("de", "1. Mai 2027", "August 2009", "Freitag, 22. Januar 2027, 09:00 – 12:30"),
        ("es", "1 de mayo de 2027", "agosto de 2009", "viernes, 22 de enero de 2027, 09:00 – 12:30"),
        ("it", "1 maggio 2027", "agosto 2009", "venerdì 22 gennaio 2027, 09:00 – 12:30"),
        ("nl", "1 mei 2027", "augustus 2009", "vrijdag 22 januari 2027, 09:00 – 12:30"),
    ],
)
def test_dates_in_every_language(language: str, day: str, month: str, session: str) -> None:
    with translation.override(language):
        assert dates.uncertain("2027-05-01").lower() == day.lower()
        assert dates.uncertain("2009-08").lower() == month.lower()
        assert dates.uncertain("1713") == "1713"
        hours = {"start": "2027-01-22T09:00:00+01:00", "end": "2027-01-22T12:30:00+01:00", "all_day": False}
        assert dates.session(hours).lower() == session.lower()


def test_days_of_one_month_are_written_once() -> None:
    whole: dict[str, Any] = {"start": "2020-11-09", "end": "2020-11-10", "all_day": True}
    with translation.override("fr"):
        assert dates.session(whole) == "9 – 10 novembre 2020"
        assert dates.session({**whole, "start": "2020-11-01"}) == "1er – 10 novembre 2020"
        assert dates.session({**whole, "start": "2020-10-30"}) == "30 octobre 2020 – 10 novembre 2020"
        assert dates.session({**whole, "start": "2020-11-10"}) == "mardi 10 novembre 2020"
    with translation.override("de"):
        assert dates.session(whole) == "9. – 10. November 2020"


def test_whose_clocks() -> None:
    assert dates.clock("Europe/Paris", "2027-07-01T09:00:00+02:00") == "Paris, UTC+2"
    assert dates.clock("America/Lower_Princes", "2027-07-01T09:00:00-04:00") == "Lower Princes, UTC-4"
    assert dates.clock("America/St_Johns", "2027-07-01T09:00:00-02:30") == "St Johns, UTC-2:30"


def figure(code: str, value: float, year: int, **other: Any) -> dict[str, Any]:
    place = {"code": "fr-ch", "label": "France–Suisse"}
    indicator = {"code": "length", "label": "Longueur", "definition": ""}
    return {
        "code": code,
        "indicator": indicator,
        "place": place,
        "from_country": None,
        "to_country": None,
        "value": value,
        "year": year,
        **other,
    }


@pytest.mark.parametrize(
    ("start", "end", "all_day", "on"),
    [
        ("2026-11-24", "2026-11-26", True, True),
        ("2026-11-25", None, True, True),
        ("2026-11-26", None, True, False),
        ("2026-11-25T09:00:00+01:00", "2026-11-25T12:00:00+01:00", False, True),
        ("2026-11-25T11:30:00+01:00", "2026-11-25T12:00:00+01:00", False, False),
    ],
)
def test_what_is_going_on(start: str, end: str | None, all_day: bool, on: bool) -> None:
    told = {"start": start, "end": end, "all_day": all_day, "timezone": "Europe/Paris"}
    assert dates.going_on([told], datetime(2026, 11, 25, 10, tzinfo=UTC)) is on


def test_sources_that_disagree_stand_under_one_measure() -> None:
    swiss, french = {"code": "ch", "label": "Suisse"}, {"code": "fr", "label": "France"}
    found = measures(
        [
            figure("a", 572, 2020),
            figure("b", 573, 2026),
            figure("c", 9, 2020, from_country=french, to_country=swiss),
            figure("d", 5, 2020, from_country=swiss, to_country=french),
        ]
    )
    assert [[value["code"] for value in measure["values"]] for measure in found] == [["b", "a"], ["c"], ["d"]]
    assert found[1]["flow"] == ("France", "Suisse")


LINE = {"type": "LineString", "coordinates": [[6.3, 49.4], [8.1, 48.9], [7.6, 47.6]]}
COUNTRIES = [{"code": "fr", "label": "France"}, {"code": "de", "label": "Allemagne"}]


def test_a_map_names_its_countries_once_each() -> None:
    drawn = maps.svg([{"label": "France–Allemagne", "geometry": LINE, "countries": COUNTRIES}], "")
    assert drawn.count("<svg") == 1
    assert drawn.count(">France</text>") == drawn.count(">Allemagne</text>") == 1
    assert "aria-label='France–Allemagne'" in drawn


def test_far_parts_have_maps_of_their_own_and_nothing_has_none() -> None:
    far = {"type": "LineString", "coordinates": [[-54.0, 2.2], [-51.6, 4.2]]}
    both = {"label": "Partout", "geometry": {"type": "GeometryCollection", "geometries": [LINE, far]}}
    assert maps.svg([both], "").count("<svg") == 2
    assert maps.svg([{"label": "Nulle part", "geometry": None, "point": None}, None], "") == ""


def test_a_maritime_border_shows_its_coasts_and_a_point_but_no_line() -> None:
    sea = {"type": "Point", "coordinates": [1.45, 51.0], "bbox": [0.9, 50.6, 2.0, 51.4]}
    drawn = maps.svg([{"label": "Manche", "geometry": sea, "point": {"lat": 51.0, "lon": 1.45}}], "")
    assert "class='border'" not in drawn
    assert drawn.count("<circle") == 1


def test_labels_of_a_map_are_text() -> None:
    drawn = maps.svg([{"label": "<script>'\"&", "geometry": None, "point": {"lat": 48.5, "lon": 7.7}}], "<b>'\"")
    outline = Outline(f"<header></header><main><h1>x</h1>{drawn}</main><footer></footer>")
    assert outline.problems == []
    assert "&lt;script&gt;" in drawn
