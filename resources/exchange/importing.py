"""Writing records that another system sends: again and again, in batches, and never over what an editor changed.

Records come in published. A record without a revision is as the import left it; from the first draft on it is its
editors'. What a source calls a record (its `key`, else a DOI, ISBN or local number) finds it again, so a load that was
interrupted is simply begun anew. What we wrote ourselves is found by our number.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import addresses, indexing
from cms.batches import batched
from cms.facts import NameKind
from cms.languages import CODES
from cms.publishable import check_whole
from resources import languages
from resources.agents import Agent, AgentKind, AgentName
from resources.duplicates import SHORTEST, YEARS
from resources.exchange.portable import (
    INDEXED,
    PLAIN,
    By,
    Portable,
    Unreadable,
    known_date,
    label,
    loaded,
    portable,
    refusal,
    says_the_same,
)
from resources.fact_merging import MergedFact
from resources.files import RecordFullText
from resources.identifiers import UNIQUE, Scheme, normalised
from resources.record_types import Kind, RecordCollection, RecordType
from resources.records import Record, RecordAgent, RecordCopy, RecordIdentifier, RecordLanguage, RecordText, title_key

BATCH = 50
"""Records in one transaction: about a second, because on SQLite everybody else waits to write."""
MOST_TEXT = 5_000_000
"""Characters of the whole text of one document."""


class Outcome(models.TextChoices):
    """What becomes of one record of a source."""

    CREATED = "created", gettext_lazy("new")
    UPDATED = "updated", gettext_lazy("brought up to date")
    UNCHANGED = "unchanged", gettext_lazy("unchanged")
    LEFT = "left", gettext_lazy("left as editors have it")
    DUPLICATE = "duplicate", gettext_lazy("duplicate, left out")
    UNREADABLE = "unreadable", gettext_lazy("unreadable")


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
    """What became of one record of a source; `code` is its number here, `why` says what is to be known of it."""

    place: int
    outcome: Outcome
    code: str = ""
    why: str = ""


Entry = tuple[int, Portable | Unreadable]
"""The place of a record in its source (a line, from 1), and what was read there."""


def load(entries: Iterable[Entry], source: str, *, dry_run: bool = False, leave_alike: bool = False) -> Iterator[Line]:
    """Write the records of a source, telling what became of each; a dry run tells and writes nothing.

    What looks like a record that is there already (the same ISBN, or title and about the year) is named; with
    `leave_alike` it is left out.
    """
    for batch in batched(entries, BATCH):
        with transaction.atomic() if dry_run else indexing.at_once():
            lines = [*_Batch(source, batch, leave_alike).lines()]
            if dry_run:
                transaction.set_rollback(True)
        yield from lines


class _Batch:
    """Some records of a source with what the database knows of them."""

    def __init__(self, source: str, entries: list[Entry], leave_alike: bool) -> None:
        self.source, self.leave_alike = source, leave_alike
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
        merged = dict(MergedFact.objects.filter(kind="concept").values_list("code", "into"))
        concepts = self.facts["concepts"]
        concepts |= {code: concepts[into] for code, into in merged.items() if code not in concepts and into in concepts}
        signed = AgentName.objects.filter(fact__live=True).order_by("-kind", "pk")
        self.agents: dict[str, int] = {}
        for text, agent, code in signed.values_list("text", "fact_id", "fact__code"):
            self.agents.setdefault(_name_key(text), agent)
            self.agents[f"code:{code}"] = agent
        for code, into in MergedFact.objects.filter(kind="agent").values_list("code", "into"):
            if found := self.agents.get(f"code:{into}"):
                self.agents.setdefault(f"code:{code}", found)
        readable = [one for _place, one in entries if not isinstance(one, Unreadable)]
        known = ImportedRecord.objects.filter(source=source, key__in=[key_of(one) for one in readable])
        self.known = {imported.key: imported for imported in known}
        codes = {str(imported.number_id) for imported in self.known.values()}
        codes |= {one["number"] for one in readable if "number" in one}
        self.records = {record.code: record for record in Record.objects.filter(code__in=codes)}
        self.alike = _Alike(readable)

    def lines(self) -> Iterator[Line]:
        for place, one in self.entries:
            if isinstance(one, Unreadable):
                yield Line(place, Outcome.UNREADABLE, why=str(one))
                continue
            self.made_agents = []
            try:
                with transaction.atomic():
                    line = self._line(place, one)
                self.agents.update(self.made_agents)  # not before: they may have been taken back with the record
                yield line
            except Unreadable as error:
                yield Line(place, Outcome.UNREADABLE, why=str(error))
            except ValidationError as error:
                yield Line(place, Outcome.UNREADABLE, why=_told(error))

    def _line(self, place: int, one: Portable) -> Line:
        key, digest = key_of(one), _digest(one)
        imported = self.known.get(key)
        if imported is None:
            record = self.records.get(one.get("number", ""))
            return self._create(place, one, key, digest) if record is None else self._ours(place, one, record)
        code = str(imported.number_id)
        record = self.records.get(code)
        if record is None:
            return Line(place, Outcome.LEFT, code, _("It was deleted or merged since."))
        if imported.digest == digest:
            return Line(place, Outcome.UNCHANGED, code)
        line = self._update(place, one, record)
        if line.outcome == Outcome.UPDATED:
            imported.digest = digest
            imported.save()
        return line

    def _ours(self, place: int, one: Portable, record: Record) -> Line:
        """What bears our number is that record, unless it came from elsewhere, where numbers are others."""
        if record.title_key != title_key(title_of(one)):
            message = _("No. %(code)s is “%(title)s”: leave the number out if this is another document.")
            return Line(place, Outcome.LEFT, record.code, message % {"code": record.code, "title": record})
        [record] = loaded([record])
        kept = dict(RecordFullText.objects.filter(number=int(record.code)).values_list("language", "pages"))
        if says_the_same(one, portable(record)) and ("full_text" not in one or _full_texts(one) == kept):
            return Line(place, Outcome.UNCHANGED, record.code)
        return self._update(place, one, record)

    def _update(self, place: int, one: Portable, record: Record) -> Line:
        if record.latest_revision_id is not None or not record.live:
            return Line(place, Outcome.LEFT, record.code, _("An editor changed it since."))
        if record.locked:
            return Line(place, Outcome.LEFT, record.code, _("It is locked."))
        self._write(record, one)
        return Line(place, Outcome.UPDATED, record.code)

    def _create(self, place: int, one: Portable, key: str, digest: str) -> Line:
        if other := _same(one):
            message = _("No. %(code)s has this DOI or local number already.") % {"code": other}
            return Line(place, Outcome.DUPLICATE, other, message)
        chapter = (found := _find(self.types, self.named["type"], one["type"])) and found.kind == Kind.CHAPTER
        like = self.alike.to(one, chapter=bool(chapter))
        why = _("It looks like no. %(code)s.") % {"code": like} if like else ""
        if like and self.leave_alike:
            return Line(place, Outcome.DUPLICATE, like, why)
        record = Record(live=True)
        self._write(record, one)
        number = int(record.code)
        self.records[record.code] = record
        self.known[key] = ImportedRecord.objects.create(source=self.source, key=key, number_id=number, digest=digest)
        self.alike.add(record)
        return Line(place, Outcome.CREATED, record.code, why)

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
        if "full_text" in one:
            texts = _full_texts(one)
            RecordFullText.objects.filter(number=int(record.code)).delete()
            RecordFullText.objects.bulk_create(
                RecordFullText(number_id=int(record.code), language=language, pages=pages)
                for language, pages in texts.items()
            )

    def _agent(self, by: By) -> int:
        """The published agent of a code or of a name, whatever its language, capitals and accents; else a new one."""
        name = " ".join(by["name"].split())
        known = {**self.agents, **dict(self.made_agents)} if self.made_agents else self.agents
        found = known.get(f"code:{by.get('code', '')}") or known.get(title_key(name))
        if found is not None:
            return found
        kind = by.get("kind") or (AgentKind.PERSON if "," in name else AgentKind.BODY)
        now = timezone.now()
        code = _free_code(by.get("code") or name)
        made = Agent(code=code, kind=kind, live=True, first_published_at=now, last_published_at=now)
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


class _Alike:
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
            self.add(record)

    def add(self, record: Record) -> None:
        """One more that others may look like, by its title."""
        if len(record.title_key) >= SHORTEST:
            self.by_title.setdefault(record.title_key, []).append((record.year, record.code))

    def to(self, one: Portable, *, chapter: bool) -> str:
        """The number of a record that this one looks like; a chapter has the ISBN of its book."""
        for value in () if chapter else _isbns(one):
            if code := self.by_isbn.get(value):
                return code
        year = known_date(one["date"])[0].year if one.get("date") else None
        for other, code in self.by_title.get(title_key(title_of(one)), ()):
            if year is None or other is None or abs(year - other) <= YEARS:
                return code
        return ""


def _isbns(one: Portable) -> list[str]:
    given = one.get("identifiers", ())
    return [_normalised(Scheme.ISBN, number["value"]) for number in given if number["scheme"] == Scheme.ISBN]


def title_of(one: Portable) -> str:
    """The original title; empty where there is none."""
    texts = one["texts"]
    original = next((text for text in texts if text.get("original")), texts[0] if texts else None)
    return original["title"] if original else ""


@lru_cache(maxsize=100_000)
def _name_key(name: str) -> str:
    """`title_key` of names that every batch looks at: made once, an import does not slow down as agents grow."""
    return title_key(name)


def _by_name(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts by any of their names, whatever its capitals and accents (one query)."""
    if not facts:
        return {}
    by_key = {fact.pk: fact for fact in facts.values()}
    rows: Any = type(next(iter(facts.values())))._meta.get_field("names").related_model
    names = rows._default_manager.filter(fact__live=True).values_list("text", "fact_id")
    return {_name_key(text): by_key[fact] for text, fact in names if fact in by_key}


