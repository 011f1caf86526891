"""Codes and names of facts, and which pages and collections are private, held in memory under the content version.

Facts are few and on every answer; reading them from the database for each page of a list would be
most of its work. A snapshot is read once and serves until the content version moves.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection
from django.db.models import Model, TextChoices
from django.utils.functional import cached_property
from typing_extensions import TypedDict
from wagtail.models import CollectionViewRestriction, Page, PageViewRestriction

from cms import changes, dependencies
from cms.facts import Fact, NameKind
from cms.languages import InLanguage, nearest

T = TypeVar("T")
C = TypeVar("C", bound=TextChoices)


class Coded(TypedDict):
    """The code of a fact, with its label in the language of the answer."""

    code: str
    label: str


class CodedAs(TypedDict, Generic[C]):
    """A code of a closed list, with its label in the language of the answer."""

    code: C
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One published fact: its key, code and preferred names by language."""

    pk: int
    code: str
    names: dict[str, str]

    def label(self, language: str) -> str:
        """The name in the nearest language that has one, else the code."""
        return nearest(self.names, language).text or self.code

    def coded(self, language: str) -> Coded:
        return {"code": self.code, "label": self.label(language)}


class FactTable:
    """All published facts of one model, by key and by code."""

    def __init__(self, model: type[Fact]) -> None:
        names: dict[int, dict[str, str]] = {}
        name_model: type[Model] = model._meta.get_field("names").related_model  # type: ignore[assignment]
        rows = name_model._default_manager.filter(kind=NameKind.PREFERRED).values_list("fact_id", "language", "text")
        for fact_id, language, text in rows:
            names.setdefault(fact_id, {})[language] = text
        self.by_pk = {
            pk: Entry(pk, code, names.get(pk, {}))
            for pk, code in model._default_manager.filter(live=True).order_by("code").values_list("pk", "code")
        }

        self._labels: dict[str, dict[str, str]] = {}

    @cached_property
    def by_code(self) -> dict[str, Entry]:
        return {entry.code: entry for entry in self.by_pk.values()}

    def labels(self, language: str) -> dict[str, str]:
        """The label of each fact in a language, by its code; not to be changed."""
        if language not in self._labels:
            self._labels[language] = {entry.code: entry.label(language) for entry in self.by_pk.values()}
        return self._labels[language]


class Labels:
    """A snapshot of the facts at one content version, or of one transaction; tables are read when first asked for."""

    def __init__(self, version: int, transaction: object = None) -> None:
        self.version = version
        self._transaction = transaction
        self._made: dict[Any, tuple[Any, set[str]]] = {}

    @property
    def private_paths(self) -> tuple[str, ...]:
        """Tree paths of what is private: pages under a view restriction, and fallbacks that repeat the text of one.

        A fallback has no restriction of its own: Wagtail copies the source's on it, and then does not look at the copy.
        """
        return self.derived(_private_paths)

    @property
    def homes(self) -> tuple[int, ...]:
        """Keys of the pages right below the root: no index tells them, so they are looked for once."""
        return self.derived(_homes)

    @property
    def private_collections(self) -> tuple[str, ...]:
        """Tree paths of collections under a view restriction."""
        return self.derived(_private_collections)

    def table(self, model: str) -> FactTable:
        """The published facts of a model named "app.Model"."""
        return self._held(model, lambda: FactTable(apps.get_model(model)))

    def successor(self, model: str, code: str) -> str:
        """The code of the fact of a model named "app.Model" that one of this code was merged into; else this code."""
        found = _successors.get(model)
        return self.derived(found).get(code, code) if found else code

    def derived(self, make: Callable[[], T]) -> T:
        """What `make` reads from the database, kept beside the tables as long as the content version stands."""
        return self._held(make, make)

    def _held(self, name: Any, make: Callable[[], T]) -> T:
        if name not in self._made:
            transaction = _transaction()
            if transaction is not None and transaction is not self._transaction:
                return _own(transaction)._held(name, make)
            with dependencies.recorded() as read:
                made = make()
            self._made[name] = made, read
        found, read = self._made[name]
        dependencies.note(read)
        return found  # type: ignore[no-any-return]

    def coded(self, model: str, pk: int | None, language: str) -> Coded | None:
        """A fact's code and label; None where it is not published."""
        entry = self.table(model).by_pk.get(pk) if pk is not None else None
        return entry.coded(language) if entry else None

    def text(self, model: str, pk: int, language: str) -> InLanguage:
        """The prose of a fact, of the model "app.Model" of its rows (cms.facts.FactText), in the nearest language."""
        texts: dict[int, dict[str, str]] = self._held(model, lambda: _texts(apps.get_model(model)))
        return nearest(texts.get(pk, {}), language)

    def all_coded(self, model: str, pks: Iterable[int], language: str) -> list[Coded]:
        """Codes and labels of the published ones among these facts, in their order."""
        found = (self.coded(model, pk, language) for pk in pks)
        return [coded for coded in found if coded]


