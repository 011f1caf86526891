"""What facts refuse, and the field that says so."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from borders.models import Border, BorderName, Country, Indicator, KeyFigure, Programme
from tests.borders.conftest import Places
from tests.factories import borders as make

pytestmark = pytest.mark.django_db


def refused(fact: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        fact.full_clean()
    return refusal.value.message_dict


@pytest.mark.parametrize("code", ["FR-DE", "fr_de", "fr de", "-fr", "é", ""])
def test_codes_are_small_letters_digits_and_hyphens(code: str) -> None:
    assert "code" in refused(Border(code=code))


@pytest.mark.parametrize("code", ["compare", "tree"])
def test_a_code_is_no_fixed_part_of_an_address(client: Client, code: str) -> None:
    border = make.border(f"{code}-1")
    assert client.get(f"/api/v2/borders/{border.code}/").status_code == 200
    border.code = code
    assert code in refused(border)["code"][0]
    with pytest.raises(ValidationError):
        border.save_revision().publish()
    assert Border.objects.get().code == f"{code}-1"


@pytest.mark.parametrize("code", ["fra", "f", "f1"])
def test_a_country_has_two_letters(code: str) -> None:
    assert list(refused(Country(code=code))) == ["code"]


def test_a_code_is_there_once() -> None:
    make.country("fr")
    assert "code" in refused(Country(code="fr"))


def test_one_preferred_name_per_language(places: Places) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BorderName.objects.create(fact=places.fr_de, language="fr", text="Autre")
    BorderName.objects.create(fact=places.fr_de, language="fr", kind="alternative", text="Autre")
    assert Border.objects.get(pk=places.fr_de.pk).name_in("fr") == "France–Allemagne"


def test_a_name_stands_in_for_another_language(places: Places) -> None:
    assert places.fr_de.name_in("de") == "Frankreich–Deutschland"
    assert places.fr_de.name_in("nl") == "France–Allemagne"


def test_a_border_is_no_part_of_itself(places: Places) -> None:
    places.fr_de.parent = places.fr_de
    assert list(refused(places.fr_de)) == ["parent"]


def test_a_maritime_border_has_no_line(places: Places) -> None:
    places.fr_de.kind = "maritime"
    places.fr_de.geometry = {"type": "LineString", "coordinates": [[7.5, 47.5], [8.2, 48.9]]}
    assert list(refused(places.fr_de)) == ["geometry"]
    places.fr_de.geometry = {"type": "Point", "coordinates": [7.5, 47.5]}
    places.fr_de.full_clean()


def test_parts_form_no_loop(places: Places) -> None:
    places.whole.parent = places.fr_mc
    assert list(refused(places.whole)) == ["parent"]
    places.fr_mc.parent = places.fr_it
    places.fr_mc.full_clean()


def test_a_line_is_checked_on_its_field(places: Places) -> None:
    places.fr_de.geometry = {"type": "Point", "coordinates": [200, 0]}
    assert list(refused(places.fr_de)) == ["geometry"]


@pytest.mark.parametrize(
    ("lat", "lon", "field"),
    [(91, 0, "lat"), (0, 181, "lon"), (48.5, None, "lon"), (None, 7.7, "lat")],
)
def test_a_point_is_on_earth_and_whole(places: Places, lat: Any, lon: Any, field: str) -> None:
    places.territory.lat, places.territory.lon = lat, lon
    assert field in refused(places.territory)


def test_a_programme_ends_after_it_starts() -> None:
    assert list(refused(Programme(code="interreg", start_year=2021, end_year=2020))) == ["end_year"]
    assert "start_year" in refused(Programme(code="interreg", start_year=21))


def figure(places: Places, **fields: Any) -> KeyFigure:
    given = {
        "code": "new",
        "indicator": make.indicator(),
        "border": places.fr_de,
        "value": Decimal(1),
        "year": 2024,
        "source_name": "IGN",
        "source_url": "https://www.ign.fr",
    }
    return KeyFigure(**{**given, **fields})


def test_a_figure_has_one_place(places: Places) -> None:
    assert list(refused(figure(places, border=None))) == ["border"]
    assert list(refused(figure(places, territory=places.territory))) == ["territory"]
    figure(places, border=None, territory=places.territory).full_clean()


def test_the_database_holds_to_one_place_too(places: Places) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyFigure.objects.filter(pk=places.ours.pk).update(territory=places.territory)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"year": None}, "year"),
        ({"year": 24}, "year"),
        ({"year": 2999}, "year"),
        ({"source_name": ""}, "source_name"),
        ({"source_url": ""}, "source_url"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"value": None}, "value"),
        ({"value": Decimal(-1)}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"indicator": None}, "indicator"),
    ],
)
def test_a_figure_has_a_year_a_source_and_a_sane_value(places: Places, fields: dict[str, Any], field: str) -> None:
    assert field in refused(figure(places, **fields))


def test_a_figure_was_not_read_tomorrow(places: Places) -> None:
    figure = make.key_figure("length", places.fr_de)
    figure.read_on = timezone.localdate() + datetime.timedelta(days=1)
    assert list(refused(figure)) == ["read_on"]


def test_a_flow_goes_somewhere_else(places: Places) -> None:
    france = make.country("fr")
    assert list(refused(figure(places, from_country=france, to_country=france))) == ["to_country"]


def test_a_value_fits_its_unit(places: Places) -> None:
    share, people = make.indicator("share", "percent"), make.indicator("workers", "workers")
    assert list(refused(figure(places, indicator=share, value=Decimal("100.1")))) == ["value"]
    assert list(refused(figure(places, indicator=people, value=Decimal("46.5")))) == ["value"]
    figure(places, indicator=share, value=Decimal("53.7")).full_clean()
    figure(places, indicator=people, value=Decimal("46000.000")).full_clean()


def test_a_unit_is_not_changed_under_figures_that_it_does_not_fit(places: Places) -> None:
    length = Indicator.objects.get(code="border-length")
    length.unit = "percent"
    assert list(refused(length)) == ["unit"]
    length.unit = "km2"
    length.full_clean()


def test_a_figure_is_called_by_what_where_and_when(places: Places) -> None:
    assert str(places.ours) == "BORDER-LENGTH – France–Allemagne – 2024"
    assert places.ours.name_in("de") == "BORDER-LENGTH (de) – Frankreich–Deutschland – 2024"
