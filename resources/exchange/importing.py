"""Writing records that another system sends: again and again, in batches, and never over what an editor changed.

Records come in published. A record without a revision is as the import left it; from the first draft on it is its
editors'. What a source calls a record (its `key`, else a DOI, ISBN or local number) finds it again, so a load that was
interrupted is simply begun anew. What we wrote ourselves is found by our number.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter
from wagtail.models import ModelLogEntry

from cms import addresses, bulk, indexing
from cms.batches import batched
from cms.facts import NameKind
from cms.languages import CODES
from cms.publishable import check_whole
from resources import languages, record_numbers
from resources.agents import Agent, AgentKind, AgentName
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
from resources.exchange.recognising import (
    Alike,
    Earlier,
    Vocabulary,
    digest_of,
    find_fact,
    key_of,
    name_key,
    numbers_of,
    title_of,
)
from resources.fact_merging import MergedFact
from resources.files import RecordFullText
from resources.record_types import Kind
from resources.records import (
    Record,
    RecordAgent,
    RecordCopy,
    RecordIdentifier,
    RecordLanguage,
    RecordText,
    holders,
    title_key,
)

BATCH = 100
"""Records in one transaction: half a second, because on SQLite everybody else waits to write."""
MOST_TEXT = 5_000_000
"""Characters of the whole text of one document."""
LOG_ACTION = "resources.import"


def register_log_action(actions: Any) -> None:
    """How histories show an import."""

    @actions.register_action(LOG_ACTION)
    class Imported(LogFormatter):
        label = gettext_lazy("Import")

        def format_message(self, entry: Any) -> str:
            made, renewed = _("Imported from %(origin)s"), _("Brought up to date from %(origin)s")
            return (made if entry.data["new"] else renewed) % {"origin": entry.data["from"]}


class Outcome(models.TextChoices):
    """What becomes of one record of a source."""

    CREATED = "created", gettext_lazy("new")
    UPDATED = "updated", gettext_lazy("brought up to date")
    UNCHANGED = "unchanged", gettext_lazy("unchanged")
    LEFT = "left", gettext_lazy("left as editors have it")
    DUPLICATE = "duplicate", gettext_lazy("duplicate, left out")
    REPEATED = "repeated", gettext_lazy("repeats an earlier line, left out")
    UNREADABLE = "unreadable", gettext_lazy("unreadable")


SPEAKS = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.LEFT)
"""Of lines after which another one with the same key or number is a repetition."""


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
Carried = Callable[[Portable], Portable | Unreadable]
"""What a format keeps of a record, where that is not all."""


def load(
    entries: Iterable[Entry],
    source: str,
    *,
    dry_run: bool = False,
    leave_alike: bool = False,
    carried: Carried | None = None,
    origin: str = "",
) -> Iterator[Line]:
    """Write the records of a source, a batch in a transaction, telling what became of each; see Loader."""
    loader = Loader(source, dry_run=dry_run, leave_alike=leave_alike, carried=carried, origin=origin)
    for batch in batched(entries, BATCH):
        yield from loader.lines(batch)


class Loader:
    """Writes the records of a source, batch by batch; in a dry run it tells what would become of them.

    Of several lines with one key, DOI or local number the first counts. What looks like a record that is there already
    (the same ISBN, or title and about the year) is named; with `leave_alike` it is left out. `carried` says what the
    source's format keeps of a record. The history of each record names the `origin` (a file, an address, else the
    source) and the user of the key `by`, who is the cataloguer of those that are made.
    """

    def __init__(
        self,
        source: str,
        *,
        dry_run: bool = False,
        leave_alike: bool = False,
        carried: Carried | None = None,
        origin: str = "",
        by: int | None = None,
    ) -> None:
        self.source, self.dry_run, self.leave_alike, self.carried = source, dry_run, leave_alike, carried
        self.origin, self.by = origin or source, by
        self.vocabulary = Vocabulary()
        self.earlier = Earlier()

    def lines(self, entries: list[Entry]) -> list[Line]:
        """What becomes of each of some records, all in one transaction."""
        return self.write(self.look_at(entries))

    def look_at(self, entries: list[Entry]) -> "Batch":
        """Decide what is to become of some records: half of the work, while which on SQLite others can write."""
        return Batch(self, entries)

    def write(self, batch: "Batch") -> list[Line]:
        """Write what can be written, all in one transaction; what became of each record."""
        if self.dry_run:
            return batch.lines()
        try:
            with indexing.at_once() as written:
                if self.vocabulary.renew() or batch.is_stale():
                    batch = self.look_at(batch.entries)
                batch.write(written)
        except (IntegrityError, DataError) as error:
            if len(batch.entries) > 1:  # which one it is shows where each goes in alone
                return [line for entry in batch.entries for line in self.lines([entry])]
            [(place, _one)] = batch.entries
            why = _("The database does not take it: %(error)s") % {"error": " ".join(str(error).split())}
            return [Line(place, Outcome.UNREADABLE, why=why)]
        self.vocabulary.add(batch.new_agents)
        return batch.lines()

    def pass_by(self, place: int, one: Portable) -> None:
        """Remember a line before those to come, which was looked at or written by another loader."""
        self.earlier.add(place, one)


@dataclass
class _Ready:
    """A record that was checked and can be written."""

    place: int
    outcome: Outcome
    one: Portable
    record: Record
    agents: list[tuple[int | str, str]]
    """Who did what: agents by their key, those that are to be made by their name."""
    imported: ImportedRecord | None
    """What the source calls it and said, where that is to be kept."""
    why: str = ""

    def line(self) -> Line:
        return Line(self.place, self.outcome, self.record.code, self.why)


class Batch:
    """Some records of a source with what the database knows of them (a fixed number of queries)."""

    def __init__(self, loader: Loader, entries: list[Entry]) -> None:
        self.loader, self.entries, self.known = loader, entries, loader.vocabulary
        self.known.renew()
        self.made: dict[str, Agent] = {}
        """Agents that records name and that are not there, by name."""
        self.new_agents: dict[str, Agent] = {}
        """Those that were written, as a record has them in the end."""
        readable = [one for _place, one in entries if not isinstance(one, Unreadable)]
        imported = ImportedRecord.objects.filter(source=loader.source, key__in=[key_of(one) for one in readable])
        self.imported = {each.key: each for each in imported}
        ours = {one["number"] for one in readable if "number" in one}
        codes = ours | {str(each.number_id) for each in self.imported.values()}
        self.records = {record.code: record for record in Record.objects.filter(code__in=codes)}
        self._seen = {record.pk: _state(record) for record in self.records.values()}
        fresh = [one for one in readable if not self._is_unchanged(one)]
        if fresh:
            loaded(self.records[code] for code in ours if code in self.records)
            prefetch_related_objects([*self.records.values()], "record_links", "page_links", "files")
        self.holders = holders(number for one in fresh for number in numbers_of(one))
        self.alike = Alike(fresh)
        unknown = (by for one in fresh for by in one.get("agents", ()) if self.known.agent(by) is None)
        self.codes = {*_held_codes({_base_code(by) for by in unknown}), *addresses.fixed_words()}
        """Codes that a new agent cannot have."""
        self.decided = [self._decide(place, one) for place, one in entries]

    def lines(self) -> list[Line]:
        """What becomes of each record."""
        return [each if isinstance(each, Line) else each.line() for each in self.decided]

    def is_stale(self) -> bool:
        """Whether an editor has been at one of these records since they were read; if not, none will be before the end
        of the transaction.
        """
        held = Record.objects.select_for_update().filter(pk__in=self._seen).order_by("pk")
        return self._seen != {record.pk: _state(record) for record in held.only("pk", *_STATE)}

    def write(self, written: indexing.Written) -> None:
        """Write what can be written."""
        ready = [each for each in self.decided if isinstance(each, _Ready)]
        wanted = {agent for each in ready for agent, _role in each.agents}
        agents = {name: agent for name, agent in self.made.items() if name in wanted}
        bulk.create([*agents.values()])
        created = [each for each in ready if each.outcome == Outcome.CREATED]
        for each, code in zip(created, record_numbers.several(len(created)), strict=True):
            each.record.code = code
            each.record.cataloguer_id = self.loader.by
        now = timezone.now()
        for each in ready:
            record = each.record
            record.agent_links = [
                RecordAgent(agent_id=agents[agent].pk if isinstance(agent, str) else agent, role=role, sort_order=place)
                for place, (agent, role) in enumerate(each.agents)
            ]
            record.first_published_at = record.first_published_at or now
            record.last_published_at = now
        bulk.create([each.record for each in created])
        bulk.update([each.record for each in ready if each.outcome == Outcome.UPDATED])
        self._write_texts(ready)
        self._write_imported(ready)
        self._write_history(ready)
        written.add(agents.values())
        written.add(each.record for each in ready)
        self.new_agents = agents

    def _write_texts(self, ready: list[_Ready]) -> None:
        given = [(int(each.record.code), _full_texts(each.one)) for each in ready if "full_text" in each.one]
        if given:
            RecordFullText.objects.filter(number__in=[number for number, _texts in given]).delete()
            RecordFullText.objects.bulk_create(
                RecordFullText(number_id=number, language=language, pages=pages)
                for number, texts in given
                for language, pages in texts.items()
            )

    def _write_imported(self, ready: list[_Ready]) -> None:
        for each in ready:
            if each.imported:
                each.imported.number_id = int(each.record.code)
        known = [each.imported for each in ready if each.imported]
        ImportedRecord.objects.bulk_create([each for each in known if each.pk is None])
        ImportedRecord.objects.bulk_update([each for each in known if each.pk is not None], ["digest"])

    def _write_history(self, ready: list[_Ready]) -> None:
        """An entry for each record; not a revision, because one with a revision belongs to its editors."""
        kind = ContentType.objects.get_for_model(Record)
        now = timezone.now()
        ModelLogEntry.objects.bulk_create(
            ModelLogEntry(
                content_type=kind,
                object_id=str(each.record.pk),
                label=title_of(each.one),
                action=LOG_ACTION,
                data={"from": self.loader.origin, "new": each.outcome == Outcome.CREATED},
                timestamp=now,
                user_id=self.loader.by,
                content_changed=True,
            )
            for each in ready
        )

    def _decide(self, place: int, one: Portable | Unreadable) -> Line | _Ready:
        try:
            if isinstance(one, Unreadable):
                raise one
            found = self._line(place, one)
        except Unreadable as error:
            return Line(place, Outcome.UNREADABLE, why=str(error))
        except ValidationError as error:
            return Line(place, Outcome.UNREADABLE, why=_told(error))
        if found.outcome in SPEAKS:
            self.loader.earlier.add(place, one)
        return found

    def _is_unchanged(self, one: Portable) -> bool:
        """Whether the source said the same last time."""
        imported = self.imported.get(key_of(one))
        return imported is not None and imported.digest == digest_of(one)

    def _line(self, place: int, one: Portable) -> Line | _Ready:
        if (other := self.loader.earlier.key(place, one)) is not None:
            why = _("Line %(place)s has the same key, and the first one counts.") % {"place": other}
            return Line(place, Outcome.REPEATED, why=why)
        imported = self.imported.get(key_of(one))
        if imported is None:
            record = self.records.get(one.get("number", ""))
            return self._create(place, one) if record is None else self._ours(place, one, record)
        code = str(imported.number_id)
        record = self.records.get(code)
        if record is None:
            return Line(place, Outcome.LEFT, code, _("It was deleted or merged since."))
        if self._is_unchanged(one):
            return Line(place, Outcome.UNCHANGED, code)
        imported.digest = digest_of(one)
        return self._update(place, one, record, imported)

    def _ours(self, place: int, one: Portable, record: Record) -> Line | _Ready:
        """What bears our number is that record, unless it came from elsewhere, where numbers are others."""
        if record.title_key != title_key(title_of(one)):
            message = _("No. %(code)s is “%(title)s”: leave the number out if this is another document.")
            return Line(place, Outcome.LEFT, record.code, message % {"code": record.code, "title": record})
        held = portable(record)
        said = self.loader.carried(held) if self.loader.carried else held
        kept = dict(RecordFullText.objects.filter(number=int(record.code)).values_list("language", "pages"))
        same = not isinstance(said, Unreadable) and says_the_same(one, said)
        if same and ("full_text" not in one or _full_texts(one) == kept):
            return Line(place, Outcome.UNCHANGED, record.code)
        if self.loader.carried:
            why = _("This format holds a part of a record only: correct it here, or with CSV or JSON Lines.")
            return Line(place, Outcome.LEFT, record.code, why)
        return self._update(place, one, record, None)

    def _update(self, place: int, one: Portable, record: Record, imported: ImportedRecord | None) -> Line | _Ready:
        if record.latest_revision_id is not None or not record.live:
            return Line(place, Outcome.LEFT, record.code, _("An editor changed it since."))
        if record.locked:
            return Line(place, Outcome.LEFT, record.code, _("It is locked."))
        if (other := self.loader.earlier.number(place, one)) is not None:
            return self._claimed(place, other)
        return _Ready(place, Outcome.UPDATED, one, record, self._filled(record, one), imported)

    def _create(self, place: int, one: Portable) -> Line | _Ready:
        for number in numbers_of(one):
            if holder := self.holders.get(number):
                message = _("No. %(code)s has this DOI or local number already.") % {"code": holder.code}
                return Line(place, Outcome.DUPLICATE, holder.code, message)
        if (other := self.loader.earlier.number(place, one)) is not None:
            return self._claimed(place, other)
        like, why = self._like(place, one)
        if why and self.loader.leave_alike:
            return Line(place, Outcome.DUPLICATE, like, why)
        record = Record(live=True)
        imported = ImportedRecord(source=self.loader.source, key=key_of(one), digest=digest_of(one))
        return _Ready(place, Outcome.CREATED, one, record, self._filled(record, one), imported, why)

    @staticmethod
    def _claimed(place: int, other: int) -> Line:
        why = _("Line %(place)s has the same DOI or local number, and the first one counts.") % {"place": other}
        return Line(place, Outcome.REPEATED, why=why)

    def _like(self, place: int, one: Portable) -> tuple[str, str]:
        """The number of a record that it looks like, empty where it is another line; and a message, empty for none."""
        kind = find_fact(self.known.types, self.known.named["type"], one["type"])
        chapter = kind is not None and kind.kind == Kind.CHAPTER
        if code := self.alike.to(one, chapter=chapter):
            return code, _("It looks like no. %(code)s.") % {"code": code}
        if (other := self.loader.earlier.like(place, one, chapter=chapter)) is not None:
            return "", _("It looks like line %(place)s.") % {"place": other}
        return "", ""

    def _filled(self, record: Record, one: Portable) -> list[tuple[int | str, str]]:
        """Put what is said of a record into it, and check it; who did what, which is written once agents are made."""
        record.type = _of(self.known.types, self.known.named["type"], "type", one["type"])
        collection = one.get("collection")
        known = self.known.named["collection"]
        record.collection = _of(self.known.collections, known, "collection", collection) if collection else None
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
        record.agent_links = []
        self._index(record, one)
        _full_texts(one)
        record.prepare()
        record.held_numbers = self.holders
        check_whole(record, looked_up=("code", "type", "collection"))
        return list(dict.fromkeys((self._agent(by), by["role"]) for by in one.get("agents", ())))

    def _agent(self, by: By) -> int | str:
        """The agent who did something; the name of one that is to be made."""
        found = self.known.agent(by)
        if found is not None:
            return found
        name = " ".join(by["name"].split())
        key = name_key(name)
        if key not in self.made:
            kind = by.get("kind") or (AgentKind.PERSON if "," in name else AgentKind.BODY)
            now = timezone.now()
            made = Agent(code=self._free_code(by), kind=kind, live=True, first_published_at=now, last_published_at=now)
            made.names = [AgentName(language=CODES[0], kind=NameKind.PREFERRED, text=name)]
            check_whole(made, looked_up=("code",))
            self.made[key] = made
        return key

    def _free_code(self, by: By) -> str:
        code = base = _base_code(by)
        number = 1
        while code in self.codes or (number > 1 and _held_codes([code])):
            number += 1
            code = f"{base}-{number}"
        self.codes.add(code)
        return code

    def _index(self, record: Record, one: Portable) -> None:
        """Facts by code; a keyword that is the name of one stands for it, and what is none is left to be indexed."""
        chosen: dict[str, dict[int, Any]] = {name: {} for name in INDEXED}
        words = list(one.get("keywords", ()))
        for name in INDEXED:
            for code in one.get(name, ()):  # type: ignore[attr-defined]
                if name == "concepts" and code not in self.known.facts[name]:
                    words.append(code)
                else:
                    fact = _of(self.known.facts[name], {}, name, code)
                    chosen[name][fact.pk] = fact
        free: list[str] = []
        for word in words:
            key = name_key(word)
            known = {name: fact for name in INDEXED if (fact := self.known.named[name].get(key))}
            for name, fact in known.items():
                chosen[name][fact.pk] = fact
            if not known:
                free.append(word)
        for name, facts in chosen.items():
            setattr(record, name, list(facts.values()))
        record.keywords = "\n".join(dict.fromkeys(free))


_STATE = ("latest_revision", "live", "locked")


def _state(record: Record) -> tuple[Any, ...]:
    """What editors change of a record when they take it over."""
    return record.latest_revision_id, record.live, record.locked


def _of(facts: dict[str, Any], named: dict[str, Any], name: str, code: str) -> Any:
    """A fact by its code or one of its names."""
    found = find_fact(facts, named, code)
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


def _base_code(by: By) -> str:
    """What the code of a new agent is made of."""
    return slugify(anyascii(by.get("code") or by["name"]))[:70].strip("-").replace("_", "-") or "agent"


def _held_codes(codes: Collection[str]) -> set[str]:
    """Those codes that an agent has, or had before it was merged (two queries)."""
    held = set(Agent.objects.filter(code__in=codes).values_list("code", flat=True))
    return held | set(MergedFact.objects.filter(kind="agent", code__in=codes).values_list("code", flat=True))


def _told(error: ValidationError) -> str:
    """The first message of a refusal, after the name of its field in the form."""
    name, messages = next(iter(error.message_dict.items()))
    return refusal(label(name), messages[0])
