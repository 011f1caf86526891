"""Places that answer JSON, or GeoJSON (RFC 7946) for maps."""

from typing import Any

from django.utils import translation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from borders import geojson
from cms.api.views import DetailApi, ListApi


class GeoJsonRenderer(JSONRenderer):
    """`?format=geojson`, or `Accept: application/geo+json`."""

    media_type = "application/geo+json"
    format = "geojson"


def feature(place: dict[str, Any]) -> dict[str, Any]:
    """A place (code, geometry, bbox and what else is known) as a Feature; its geometry is null where none is known."""
    properties = {name: value for name, value in place.items() if name not in {"geometry", "bbox"}}
    shown = {"type": "Feature", "id": place["code"], "properties": properties, "geometry": place["geometry"]}
    return {**shown, "bbox": place["bbox"]} if place["bbox"] else shown


class GeoListApi(ListApi):
    """A list whose GeoJSON is one FeatureCollection: of all places, which a map needs, unless a `limit` is given."""

    renderer_classes = [JSONRenderer, GeoJsonRenderer]  # type: ignore[misc]

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
    """One place, in GeoJSON as a Feature."""

    renderer_classes = [JSONRenderer, GeoJsonRenderer]  # type: ignore[misc]

    def get(self, request: Request, key: Any) -> Response:
        response = super().get(request, key)
        if request.accepted_renderer.format == GeoJsonRenderer.format:
            response.data = feature(response.data)
        return response
