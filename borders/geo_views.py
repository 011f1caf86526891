"""Places that answer JSON, or GeoJSON (RFC 7946) for maps."""

from typing import Any, Literal, NotRequired, get_args, get_type_hints

from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response

from borders import geojson
from cms.api import params
from cms.api.renderers import JSONRenderer
from cms.api.views import DetailApi, ListApi, returned
from cms.json_types import typed_dict


class GeoJsonRenderer(JSONRenderer):
    """`?format=geojson`, or `Accept: application/geo+json`."""

    media_type = "application/geo+json"
    format = "geojson"


def feature_type(place: Any) -> Any:
    """The type of a place's Feature: its TypedDict without geometry and box."""
    name = place.__name__.removesuffix("Json")
    known = {key: kind for key, kind in get_type_hints(place).items() if key not in {"geometry", "bbox"}}
    members = {
        "type": Literal["Feature"],
        "id": str,
        "properties": typed_dict(f"{name}Properties", known, place.__doc__),
        "geometry": geojson.Geometry | None,
        "bbox": NotRequired[list[float]],
    }
    return typed_dict(f"{name}Feature", members, f"{name} as a Feature of RFC 7946.")


def collection_type(place: Any) -> Any:
    """The type of a FeatureCollection of places."""
    name = place.__name__.removesuffix("Json")
    members = {
        "type": Literal["FeatureCollection"],
        "features": list[feature_type(place)],  # type: ignore[misc]
        "bbox": NotRequired[list[float]],
    }
    return typed_dict(f"{name}FeatureCollection", members, "All of them, or those of one part of the list.")


def feature(place: dict[str, Any]) -> dict[str, Any]:
    """A place (code, geometry, bbox and what else is known) as a Feature; its geometry is null where none is known."""
    properties = {name: value for name, value in place.items() if name not in {"geometry", "bbox"}}
    shown = {"type": "Feature", "id": place["code"], "properties": properties, "geometry": place["geometry"]}
    return {**shown, "bbox": place["bbox"]} if place["bbox"] else shown


class GeoListApi(ListApi):
    """A list whose GeoJSON is one FeatureCollection: of all places, which a map needs, unless a `limit` is given."""

    renderer_classes = [JSONRenderer, GeoJsonRenderer]  # type: ignore[misc]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        (place,) = get_args(returned(cls.items))
        return {**super().answers(), GeoJsonRenderer.format: collection_type(place)}

    def get(self, request: Request) -> Response:
        if request.accepted_renderer.format != GeoJsonRenderer.format:
            return super().get(request)
        query = self.query(request)
        with translation.override(query.locale):
            features = [feature(place) for place in self.all_items(query)]
        collection = {"type": "FeatureCollection", "features": features}
        box = geojson.hull(feature["bbox"] for feature in features if "bbox" in feature)
        return Response({**collection, "bbox": list(box)} if box else collection)


class GeoDetailApi(DetailApi):
    """One place, in GeoJSON as a Feature: of `place`, which is the item unless that holds more than a map needs."""

    renderer_classes = [JSONRenderer, GeoJsonRenderer]  # type: ignore[misc]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        place = cls.item if cls.place is GeoDetailApi.place else cls.place
        return {**super().answers(), GeoJsonRenderer.format: feature_type(returned(place))}

    def place(self, key: Any, query: params.Query) -> Any:
        """The place as JSON; raises errors.NotFound."""
        return self.item(key, query)

    def get(self, request: Request, key: Any) -> Response:
        if request.accepted_renderer.format != GeoJsonRenderer.format:
            return super().get(request, key=key)  # type: ignore[no-any-return]
        query = self.query(request)
        with translation.override(query.locale):
            return Response(feature(self.place(key, query)))
