"""Wagtail's two indexes, of what the search finds and of what refers to what, and how imports fill them.

Whoever saves one object leaves them to the worker: Wagtail queues a task or two for it and for each of its rows. An
import would queue thousands, so it indexes each batch itself, in the transaction that writes it:

    for batch in batched(rows, 200):
        with indexing.at_once():
            ...  # save what the batch holds

Neither Wagtail nor modelsearch has a way to do so (https://github.com/wagtail/wagtail/issues/3580); the queue is where
both go by. No models may be imported here before they are needed: third parties' tasks look for their queue while apps
are loading.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django_tasks_db.backend import DatabaseBackend

from cms.batches import batched

SEARCH = "modelsearch.tasks.insert_or_update_object_task"
REFERENCES = "wagtail.tasks.update_reference_index_task"
CHUNK = 200
"""Objects in memory at a time."""

Keys = dict[type[Model], set[str]]


class Written:
    """What a block of `at_once` has saved."""

    def __init__(self) -> None:
        self.keys: Keys = defaultdict(set)

    def add(self, objects: Iterable[Model]) -> None:
        """Name objects that came by a route without signals, such as bulk_create."""
        for saved in objects:
            self.keys[type(saved)].add(str(saved.pk))


_written: ContextVar[Written | None] = ContextVar("written", default=None)
_whole: ContextVar[bool] = ContextVar("whole", default=False)
_unseen: ContextVar[bool] = ContextVar("unseen", default=False)


class Queue(DatabaseBackend):
    """The task queue; index tasks of blocks of `at_once`, `rows_with_their_owner` and `unseen` do not all get there."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        written = _written.get()
        if task.module_path not in {SEARCH, REFERENCES}:
            return super().enqueue(task, args, kwargs)
        if _unseen.get():
            return None
        if written is None and not _whole.get():
            return super().enqueue(task, args, kwargs)
        app_label, model_name, pk = args
        model = apps.get_model(app_label, model_name)
        if written is not None:
            written.keys[model].add(pk)
        elif _owner(model) is None:
            return super().enqueue(task, args, kwargs)
        return None  # Wagtail's signal handlers ask for no result


@contextmanager
def rows_with_their_owner() -> Iterator[None]:
    """A block that saves whole objects: each is indexed with its rows, which need no tasks of their own."""
    token = _whole.set(True)
    try:
        yield
    finally:
        _whole.reset(token)


@contextmanager
def unseen() -> Iterator[None]:
    """A block that saves nothing of what is indexed."""
    token = _unseen.set(True)
    try:
        yield
    finally:
        _unseen.reset(token)


def is_void(task_path: str, args: list[Any]) -> bool:
    """Whether a task would index an object that is gone, on which Wagtail's tasks fail.

    Publishing a page replaces its rows (links, partners, sessions), often in the transaction that has just made them.
    """
    if task_path not in {SEARCH, REFERENCES}:
        return False
    app_label, model_name, pk = args
    return not apps.get_model(app_label, model_name)._default_manager.filter(pk=pk).exists()


@contextmanager
def at_once() -> Iterator[Written]:
    """One transaction, at the end of which all that was saved in it is indexed; no index task is queued.

    Either both are committed or neither, so an import that was killed has indexed what it has written. A block should
    last about a second, because on SQLite everybody else waits to write. Blocks may be nested: the outermost indexes.
    """
    outer = _written.get()
    with transaction.atomic():
        if outer is not None:
            yield outer
            return
        written = Written()
        token = _written.set(written)
        try:
            yield written
            for model, keys in _specific(_owners(written.keys)).items():
                _index(model, keys)
        finally:
            _written.reset(token)


def _index(model: type[Model], keys: set[str]) -> None:
    """Bring both indexes up to date for objects of one model; a fixed number of queries loads each chunk."""
    from modelcluster.models import get_all_child_relations
    from modelsearch.backends import get_search_backends
    from modelsearch.index import class_is_indexed
    from wagtail.models import ReferenceIndex

    refers = ReferenceIndex.is_indexed(model)
    rows = [relation.get_accessor_name() for relation in get_all_child_relations(model)] if refers else []
    for chunk in batched(keys, CHUNK):
        found: list[Any] = []
        if class_is_indexed(model):
            found += model.get_indexed_objects().filter(pk__in=chunk).prefetch_related(*rows)  # type: ignore[attr-defined]
            for backend in get_search_backends(with_auto_update=True):
                backend.add_bulk(model, found)
        if refers:
            others = set(chunk) - {str(done.pk) for done in found}
            found += model._default_manager.filter(pk__in=others).prefetch_related(*rows) if others else ()
            kind = ReferenceIndex._get_base_content_type(model)
            before = ReferenceIndex.objects.filter(base_content_type=kind, object_id__in=chunk)
            held = set(before.values_list("object_id", flat=True))
            for referring in found:
                # Of most imported ones nothing is there and nothing is to be: that is asked of all at once.
                if str(referring.pk) in held or any(ReferenceIndex._extract_references_from_object(referring)):
                    ReferenceIndex.create_or_update_for_object(referring)


def _owner(model: type[Model]) -> Any:
    """The key (ParentalKey) of a row's model to what it belongs to; None where it is no row."""
    from modelcluster.fields import ParentalKey

    return next((field for field in model._meta.get_fields() if isinstance(field, ParentalKey)), None)


def _owners(named: Keys) -> Keys:
    """The objects that rows (ParentalKey) belong to instead of the rows: they are indexed with them."""
    found: Keys = defaultdict(set)
    waiting = list(named.items())
    while waiting:
        model, keys = waiting.pop()
        key = _owner(model)
        if key is None:
            found[model] |= keys
        else:
            owners = model._default_manager.filter(pk__in=keys).exclude(**{key.name: None})
            waiting.append((key.related_model, {str(pk) for pk in owners.values_list(key.attname, flat=True)}))
    return found


def _specific(named: Keys) -> Keys:
    """Pages, under whichever model they were saved, by the model that has their texts."""
    from django.contrib.contenttypes.models import ContentType
    from wagtail.models import Page

    found: Keys = defaultdict(set)
    pages: set[str] = set()
    for model, keys in named.items():
        if issubclass(model, Page):
            pages |= keys
        else:
            found[model] |= keys
    for pk, content_type in Page.objects.filter(pk__in=pages).values_list("pk", "content_type"):
        if kind := ContentType.objects.get_for_id(content_type).model_class():
            found[kind].add(str(pk))
    return found