Successors = Callable[[], Mapping[str, str]]
_successors: dict[str, Successors] = {}


def register_successors(model: str, find: Successors) -> None:
    """Say how to read which codes of a model named "app.Model" are those of facts that were merged, and into which.

    What it reads must move the content version.
    """
    _successors[model] = find


def _texts(model: Any) -> dict[int, dict[str, str]]:
    """Texts by fact and language, those of unpublished facts included (one query)."""
    found: dict[int, dict[str, str]] = {}
    for fact, language, text in model._default_manager.values_list("fact_id", "language", "text"):
        found.setdefault(fact, {})[language] = text
    return found


def _private_paths() -> tuple[str, ...]:
    restrictions = PageViewRestriction.objects.filter(page__alias_of=None)
    private = tuple(restrictions.values_list("page__path", flat=True).distinct())
    aliases = Page.objects.exclude(alias_of=None).order_by("path").values_list("path", "alias_of__path")
    pending = list(aliases) if private else []
    found = True
    while found:  # again, because an alias may repeat a page below another alias
        found = False
        for path, source in pending:
            if source.startswith(private) and not path.startswith(private):
                private, found = (*private, path), True
    return private


def _homes() -> tuple[int, ...]:
    return tuple(Page.objects.filter(depth=2).values_list("pk", flat=True))


def _private_collections() -> tuple[str, ...]:
    return tuple(CollectionViewRestriction.objects.values_list("collection__path", flat=True).distinct())


class _Thread(threading.local):
    labels = Labels(-1)


_lock = threading.Lock()
_current = Labels(-1)
_thread = _Thread()


def _transaction() -> object:
    """What tells the open transaction from all others: what is read in it may never come to be, so nobody else sees it.

    Django makes this list anew whenever a transaction ends or rolls back to a savepoint; an Atomic that decorates a
    function is the same at each call. None where no transaction is open.
    """
    return connection.run_on_commit if connection.in_atomic_block else None


def _own(transaction: object) -> Labels:
    """What this transaction read last."""
    if _thread.labels._transaction is not transaction:
        _thread.labels = Labels(changes.content_version("content"), transaction)
    return _thread.labels


def current() -> Labels:
    """The snapshot of the database's content version (one cheap query; reads the facts again when it moved).

    In a transaction, one of its own, read anew: it sees what the transaction changed.
    """
    global _current
    version = changes.content_version("content")
    transaction = _transaction()
    if transaction is not None:
        _thread.labels = Labels(version, transaction)
        return _thread.labels
    snapshot = _current
    if snapshot.version != version:
        with _lock:
            if _current.version != version:
                _current = Labels(version)
            snapshot = _current
    return snapshot


def held() -> Labels:
    """What `current` gave last in this process, or newer: for the many small steps after it (no query)."""
    transaction = _transaction()
    return _current if transaction is None else _own(transaction)
