"""A record in one plain form: a line of a JSON Lines file, and what every other format is made of.

Facts are named by their codes, languages by ISO 639-1, a date by as much of it as is known ("2019", "2019-03").
"""

import datetime
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, NotRequired, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from pydantic import ValidationError as Invalid
from typing_extensions import TypedDict

from cms.representation import DatePrecision, uncertain_date
from resources.agents import AgentKind
from resources.identifiers import Scheme
from resources.record_types import DEFAULT_TYPE, Kind
from resources.records import AgentRole, Licence, Record, RecordAgent, RecordText

STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
PLAIN = (
    *("collection_number", "host", "volume", "issue", "pages", "edition", "place", "degree", "university", "url"),
    "provenance",
)
"""Texts that are the same in the form and in the record."""
_ROWS = {
    "texts": gettext_lazy("Titles and abstracts"),
    "languages": gettext_lazy("Languages of the document"),
    "agents": gettext_lazy("Authors and others"),
    "identifiers": gettext_lazy("Identifiers"),
    "copies": gettext_lazy("Copies on paper"),
}
"""What the form calls rows of a record."""
MOST_ROWS, MOST_PAGES = 1_000, 20_000
"""How many authors, keywords and the like one record may have, and pages its text: more keep the worker for hours."""
_Row = TypeVar("_Row")
Rows = Annotated[list[_Row], Field(max_length=MOST_ROWS)]
INDEXED = ("borders", "territories", "countries", "concepts")


@with_config(STRICT)
class Text(TypedDict):
    """Title, subtitle and abstract in one language."""

    language: str
    title: str
    subtitle: NotRequired[str]
    abstract: NotRequired[str]
    original: NotRequired[bool]


@with_config(STRICT)
class By(TypedDict):
    """What a person ("Family, Given") or body did; found by its code, else by its name, else made."""

    name: str
    role: AgentRole
    kind: NotRequired[AgentKind]
    code: NotRequired[str]


@with_config(STRICT)
class Number(TypedDict):
    """A number of the document in a register."""

    scheme: Scheme
    value: str


@with_config(STRICT)
class Copy(TypedDict):
    """A copy on paper."""

    shelf_mark: str
    location: NotRequired[str]


@with_config(STRICT)
class FullText(TypedDict):
    """What the whole document says in one language, by page; open to all."""

    language: str
    pages: Annotated[list[str], Field(max_length=MOST_PAGES)]


@with_config(STRICT)
class Portable(TypedDict):
    """A record; `key` is what its source calls it, `number` what we do, which only we write."""

    key: NotRequired[str]
    number: NotRequired[str]
    type: str
    texts: Rows[Text]
    agents: NotRequired[Rows[By]]
    date: NotRequired[str]
    languages: NotRequired[Rows[str]]
    identifiers: NotRequired[Rows[Number]]
    collection: NotRequired[str]
    collection_number: NotRequired[str]
    host: NotRequired[str]
    volume: NotRequired[str]
    issue: NotRequired[str]
    pages: NotRequired[str]
    edition: NotRequired[str]
    place: NotRequired[str]
    degree: NotRequired[str]
    university: NotRequired[str]
    url: NotRequired[str]
    licence: NotRequired[Licence]
    borders: NotRequired[Rows[str]]
    territories: NotRequired[Rows[str]]
    countries: NotRequired[Rows[str]]
    concepts: NotRequired[Rows[str]]
    keywords: NotRequired[Rows[str]]
    copies: NotRequired[Rows[Copy]]
    provenance: NotRequired[str]
    full_text: NotRequired[Rows[FullText]]


_ADAPTER: TypeAdapter[Portable] = TypeAdapter(Portable)


class Unreadable(ValueError):
    """A line that is no record; the message names the field."""


def read(text: str | bytes) -> Portable:
    """One line of JSON; Unreadable names the field that is wrong."""
    try:
        return _clean(_ADAPTER.validate_json(text))
    except Invalid as error:
        raise _unreadable(error) from None


def checked(given: Any) -> Portable:
    """A mapping that another format was read into; Unreadable names the field that is wrong."""
    try:
        return _clean(_ADAPTER.validate_python(given))
    except Invalid as error:
        raise _unreadable(error, label=label) from None


def label(name: str) -> str:
    """What the form of a record calls a field; one that it does not have keeps its name."""
    if name in _ROWS:
        return str(_ROWS[name])
    model: Any = RecordText if name in {"title", "subtitle", "abstract"} else Record
    try:
        return str(capfirst(model._meta.get_field(name).verbose_name))
    except (AttributeError, FieldDoesNotExist):
        return name


