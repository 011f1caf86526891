"""Which record of a source is which: by its key and numbers, by what is here already, and by what it names."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError

from cms import changes
from cms.changes.models import Change
from resources.agents import Agent, AgentName
from resources.duplicates import SHORTEST, YEARS
from resources.exchange.portable import INDEXED, By, Portable, known_date
from resources.fact_merging import MergedFact
from resources.identifiers import UNIQUE, Scheme, normalised
from resources.record_types import RecordCollection, RecordType
from resources.records import Record, RecordIdentifier, title_key


def title_of(one: Portable) -> str:
    """The original title; empty where there is none."""
    texts = one["texts"]
    original = next((text for text in texts if text.get("original")), texts[0] if texts else None)
    return original["title"] if original else ""


def key_of(one: Portable) -> str:
    """What a source calls a record: its key, a number of its own, else its title, type and date."""
    if key := one.get("key") or one.get("number"):
        return key[:200]
    for number in one.get("identifiers", ()):
        if number["scheme"] in UNIQUE:
            return f"{number['scheme']}:{_normalised(number['scheme'], number['value'])}"[:200]
    return f"{one['type']} {one.get('date', '')} {title_key(title_of(one))}"[:200]


def numbers_of(one: Portable) -> list[tuple[str, str]]:
    """Schemes and values of a document's identifiers, as they are kept."""
    return [(number["scheme"], _normalised(number["scheme"], number["value"])) for number in one.get("identifiers", ())]


def digest_of(one: Portable) -> str:
    """What tells whether a source says the same again."""
    return hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()


def _isbns(one: Portable) -> list[str]:
    return [value for scheme, value in numbers_of(one) if scheme == Scheme.ISBN]


def _year(one: Portable) -> int | None:
    return known_date(one["date"])[0].year if one.get("date") else None


def _near(year: int | None, other: int | None) -> bool:
    """Whether two documents may be of one year."""
    return year is None or other is None or abs(year - other) <= YEARS


def _normalised(scheme: str, value: str) -> str:
    try:
        return normalised(scheme, value)
    except ValidationError:
        return value


@lru_cache(maxsize=100_000)
def name_key(name: str) -> str:
    """`title_key` of names that every batch looks at: made once, an import does not slow down as agents grow."""
    return title_key(name)


_AGENT = Agent._meta.label_lower


class Vocabulary:
    """Types, collections, facts and agents by code and by name.

    They are read once, and again where the change log tells of others: a portal has tens of thousands of agents.
    """

    def __init__(self) -> None:
        self._version = -1
        self._own: set[int] = set()
        self._models = [_AGENT, *(_model(name)._meta.label_lower for name in ("type", "collection", *INDEXED))]

    def renew(self) -> bool:
        """Bring it up to the database (two queries where nothing changed); whether it was not."""
        since, self._version = self._version, changes.content_version()
        rows = Change.objects.filter(version__gt=since, version__lte=self._version, model__in=self._models)
        told = set(rows.values_list("model", "object_id")) if since >= 0 else set()
        agents = {key for model, key in told if model == _AGENT}
        of_facts, of_agents = len(told) > len(agents), bool(agents - self._own)
        if since < 0 or of_facts:
            self._read_facts()
        if since < 0 or of_agents:
            self._read_agents()
        self._own = set()
        return since < 0 or of_facts or of_agents

    def add(self, agents: Mapping[str, Agent]) -> None:
        """Agents that were just written, by name."""
        for key, agent in agents.items():
            self.agents.setdefault(key, agent.pk)
            self.agents[f"code:{agent.code}"] = agent.pk
            self._own.add(agent.pk)

    def agent(self, by: By) -> int | None:
        """The published agent of a code or of a name, whatever its language, capitals and accents."""
        name = name_key(" ".join(by["name"].split()))
        return self.agents.get(f"code:{by.get('code', '')}") or self.agents.get(name)

    def _read_facts(self) -> None:
        self.types = {fact.code: fact for fact in RecordType.objects.filter(live=True)}
        self.collections = {fact.code: fact for fact in RecordCollection.objects.filter(live=True)}
        self.facts = {
            name: {fact.code: fact for fact in _model(name)._default_manager.filter(live=True)} for name in INDEXED
        }
        self.named: dict[str, dict[str, Any]] = {
            name: _by_name(facts)
            for name, facts in {**self.facts, "type": self.types, "collection": self.collections}.items()
        }
        merged = dict(MergedFact.objects.filter(kind="concept").values_list("code", "into"))
        concepts = self.facts["concepts"]
        concepts |= {code: concepts[into] for code, into in merged.items() if code not in concepts and into in concepts}

    def _read_agents(self) -> None:
        signed = AgentName.objects.filter(fact__live=True).order_by("-kind", "pk")
        self.agents: dict[str, int] = {}
        for text, agent, code in signed.values_list("text", "fact_id", "fact__code"):
            self.agents.setdefault(name_key(text), agent)
            self.agents[f"code:{code}"] = agent
        for code, into in MergedFact.objects.filter(kind="agent").values_list("code", "into"):
            if found := self.agents.get(f"code:{into}"):
                self.agents.setdefault(f"code:{code}", found)


