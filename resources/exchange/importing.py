"""Writing records that another system sends: again and again, in batches, and never over what an editor changed.

Records come in published. A record without a revision is as the import left it; from the first draft on it is its
editors'. What a source calls a record (its `key`, else a DOI, ISBN or local number) finds it again, so a load that was
interrupted is simply begun anew.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from anyascii import anyascii
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst, slugify

from cms import addresses, indexing
from cms.facts import NameKind
from cms.languages import CODES
from cms.publishable import check_whole
from resources import languages
from resources.agents import Agent, AgentKind, AgentName
from resources.exchange.portable import INDEXED, PLAIN, By, Portable, Unreadable, known_date
from resources.identifiers import UNIQUE, normalised
from resources.record_types import RecordCollection, RecordType
from resources.records import Record, RecordAgent, RecordCopy, RecordIdentifier, RecordLanguage, RecordText, title_key

BATCH = 50
"""Records in one transaction: about a second, because on SQLite everybody else waits to write."""
Outcome = Literal["created", "updated", "unchanged", "left", "unreadable"]


class ImportedRecord(models.Model):
    """What a source calls a record, and what it said of it last."""

    source = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    number = models.ForeignKey("resources.RecordNumber", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="resources_importedrecord_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"


@dataclass(frozen=True)
class Line:
    """What became of one record of a source; `code` is its number, `why` says what was left or is wrong."""

    place: int
    outcome: Outcome
    code: str = ""
    why: str = ""


Entry = tuple[int, Portable | Unreadable]
"""The place of a record in its source (a line, from 1), and what was read there."""


def load(entries: Iterable[Entry], source: str, *, dry_run: bool = False) -> Iterator[Line]:
    """Write the records of a source, telling what became of each; a dry run tells and writes nothing."""
    waiting = iter(entries)
    while batch := list(islice(waiting, BATCH)):
        with transaction.atomic() if dry_run else indexing.at_once():
            lines = [*_Batch(source, batch).lines()]
            if dry_run:
                transaction.set_rollback(True)
        yield from lines


class _Batch:
    """Some records of a source with what the database knows of them."""

    def __init__(self, source: str, entries: list[Entry]) -> None:
        self.source = source
        self.made_agents: list[tuple[str, int]] = []
        self.entries = entries
        self.types = {fact.code: fact for fact in RecordType.objects.filter(live=True)}
        self.collections = {fact.code: fact for fact in RecordCollection.objects.filter(live=True)}
        self.facts = {
            name: {fact.code: fact for fact in _model(name)._default_manager.filter(live=True)} for name in INDEXED
        }
        self.named: dict[str, dict[str, Any]] = {
            name: _by_name(facts)
            for name, facts in {**self.facts, "type": self.types, "collection": self.collections}.items()
        }
        signed = AgentName.objects.filter(fact__live=True).order_by("-kind", "pk")
        self.agents: dict[str, int] = {}
        for text, agent, code in signed.values_list("text", "fact_id", "fact__code"):
            self.agents.setdefault(title_key(text), agent)
            self.agents[f"code:{code}"] = agent
        keys = [key_of(one) for _place, one in entries if not isinstance(one, Unreadable)]
        known = ImportedRecord.objects.filter(source=source, key__in=keys).select_related("number")
        self.known = {imported.key: imported for imported in known}
        codes = [str(imported.number_id) for imported in self.known.values()]
        self.records = {record.code: record for record in Record.objects.filter(code__in=codes)}

    def lines(self) -> Iterator[Line]:
        for place, one in self.entries:
            if isinstance(one, Unreadable):
                yield Line(place, "unreadable", why=str(one))
                continue
            self.made_agents = []
            try:
                with transaction.atomic():
                    line = self._line(place, one)
                self.agents.update(self.made_agents)  # not before: they may have been taken back with the record
                yield line
            except Unreadable as error:
                yield Line(place, "unreadable", why=str(error))
            except ValidationError as error:
                yield Line(place, "unreadable", why=_told(error))

    def _line(self, place: int, one: Portable) -> Line:
        key, digest = key_of(one), _digest(one)
        imported = self.known.get(key)
        if imported is not None:
            code = str(imported.number_id)
            record = self.records.get(code)
            if record is None:
                return Line(place, "left", code, "was deleted or merged since")
            if imported.digest == digest:
                return Line(place, "unchanged", code)
            if record.latest_revision_id is not None or not record.live:
                return Line(place, "left", code, "was changed by an editor since")
            self._write(record, one)
            imported.digest = digest
            imported.save()
            return Line(place, "updated", code)
        if other := _same(one):
            return Line(place, "left", other, "is there already with the same DOI or local number")
        record = Record(live=True)
        self._write(record, one)
        number = int(record.code)
        self.records[record.code] = record
        self.known[key] = ImportedRecord.objects.create(source=self.source, key=key, number_id=number, digest=digest)
        return Line(place, "created", record.code)

    def _write(self, record: Record, one: Portable) -> None:
        record.type = _of(self.types, self.named["type"], "type", one["type"])
        collection = one.get("collection")
        known = self.named["collection"]
        record.collection = _of(self.collections, known, "collection", collection) if collection else None
        for name in PLAIN:
            setattr(record, name, one.get(name, ""))
        record.licence = one.get("licence", "")
        record.date, record.date_precision = known_date(one["date"]) if one.get("date") else (None, "day")
        record.texts = _texts(one)
        record.languages = [
            RecordLanguage(language=_language(code)) for code in dict.fromkeys(one.get("languages", ()))
        ]
        record.identifiers = [
            RecordIdentifier(scheme=number["scheme"], value=number["value"]) for number in one.get("identifiers", ())
        ]
        record.copies = [RecordCopy(**copy) for copy in one.get("copies", ())]
        record.agent_links = [
            RecordAgent(agent_id=agent, role=role)
            for agent, role in dict.fromkeys((self._agent(by), by["role"]) for by in one.get("agents", ()))
        ]
        self._index(record, one)
        record.prepare()
        check_whole(record)
        now = timezone.now()
        record.first_published_at = record.first_published_at or now
        record.last_published_at = now
        record.save()

    def _agent(self, by: By) -> int:
        """The published agent of a code or of a name, whatever its language, capitals and accents; else a new one."""
        name = " ".join(by["name"].split())
        found = self.agents.get(f"code:{by.get('code', '')}") or self.agents.get(title_key(name))
        if found is not None:
            return found
        kind = by.get("kind") or (AgentKind.PERSON if "," in name else AgentKind.BODY)
        made = Agent(code=_free_code(by.get("code") or name), kind=kind, live=True)
        made.names = [AgentName(language=CODES[0], kind=NameKind.PREFERRED, text=name)]
        check_whole(made)
        made.save()
        self.made_agents.append((title_key(name), made.pk))
        return made.pk

    def _index(self, record: Record, one: Portable) -> None:
        """Facts by code; a keyword that is the name of one stands for it, and what is none is left to be indexed."""
        chosen: dict[str, dict[int, Any]] = {name: {} for name in INDEXED}
        words = list(one.get("keywords", ()))
        for name in INDEXED:
            for code in one.get(name, ()):  # type: ignore[attr-defined]
                if name == "concepts" and code not in self.facts[name]:
                    words.append(code)
                else:
                    fact = _of(self.facts[name], {}, name, code)
                    chosen[name][fact.pk] = fact
        free: list[str] = []
        for word in words:
            known = {name: fact for name in INDEXED if (fact := self.named[name].get(title_key(word)))}
            for name, fact in known.items():
                chosen[name][fact.pk] = fact
            if not known:
                free.append(word)
        for name, facts in chosen.items():
            setattr(record, name, list(facts.values()))
        record.keywords = "\n".join(dict.fromkeys(free))


def _by_name(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts by any of their names, whatever its capitals and accents (one query)."""
    if not facts:
        return {}
    by_key = {fact.pk: fact for fact in facts.values()}
    rows: Any = type(next(iter(facts.values())))._meta.get_field("names").related_model
    names = rows._default_manager.filter(fact__live=True).values_list("text", "fact_id")
    return {title_key(text): by_key[fact] for text, fact in names if fact in by_key}