def refusal(name: str, message: str) -> str:
    """A message after the name of its field."""
    return _("%(field)s: %(message)s") % {"field": name, "message": message}


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _clean(value: Any) -> Any:
    """Texts without control characters, of which PostgreSQL keeps none with a zero and XML none at all."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def _unreadable(error: Invalid, label: Callable[[str], str] | None = None) -> Unreadable:
    """The first refusal by the place of its field in the JSON, or by the name that the field has in the form."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if label:
        place = label(next((part for part in reversed(first["loc"]) if isinstance(part, str)), ""))
    said = {
        "missing": _("is missing"),
        "extra_forbidden": _("is no field that is known here"),
        "json_invalid": _("is no JSON"),
        "literal_error": _("is none of the values that are known here"),
        "enum": _("is none of the values that are known here"),
        "string_type": _("must be a text"),
        "list_type": _("must be a list"),
        "too_long": _("holds too many"),
        "dict_type": _("must be an object"),
        "bool_parsing": _("must be true or false"),
    }
    message = said.get(first["type"], str(first["msg"]))
    return Unreadable(refusal(place, message) if place else message)


def says_the_same(one: Portable, other: Portable) -> bool:
    """Whether two forms describe a document alike; keys, numbers and the codes of agents, which have names, aside."""
    return _said(one) == _said(other)


def _said(one: Portable) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: value for name, value in one.items() if name not in {"key", "number", "full_text"} and value
    }
    texts = sorted(one["texts"], key=lambda text: not text.get("original", False))
    found["texts"] = [{name: said for name, said in text.items() if name != "original" and said} for text in texts]
    found["texts"][1:] = sorted(found["texts"][1:], key=lambda text: str(text["language"]))
    found["agents"] = sorted(((by["role"], by["name"]) for by in one.get("agents", ())), key=lambda by: by[0])
    found["identifiers"] = sorted((number["scheme"], number["value"]) for number in one.get("identifiers", ()))
    found["copies"] = sorted((copy["shelf_mark"], copy.get("location", "")) for copy in one.get("copies", ()))
    return {**found, **{name: sorted(one.get(name, ())) for name in INDEXED}}  # type: ignore[call-overload]


def known_date(text: str) -> tuple[datetime.date, DatePrecision]:
    """ "2019", "2019-03" or "2019-03-01" as a day and what is known of it; Unreadable for anything else."""
    for form, precision in (
        ("%Y-%m-%d", DatePrecision.DAY),
        ("%Y-%m", DatePrecision.MONTH),
        ("%Y", DatePrecision.YEAR),
    ):
        try:
            return datetime.datetime.strptime(text, form).date(), precision
        except ValueError:
            continue
    message = _("%(field)s: “%(value)s” is no date such as 2019, 2019-03 or 2019-03-01")
    raise Unreadable(message % {"field": label("date"), "value": text})


def loaded(records: Iterable[Record]) -> list[Record]:
    """Records with all that `portable` tells of them (a fixed number of queries)."""
    found = list(records)
    prefetch_related_objects(found, *relations())
    return found


def relations() -> list[Any]:
    """What must be prefetched for `portable`."""
    agents = RecordAgent.objects.filter(agent__live=True).select_related("agent").prefetch_related("agent__names")
    return [
        *("type", "collection", "texts", "languages", "identifiers", "copies"),
        Prefetch("agent_links", queryset=agents),
        *INDEXED,
    ]


def portable(record: Record) -> Portable:
    """One record with its `relations` prefetched; what is empty or unpublished is left out."""
    date = uncertain_date(record.date, record.date_precision)
    collection = record.collection
    texts = sorted(record.texts.all(), key=lambda text: not text.is_original)
    found: dict[str, Any] = {
        "number": record.code,
        "type": record.type.code if record.type.live else DEFAULT_TYPE[Kind(record.type.kind)],
        "texts": [
            _known(
                language=text.language,
                title=text.title,
                subtitle=text.subtitle,
                abstract=text.abstract,
                original=text.is_original,
            )
            for text in texts
        ],
        "agents": [
            {
                "name": link.agent.name_in(texts[0].language if texts else "fr"),
                "role": link.role,
                "kind": link.agent.kind,
                "code": link.agent.code,
            }
            for link in record.agent_links.all()
        ],
        "date": date["date"] if date else "",
        "languages": [row.language for row in record.languages.all()],
        "identifiers": [{"scheme": row.scheme, "value": row.value} for row in record.identifiers.all()],
        "collection": collection.code if collection and collection.live else "",
        **{name: getattr(record, name) for name in PLAIN},
        "licence": record.licence,
        **{name: [fact.code for fact in getattr(record, name).all() if fact.live] for name in INDEXED},
        "keywords": record.keyword_list,
        "copies": [_known(shelf_mark=copy.shelf_mark, location=copy.location) for copy in record.copies.all()],
    }
    return _known(**found)  # type: ignore[return-value]


def _known(**found: Any) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in ("", None, [], False)}