def _by_name(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts by any of their names, whatever its capitals and accents (one query)."""
    if not facts:
        return {}
    by_key = {fact.pk: fact for fact in facts.values()}
    rows: Any = type(next(iter(facts.values())))._meta.get_field("names").related_model
    names = rows._default_manager.filter(fact__live=True).values_list("text", "fact_id")
    return {name_key(text): by_key[fact] for text, fact in names if fact in by_key}


def _model(relation: str) -> Any:
    return Record._meta.get_field(relation).related_model


def find_fact(facts: dict[str, Any], named: dict[str, Any], code: str) -> Any:
    """A fact by its code or one of its names, None where it is unknown."""
    return facts.get(code) or named.get(name_key(code))


class Earlier:
    """What earlier lines of a source speak of, each by its place there."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        """By key, and by number."""
        self._titles: dict[str, list[tuple[int | None, int]]] = {}
        """Years and places by title."""

    def add(self, place: int, one: Portable) -> None:
        """One more; of several with the same key or number the first is told."""
        for name in (f"key {key_of(one)}", *map(" ".join, numbers_of(one))):
            self._places.setdefault(name, place)
        if len(key := title_key(title_of(one))) >= SHORTEST:
            self._titles.setdefault(key, []).append((_year(one), place))

    def key(self, place: int, one: Portable) -> int | None:
        """The place of another line with this one's key."""
        return self._other(place, f"key {key_of(one)}")

    def number(self, place: int, one: Portable) -> int | None:
        """The place of another line with a number that only one document has."""
        return self._numbered(place, [number for number in numbers_of(one) if number[0] in UNIQUE])

    def like(self, place: int, one: Portable, *, chapter: bool) -> int | None:
        """The place of another line that this one looks like; a chapter has the ISBN of its book."""
        isbns = [] if chapter else [number for number in numbers_of(one) if number[0] == Scheme.ISBN]
        if (found := self._numbered(place, isbns)) is not None:
            return found
        held = self._titles.get(title_key(title_of(one)), ())
        return next((other for year, other in held if other != place and _near(_year(one), year)), None)

    def _numbered(self, place: int, numbers: list[tuple[str, str]]) -> int | None:
        found = (self._other(place, " ".join(number)) for number in numbers)
        return next((other for other in found if other is not None), None)

    def _other(self, place: int, name: str) -> int | None:
        found = self._places.get(name)
        return found if found != place else None


class Alike:
    """Records that look like those of a batch (two queries): the same ISBN, or the same title of about the same year.

    Typing errors are looked for where an editor types (resources.duplicates): to compare each of an import with all
    that are there would take longer with every record.
    """

    def __init__(self, batch: list[Portable]) -> None:
        titles = {key for one in batch if len(key := title_key(title_of(one))) >= SHORTEST}
        isbns = {value for one in batch for value in _isbns(one)}
        held = RecordIdentifier.objects.filter(scheme=Scheme.ISBN, value__in=isbns).order_by("pk")
        self.by_isbn = dict(held.values_list("value", "record__code")) if isbns else {}
        self.by_title: dict[str, list[tuple[int | None, str]]] = {}
        for record in Record.objects.filter(title_key__in=titles).only("code", "title_key", "date") if titles else ():
            self.by_title.setdefault(record.title_key, []).append((record.year, record.code))

    def to(self, one: Portable, *, chapter: bool) -> str:
        """The number of a record that this one looks like; a chapter has the ISBN of its book."""
        for value in () if chapter else _isbns(one):
            if code := self.by_isbn.get(value):
                return code
        held = self.by_title.get(title_key(title_of(one)), ())
        return next((code for year, code in held if _near(_year(one), year)), "")
