"""The names of countries on maps."""

import re

from home import maps


def test_a_country_is_named_where_its_land_has_most_room_and_only_there() -> None:
    countries = [{"code": code, "label": code.upper()} for code in ("fr", "lu", "be", "de", "it")]
    place = {"label": "Alzette-Belval", "point": {"lon": 5.94, "lat": 49.49}, "countries": countries}
    named = re.findall("'country' x='([0-9]+)[^']*' y='([0-9]+)[^>]*>([A-Z]+)", maps.svg([place], ""))
    assert named == [("333", "384", "FR"), ("266", "48", "BE"), ("400", "48", "LU"), ("600", "48", "DE")]