def _model(relation: str) -> Any:
    return Record._meta.get_field(relation).related_model


def key_of(one: Portable) -> str:
    """What a source calls a record: its key, a number of its own, else its title, type and date."""
    if key := one.get("key") or one.get("number"):
        return key[:200]
    for number in one.get("identifiers", ()):
        if number["scheme"] in UNIQUE:
            return f"{number['scheme']}:{_normalised(number['scheme'], number['value'])}"[:200]
    return f"{one['type']} {one.get('date', '')} {title_key(title_of(one))}"[:200]


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


def _find(facts: dict[str, Any], named: dict[str, Any], code: str) -> Any:
    """A fact by its code or one of its names, None where it is unknown."""
    return facts.get(code) or named.get(title_key(code))


def _of(facts: dict[str, Any], named: dict[str, Any], name: str, code: str) -> Any:
    """A fact by its code or one of its names."""
    found = _find(facts, named, code)
    if found is None:
        raise Unreadable(_("%(field)s: “%(value)s” is not known here") % {"field": label(name), "value": code})
    return found


def _language(code: str) -> str:
    if code not in languages.KNOWN:
        message = _("%(field)s: “%(value)s” is no known language (ISO 639-1, such as fr)")
        raise Unreadable(message % {"field": label("languages"), "value": code})
    return code


def _texts(one: Portable) -> list[RecordText]:
    if not one["texts"]:
        raise Unreadable(refusal(label("title"), _("is missing")))
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


def _full_texts(one: Portable) -> dict[str, list[str]]:
    """Pages by language; Unreadable where there are more than a file would be read for."""
    texts = {_language(text["language"]): text["pages"] for text in one.get("full_text", ()) if any(text["pages"])}
    if sum(len(page) for pages in texts.values() for page in pages) > MOST_TEXT:
        raise Unreadable(_("full_text: is longer than %(most)s characters") % {"most": MOST_TEXT})
    return texts


def _free_code(name: str) -> str:
    base = slugify(anyascii(name))[:70].strip("-").replace("_", "-") or "agent"
    taken = set(Agent.objects.filter(code__startswith=base).values_list("code", flat=True))
    taken |= set(MergedFact.objects.filter(kind="agent", code__startswith=base).values_list("code", flat=True))
    taken |= addresses.fixed_words()
    return next(code for code in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if code not in taken)


def _told(error: ValidationError) -> str:
    """The first message of a refusal, after the name of its field in the form."""
    name, messages = next(iter(error.message_dict.items()))
    return refusal(label(name), messages[0])
