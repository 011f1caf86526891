"""One endpoint as an OpenAPI operation."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

from cms.api import errors, params
from cms.api.schema.components import Json
from cms.api.views import Api

PATH_PARTS = {
    "int": ({"type": "integer", "minimum": 0}, "The key (`id`) of the object."),
    "slug": ({"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}, "The code of the object."),
}
"""Django's path converters with what they take and mean."""

EVERYWHERE: dict[int, Any] = dict.fromkeys((400, 406, 429, 500), errors.Problem)
"""Errors that every endpoint can answer."""


CUT_BY_FIELDS = "x-cut-by-fields"
"""Beside the schema of a whole answer: that of an answer to a request with `fields` (see docs/api.md)."""


@dataclass(frozen=True)
class Endpoint:
    """An endpoint at its place in the router, such as "pages/<int:key>/"."""

    route: str
    api: type[Api]

    @property
    def name(self) -> str:
        return self.api.__name__

    @property
    def path(self) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.route)

    @property
    def tag(self) -> str:
        return self.route.split("/")[0]

    @property
    def summary(self) -> str:
        """The first line of the endpoint's docstring."""
        return (inspect.getdoc(self.api) or "").split("\n")[0].removesuffix(".")

    @property
    def problems(self) -> dict[int, Any]:
        """Every error with the type of its body."""
        return dict(sorted({**EVERYWHERE, **self.api.problems}.items()))

    @property
    def can_be_cut(self) -> bool:
        """Whether the parameter `fields` can leave properties out of the answer."""
        return any(param.name == "fields" for param in self.api.documented())

    def types(self) -> dict[str, Any]:
        """Every Python type that the operation shows, under keys of its own."""
        return {
            **{f"{self.name} param {param.name}": param.read.type for param in self.api.documented()},
            **{f"{self.name} answer {name}": kind for name, kind in self.api.answers().items()},
            **({f"{self.name} cut": self.api.cut_type()} if self.can_be_cut else {}),
            **{f"{self.name} problem {status}": kind for status, kind in self.problems.items()},
        }

    def operation(self, schemas: dict[str, Json]) -> Json:
        """The operation; `schemas` are those of `types`, with that of a cut answer under the key "… cut"."""
        return {
            "operationId": self.name,
            "tags": [self.tag],
            "summary": self.summary,
            "description": inspect.getdoc(self.api),
            "parameters": [
                *self._path_parameters(),
                *(self._parameter(param, schemas) for param in self.api.documented()),
            ],
            "responses": self._responses(schemas),
        }

    def _path_parameters(self) -> list[Json]:
        found = []
        for converter, name in re.findall(r"<(\w+):(\w+)>", self.route):
            schema, description = PATH_PARTS[converter]
            found.append({"name": name, "in": "path", "required": True, "description": description, "schema": schema})
        return found

    def _parameter(self, param: params.Param, schemas: dict[str, Json]) -> Json:
        schema = schemas[f"{self.name} param {param.name}"]
        shown: Json = {"name": param.name, "in": "query", "description": param.description, "schema": schema}
        if param.many:
            shown |= {"schema": {"type": "array", "items": schema, "maxItems": param.most}}
            shown |= {"style": "form", "explode": False}
            if param.between:
                least, most = param.between
                shown["schema"] |= {"minItems": least, "maxItems": most, "uniqueItems": True}
                shown["required"] = True
        elif param.default not in (None, ""):
            shown["schema"] = {**schema, "default": param.default}
        return shown

    def _responses(self, schemas: dict[str, Json]) -> Json:
        media_types = {renderer.format: renderer.media_type for renderer in self.api.renderer_classes}
        content = {media_types[name]: {"schema": schemas[f"{self.name} answer {name}"]} for name in self.api.answers()}
        if self.can_be_cut:
            content[media_types["json"]][CUT_BY_FIELDS] = schemas[f"{self.name} cut"]
        return {
            "200": {"description": "What was asked for.", "content": content},
            **{str(status): {"description": meaning} for status, meaning in self.api.empty_answers.items()},
            **{str(status): self._problem(status, schemas) for status in self.problems},
        }

    def _problem(self, status: int, schemas: dict[str, Json]) -> Json:
        schema = schemas[f"{self.name} problem {status}"]
        return {"description": errors.title(status), "content": {errors.MEDIA_TYPE: {"schema": schema}}}
