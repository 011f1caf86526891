"""Borders, territories and programmes in schema.org's terms, made of their JSON."""

from typing import Any

from borders import shapes
from borders.geography import LegalForm
from borders.programme_shapes import ProgrammeJson
from cms.labels import Coded
from cms.references import Context
from cms.representation import PageLink
from cms.structured_data import JsonLd, compact, country, document, place


def border(shown: shapes.BorderJson, context: Context) -> JsonLd:
    """A border as a place that touches its countries."""
    whole = _border(shown["part_of"], context) if shown["part_of"] else None
    own = {
        "@type": "Place",
        "@id": _id("borders", shown["code"], context),
        "name": shown["label"],
        "url": _url(shown["page"]),
        "geo": [found for found in (_point(shown["point"]), _box(shown["bbox"])) if found],
        "geoTouches": [country(coded) for coded in shown["countries"]],
        "containedInPlace": whole,
        "containsPlace": [_border(part, context) for part in shown["parts"]],
    }
    return document(compact(own))


def territory(shown: shapes.TerritoryDetail, context: Context) -> JsonLd:
    """A territory as the organisation that it is by its legal form, else as a place."""
    own: dict[str, Any] = {
        "@type": "Place",
        "@id": _id("territories", shown["code"], context),
        "name": shown["label"],
        "url": shown["website"] or _url(shown["page"]),
    }
    legal = shown["legal_form"]
    if legal is None or legal["code"] == LegalForm.NONE:
        return document(compact({**own, "address": shown["seat"], "geo": _point(shown["point"])}))
    point = shown["point"] or {"lat": None, "lon": None}
    more = {
        "foundingDate": shown["founded"] and shown["founded"]["date"],
        "location": place(shown["label"], shown["seat"], point["lat"], point["lon"]),
        "member": [
            compact({"@type": "Organization", "name": member["name"], "url": member["website"]})
            for member in shown["members"]
        ],
    }
    return document(compact({**own, "@type": "Organization", **more}))


def programme(shown: ProgrammeJson, context: Context) -> JsonLd:
    """A programme as a scheme that funds something on its borders."""
    own = {
        "@type": "FundingScheme",
        "@id": _id("programmes", shown["code"], context),
        "name": shown["label"],
        "url": shown["website"],
        "areaServed": [_border(coded, context) for coded in shown["borders"]],
    }
    return document(compact(own))


def _id(kind: str, code: str, context: Context) -> str:
    return context.api(f"{kind}/{code}/")


def _url(page: PageLink | None) -> str | None:
    return page["html_url"] if page else None


def _border(coded: Coded, context: Context) -> dict[str, Any]:
    return {"@type": "Place", "@id": _id("borders", coded["code"], context), "name": coded["label"]}


def _point(point: shapes.Point | None) -> dict[str, Any] | None:
    return {"@type": "GeoCoordinates", "latitude": point["lat"], "longitude": point["lon"]} if point else None


def _box(box: list[float] | None) -> dict[str, Any] | None:
    """South-west and north-east corners; none for what lies across the antimeridian, where they would be reversed."""
    if box is None:
        return None
    west, south, east, north = box
    return {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"} if west <= east else None
