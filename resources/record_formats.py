"""Lists and details of records as files: `?format=ris`, `bibtex`, `csl`, `jsonl` or `csv`; lists as feeds."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import translation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from cms.api import params
from cms.api.errors import bad
from cms.api.feeds import AtomRenderer
from cms.api.renderers import JSONRenderer
from cms.api.tables import CsvRenderer, Table
from cms.api.views import Api
from resources.exchange import bibtex, csl, ris
from resources.exchange.portable import Portable, loaded, portable
from resources.records import Record

MOST = 2000
"""Records in one file: what a request makes in a second or two."""

COLUMNS = (
    *("code", "title", "subtitle", "title_language.code", "type.code", "type.label", "date.date", "agents"),
    *("collection.label", "collection.number", "host", "languages", "borders", "territories", "countries", "concepts"),
    *("url", "added_at"),
)
"""A card as a row of a table; what there may be several of is separated by semicolons."""


@dataclass(frozen=True)
class File:
    """A file's name without its ending, and what it holds."""

    name: str
    text: str


class FileRenderer(BaseRenderer):
    """Writes a File."""

    ending: ClassVar[str]
    write: ClassVar[Callable[[Iterable[Portable]], str]]

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        file: File = data
        disposition = f'attachment; filename="{file.name}.{self.ending}"'
        renderer_context["response"]["Content-Disposition"] = disposition
        return file.text.encode()


class RisRenderer(FileRenderer):
    media_type = ris.MEDIA_TYPE
    format = ending = "ris"
    write = ris.write


class BibtexRenderer(FileRenderer):
    media_type = bibtex.MEDIA_TYPE
    format = "bibtex"
    ending = "bib"
    write = bibtex.write


class CslRenderer(FileRenderer):
    media_type = csl.MEDIA_TYPE
    format = "csl"
    ending = "json"
    write = csl.write


def _lines(records: Iterable[Portable]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)


class JsonLinesRenderer(FileRenderer):
    media_type = "application/x-ndjson"
    format = ending = "jsonl"
    write = _lines


FILES: Sequence[type[FileRenderer]] = (RisRenderer, BibtexRenderer, CslRenderer, JsonLinesRenderer)
RENDERERS: Sequence[type[BaseRenderer]] = [JSONRenderer, *FILES, CsvRenderer]
LIST_RENDERERS: Sequence[type[BaseRenderer]] = [*RENDERERS, AtomRenderer]


def cells(card: Any) -> dict[str, Any]:
    """A card whose lists are texts: codes, and names of agents, separated by semicolons."""
    return {
        name: "; ".join(one if isinstance(one, str) else one["label" if name == "agents" else "code"] for one in value)
        if isinstance(value, list)
        else value
        for name, value in card.items()
    }


class RecordFiles(Api):
    """First base of an endpoint of records that also answers files; subclasses give what the files are made of."""

    renderer_classes = RENDERERS

    def chosen(self, query: params.Query, **path: Any) -> list[Record]:
        """The records that the answer is about; at most MOST."""
        raise NotImplementedError

    def table(self, query: params.Query, **path: Any) -> Table:
        """The answer for spreadsheets."""
        raise NotImplementedError

    def feed(self, query: params.Query) -> str:
        """The answer of a list as Atom."""
        raise NotImplementedError

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {
            **super().answers(),
            **{str(one.format): str for one in cls.renderer_classes if one is not JSONRenderer},
            CslRenderer.format: list[csl.CslItem],
        }

    def get(self, request: Request, **path: Any) -> Any:
        renderer = type(request.accepted_renderer)
        if renderer is JSONRenderer:
            return super().get(request, **path)
        query = self.query(request)
        with translation.override(query.locale):
            if renderer is CsvRenderer:
                return Response(self.table(query, **path))
            if renderer is AtomRenderer:
                return Response(self.feed(query))
            assert issubclass(renderer, FileRenderer)
            records = loaded(self.chosen(query, **path))
            return Response(File(file_name(path), renderer.write(portable(record) for record in records)))


def file_name(path: Mapping[str, Any]) -> str:
    """What a file is called, without its ending: the parts of the path are the number of a record, or none."""
    return f"mot-{path['key']}" if path else "mot-records"


def refuse_too_many(total: int, query: params.Query) -> None:
    """A file of everything ends somewhere: BadParameters says how to have the rest."""
    if total > MOST and "limit" not in query.given:
        message = f"holds at most {MOST} works and these are {total}: narrow them, or give a limit"
        raise bad("format", query["format"] or "", message)
