"""What is a geometry, and what is said of what is not."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from borders import geojson

POINT = {"type": "Point", "coordinates": [7.4, 43.7]}
LINE = {"type": "LineString", "coordinates": [[6.3, 49.4], [8.1, 48.9, 120]]}
RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        POINT,
        LINE,
        {**POINT, "bbox": [-5.8, 48.4, 2.6, 51.5]},
        {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
        {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]},
        {"type": "Polygon", "coordinates": [RING]},
        {"type": "MultiPolygon", "coordinates": [[RING], [RING]]},
        {"type": "GeometryCollection", "geometries": [POINT, LINE]},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_geometries_of_the_standard_are_accepted(geometry: Any) -> None:
    assert geojson.validate(geometry) is None


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        ({"type": "Feature", "geometry": POINT}, "alone"),
        ({"type": "Circle", "coordinates": [1, 2]}, "type"),
        ({"type": ["Point"], "coordinates": [1, 2]}, "type"),
        ([], "type"),
        ("POINT(1 2)", "type"),
        (7, "type"),
        ({"type": "Point"}, "coordinates"),
        ({"type": "Point", "coordinates": {}}, "coordinates"),
        ({"type": "Point", "coordinates": []}, "coordinates"),
        ({"type": "Point", "coordinates": [1]}, "numbers"),
        ({"type": "Point", "coordinates": [1, 2, 3, 4]}, "numbers"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "numbers"),
        ({"type": "Point", "coordinates": [True, 2]}, "numbers"),
        ({"type": "Point", "coordinates": [float("nan"), 2]}, "numbers"),
        ({"type": "Point", "coordinates": [48.9, 181.0]}, "Earth"),
        ({"type": "Point", "coordinates": [181, 0]}, "Earth"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, "two positions"),
        ({"type": "LineString", "coordinates": [1, 2]}, "coordinates"),
        ({"type": "MultiLineString", "coordinates": [[1, 2], [3, 4]]}, "coordinates"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, "ring"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "ring"),
        ({"type": "GeometryCollection"}, "geometries"),
        ({"type": "GeometryCollection", "geometries": [{"type": "Nothing"}]}, "type"),
        ({**POINT, "crs": float("nan")}, "crs"),
        ({**POINT, "bbox": [1, 2, 3]}, "bbox"),
        ({**POINT, "bbox": [0, 50, 1, 40]}, "bbox"),
    ],
)
def test_anything_else_is_refused_with_the_reason(geometry: Any, message: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        geojson.validate(geometry)
    assert message in refusal.value.messages[0]


def test_large_and_deep_geometries_are_refused() -> None:
    with pytest.raises(ValidationError):
        geojson.validate({"type": "MultiPoint", "coordinates": [[1.23456, 2.34567]] * 40_000})
    deep: dict[str, Any] = POINT
    for _level in range(10):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    with pytest.raises(ValidationError):
        geojson.validate(deep)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "1" * 5000, '{"type": "Point"'])
def test_text_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        geojson.GeometryFormField().clean(text)


def test_box_holds_all_positions_and_boxes() -> None:
    sea = {**POINT, "bbox": [-5.8, 43.0, 2.6, 51.5]}
    assert geojson.box([LINE, sea]) == (-5.8, 43.0, 8.1, 51.5)
    assert geojson.box([{"type": "GeometryCollection", "geometries": [POINT]}]) == (7.4, 43.7, 7.4, 43.7)
    assert geojson.box([]) is None


@pytest.mark.parametrize(
    ("geometries", "expected"),
    [
        ([{"type": "MultiPoint", "coordinates": [[179, -16], [-178, -13]]}], (179, -16, -178, -13)),
        ([{**POINT, "coordinates": [-175, -14], "bbox": [178, -20, -170, -10]}], (178, -20, -170, -10)),
        ([{**POINT, "bbox": [170, 0, -170, 1]}, {**POINT, "coordinates": [-172, 3]}], (7.4, 0, -170, 43.7)),
        ([{"type": "LineString", "coordinates": [[-179, 0], [179, 1]]}], (-179, 0, 179, 1)),
        (
            [{"type": "MultiLineString", "coordinates": [[[179, 0], [180, 0]], [[-180, 0], [-179, 1]]]}],
            (179, 0, -179, 1),
        ),
        ([{"type": "LineString", "coordinates": [[-180, -90], [180, 90]]}], (-180, -90, 180, 90)),
        ([{"type": "Point", "coordinates": [180, 0]}], (180, 0, 180, 0)),
        (
            [{"type": "Point", "coordinates": [-61.3, 4]}, {"type": "Point", "coordinates": [9.6, 51]}],
            (-61.3, 4, 9.6, 51),
        ),
    ],
)
def test_box_is_the_narrowest_that_holds_all(geometries: Any, expected: Any) -> None:
    assert geojson.box(geometries) == expected


def test_a_kept_geometry_winds_to_the_right_and_has_no_heights() -> None:
    clockwise = [[0, 0, 5], [0, 3, 5], [3, 3, 5], [3, 0, 5], [0, 0, 5]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 1]]
    polygon = geojson.GeometryField().clean({"type": "Polygon", "coordinates": [clockwise, hole]}, None)
    outer = [[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]]
    assert polygon == {"type": "Polygon", "coordinates": [outer, hole[::-1]]}
    several = {"type": "MultiPolygon", "coordinates": [[clockwise], [outer]], "bbox": [0, 0, 3, 3]}
    inside = {"type": "GeometryCollection", "geometries": [several, {**POINT, "coordinates": [7.4, 43.7, 1]}]}
    assert geojson.normal(inside) == {
        "type": "GeometryCollection",
        "geometries": [{**several, "coordinates": [[outer], [outer]]}, POINT],
    }
    assert geojson.normal(polygon) == polygon


def test_union_is_of_one_family_where_it_can_be() -> None:
    lines = {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]]}
    assert geojson.union([]) is None
    assert geojson.union([LINE]) == LINE
    assert geojson.union([LINE, lines]) == {
        "type": "MultiLineString",
        "coordinates": [LINE["coordinates"], [[0, 0], [1, 1]]],
    }
    assert geojson.union([LINE, POINT]) == {"type": "GeometryCollection", "geometries": [LINE, POINT]}
