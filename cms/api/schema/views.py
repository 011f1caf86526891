"""The OpenAPI document, for programs and for people."""

from functools import cache
from typing import Any

import yaml
from django.template.loader import render_to_string
from rest_framework.renderers import BaseRenderer, StaticHTMLRenderer
from typing_extensions import TypedDict

from cms.api import params
from cms.api.renderers import JSONRenderer
from cms.api.schema.document import document
from cms.api.views import Api
from cms.references import API_PATH


@cache
def _as_yaml() -> bytes:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # in C where the wheel has it: ten times as fast
    return yaml.dump(document(), Dumper=dumper, sort_keys=False, allow_unicode=True, width=120).encode()


class YamlRenderer(BaseRenderer):
    """`?format=yaml`, or `Accept: application/yaml`."""

    media_type = "application/yaml"
    format = "yaml"

    def render(self, data: Any, *args: Any) -> bytes:
        return _as_yaml()


class OpenApi(TypedDict):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    security: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    paths: dict[str, Any]
    webhooks: dict[str, Any]
    components: dict[str, Any]


class Schema(Api):
    """The OpenAPI 3.1 document of this API, in JSON or YAML."""

    renderer_classes = (JSONRenderer, YamlRenderer)

    def declared(self) -> list[params.Param]:
        return [self.format, params.CACHE_BUSTER]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {"json": cls.answer_type(), "yaml": cls.answer_type()}

    def answer(self, query: params.Query) -> OpenApi:
        return document()  # type: ignore[return-value]


class Docs(Api):
    """The OpenAPI document to read and try in a browser."""

    renderer_classes = (StaticHTMLRenderer,)

    def declared(self) -> list[params.Param]:
        return [self.format, params.CACHE_BUSTER]

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {StaticHTMLRenderer.format: cls.answer_type()}

    def answer(self, query: params.Query) -> str:
        """A page with Swagger UI, which comes from our own static files."""
        context = {"schema": f"{API_PATH}schema/", "title": document()["info"]["title"]}
        return render_to_string("cms/api_docs.html", context)
