"""Which pages and facts show some objects, so that they change with them.

Wagtail's reference index says what the texts and choosers of a page refer to. What else an answer is made of, the app
that makes it says: `effects.register(function)` in `AppConfig.ready`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, CharField, Q, QuerySet
from django.db.models.functions import Cast
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, ReferenceIndex
from wagtail.tasks import update_reference_index_task

from cms.changes.feed.past import Image
from cms.facts import Fact

PAGE, IMAGE, DOCUMENT = "wagtailcore.page", "cms.cmsimage", "cms.cmsdocument"


@dataclass
class Objects:
    """Keys of objects by their kind."""

    pages: set[int] = field(default_factory=set)
    below: set[str] = field(default_factory=set)
    """Tree paths: all pages that start with them count, too."""
    images: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    facts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    parts: set[str] = field(default_factory=set)
    past: dict[str, list[Image]] = field(default_factory=lambda: defaultdict(list))
    """What objects were before they changed, by model."""

    def add(self, model: str, keys: Iterable[int]) -> None:
        """Add objects of the model "app.model"; those that no answer names are left out."""
        if model == PAGE:
            self.pages.update(keys)
        elif model == IMAGE:
            self.images.update(keys)
        elif model == DOCUMENT:
            self.documents.update(keys)
        elif model in _parts:
            self.parts.add(_parts[model])
        elif model in fact_models():
            self.facts[model].update(keys)

    def update(self, other: "Objects") -> None:
        """Add the objects of another."""
        self.pages |= other.pages
        self.below |= other.below
        self.images |= other.images
        self.documents |= other.documents
        self.parts |= other.parts
        for model, keys in other.facts.items():
            self.facts[model] |= keys

    def has_pages(self) -> bool:
        """Whether there may be pages among them."""
        return bool(self.pages or self.below)

    def page_query(self) -> QuerySet[Page]:
        """The pages as a query, for there may be many."""
        return Page.objects.filter(below(self.below) | Q(pk__in=self.pages))


Dependants = Callable[[Objects], Objects]

_parts: dict[str, str] = {}
_leading: dict[str, "Leading"] = {}
_dependants: list[Dependants] = []


class Leading(NamedTuple):
    """Of a part whose objects each lead to a page: its name, the column of the page's key, and how it leads there."""

    part: str
    column: str
    in_any_language: bool
    """To the page that was chosen, or to each reader's own language of it."""


def register_part(name: str, *models: str) -> None:
    """Say that readers fetch the objects of these models ("app.model") as one whole of this name."""
    _parts.update(dict.fromkeys(models, name))


def register_leading(model: str, leading: Leading) -> None:
    """Say so of a model whose objects are nowhere to be seen while nobody sees the page that they lead to.

    The watch of the model remembers the column.
    """
    register_part(leading.part, model)
    _leading[model] = leading


def leading() -> dict[str, Leading]:
    """What was registered, by model."""
    return _leading


def register(dependants: Dependants) -> None:
    """Add a function that says what else shows some objects, in a fixed number of queries.

    It gets the objects that changed (of pages, those whose title, address or publication did) and those that refer to
    them, and answers the pages, facts and parts that show them.
    """
    if dependants not in _dependants:
        _dependants.append(dependants)


def part_names() -> list[str]:
    """The names of all parts."""
    return sorted(set(_parts.values()))


def fact_models() -> dict[str, type[Fact]]:
    """The models of facts by their labels in the log."""
    return {model._meta.label_lower: model for model in apps.get_models() if issubclass(model, Fact)}


def label_of(content_type_id: int) -> str:
    """A content type's model as the log names it; empty where it is no more."""
    model = ContentType.objects.get_for_id(content_type_id).model_class()
    return model._meta.label_lower if model else ""


def below(paths: Iterable[str], column: str = "path") -> Q:
    """A condition: in the tree at or below one of the paths; nothing where there is none."""
    return reduce(or_, (Q(**{f"{column}__startswith": path}) for path in paths), Q(pk__in=()))


@dataclass(frozen=True)
class Showing:
    """What shows some objects: `pages` that refer to them, as a query, for they may be many; and `others`."""

    pages: QuerySet[ReferenceIndex, Any]
    others: Objects


def showing(objects: Objects, pages: Q | None = None, *, waiting: bool = True) -> Showing:
    """Whatever shows the objects, by the reference index and by what the apps say.

    `pages` is a condition that takes the place of the pages' keys: a link to a page leads to it in the reader's own
    language, so links to any of them count. With `waiting`, what the worker has yet to index counts as showing.
    """
    keys = {PAGE: objects.pages, IMAGE: objects.images, DOCUMENT: objects.documents, **objects.facts}
    targets: dict[str, Any] = {model: chosen for model, chosen in keys.items() if chosen}
    if objects.has_pages() and pages is not None:
        targets[PAGE] = Page.objects.filter(pages)
    references = _references(targets)
    of_pages = Q(base_content_type=ContentType.objects.get_for_model(Page))
    found = Objects()
    if targets:
        for content_type, key in references.exclude(of_pages).values_list("base_content_type_id", "object_id"):
            found.add(label_of(content_type), [int(key)])
        for label, key in _being_indexed() if waiting else ():
            found.add(label, [key])
    asked = replace(objects, facts=defaultdict(set, {model: set(keys) for model, keys in objects.facts.items()}))
    asked.update(Objects(facts=found.facts))
    for dependants in _dependants:
        found.update(dependants(asked))
    referring = references.filter(of_pages).annotate(page=Cast("object_id", BigIntegerField()))
    return Showing(referring.values("page"), found)


def pages_referring(targets: Mapping[str, Iterable[int] | QuerySet[Any]]) -> set[int]:
    """Keys of pages whose texts or choosers refer to objects of models "app.model", by key or as a query."""
    found = _references(targets).filter(base_content_type=ContentType.objects.get_for_model(Page))
    return {int(key) for key in found.values_list("object_id", flat=True)}


def _references(targets: Mapping[str, Any]) -> QuerySet[ReferenceIndex]:
    chosen = Q(pk__in=())
    for model, keys in targets.items():
        if isinstance(keys, QuerySet):
            keys = keys.annotate(key=Cast("pk", CharField())).values("key")
        else:
            keys = [str(key) for key in keys]
        content_type = ContentType.objects.get_for_model(apps.get_model(model))
        chosen |= Q(to_content_type=content_type, to_object_id__in=keys)
    return ReferenceIndex.objects.filter(chosen)


def redirects_to(objects: Objects) -> Objects:
    """Redirects name the address of the page that they lead to."""
    led_to = objects.has_pages() and Redirect.objects.filter(redirect_page__in=objects.page_query()).exists()
    return Objects(parts={"redirects"} if led_to else set())


def _being_indexed() -> list[tuple[str, int]]:
    """Objects whose references the worker has yet to index: they may show anything."""
    waiting = DBTaskResult.objects.filter(
        task_path=update_reference_index_task.module_path,
        status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
    )
    found = []
    for content in waiting.values_list("args_kwargs", flat=True):
        app, name, key = content["args"]
        root = [apps.get_model(app, name), *apps.get_model(app, name)._meta.get_parent_list()][-1]
        if key.isdigit():
            found.append((root._meta.label_lower, int(key)))
    return found