def _model(relation: str) -> Any:
    return Record._meta.get_field(relation).related_model


def key_of(one: Portable) -> str:
    """What a source calls a record: its key, a number of its own, else its title, type and date."""
    if key := one.get("key") or one.get("number"):
        return key[:200]
    for number in one.get("identifiers", ()):
        if number["scheme"] in UNIQUE:
            return f"{number['scheme']}:{_normalised(number['scheme'], number['value'])}"[:200]
    title = one["texts"][0]["title"] if one["texts"] else ""
    return f"{one['type']} {one.get('date', '')} {title_key(title)}"[:200]


def _normalised(scheme: str, value: str) -> str:
    try:
        return normalised(scheme, value)
    except ValidationError:
        return value


def _digest(one: Portable) -> str:
    return hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()


def _same(one: Portable) -> str | None:
    """The number of a record that has a DOI or local number of this one."""
    for number in one.get("identifiers", ()):
        if number["scheme"] in UNIQUE:
            value = _normalised(number["scheme"], number["value"])
            held = RecordIdentifier.objects.filter(scheme=number["scheme"], value=value)
            if code := held.values_list("record__code", flat=True).first():
                return code
    return None


def _of(facts: dict[str, Any], named: dict[str, Any], name: str, code: str) -> Any:
    """A fact by its code or one of its names."""
    found = facts.get(code) or named.get(title_key(code))
    if found is None:
        raise Unreadable(f"{name}: {code!r} is not a known code")
    return found


def _language(code: str) -> str:
    if code not in languages.KNOWN:
        raise Unreadable(f"languages: {code!r} is not a known language (ISO 639-1)")
    return code


def _texts(one: Portable) -> list[RecordText]:
    if not one["texts"]:
        raise Unreadable("texts: give a title at least")
    marked = any(text.get("original") for text in one["texts"])
    return [
        RecordText(
            language=_language(text["language"]),
            title=text["title"],
            subtitle=text.get("subtitle", ""),
            abstract=text.get("abstract", ""),
            is_original=text.get("original", False) if marked else place == 0,
            sort_order=place,
        )
        for place, text in enumerate(one["texts"])
    ]


def _free_code(name: str) -> str:
    base = slugify(anyascii(name))[:70].strip("-").replace("_", "-") or "agent"
    taken = set(Agent.objects.filter(code__startswith=base).values_list("code", flat=True))
    taken |= addresses.fixed_words()
    return next(code for code in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if code not in taken)


def _told(error: ValidationError) -> str:
    """The first message of a refusal, after the name of its field in the form."""
    name, messages = next(iter(error.message_dict.items()))
    try:
        label = capfirst(apps.get_model("resources.Record")._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except (AttributeError, LookupError, FieldDoesNotExist):
        label = name
    return f"{label}: {messages[0]}"
