"""What other people's programs say of the demo's answers."""

from django.test import Client
from geojson_pydantic import Feature, FeatureCollection


def check_geojson(client: Client) -> None:
    """Every border and territory is GeoJSON as RFC 7946 has it, in lists and alone."""
    for path in ("borders", "territories"):
        answer = client.get(f"/api/v2/{path}/?format=geojson")
        assert FeatureCollection.model_validate_json(answer.content).length >= 15
        body = answer.json()
        codes = {item["code"] for item in client.get(f"/api/v2/{path}/?limit=100").json()["items"]}
        assert {feature["id"] for feature in body["features"]} == codes
        for feature in body["features"]:
            alone = client.get(f"/api/v2/{path}/{feature['id']}/?format=geojson")
            assert alone["Content-Type"] == "application/geo+json"
            Feature.model_validate_json(alone.content)
            assert alone.json()["geometry"] == feature["geometry"]
        assert not {"crs", "coordinates"} & body.keys()
        holds(body["bbox"], [feature["bbox"] for feature in body["features"]])
    sea = client.get("/api/v2/borders/fr-gb/?format=geojson").json()
    assert sea["geometry"]["type"] == "Point"
    assert sea["bbox"] == [-5.8, 48.4, 2.6, 51.5]


def holds(box: list[float], boxes: list[list[float]]) -> None:
    """Whether a box (none here crosses the antimeridian) is the hull of others."""
    west, south, east, north = zip(*boxes, strict=True)
    assert box == [min(west), min(south), max(east), max(north)]
