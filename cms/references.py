"""What an answer refers to, gathered first and loaded at once.

Representing pages is done in two passes so that the number of queries never grows with the content:
every field and block names the pages, images, documents and facts that it will show, they are read
with one query a kind, then everything is turned into JSON from memory.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from wagtail.models import Page

from cms import dependencies, frontend, labels, publication, renditions
from cms.media import CmsDocument, CmsImage
from cms.preview.drafts import Draft

API_PATH = "/api/v2/"
RICH_TEXT_TARGET = re.compile(r'<a\b(?=[^>]*\blinktype="(page|document)")(?=[^>]*\bid="([0-9]{1,18})")')


def key(value: Any) -> int | None:
    """The primary key that stored text or JSON names; None where no database could have it (letters, 30 digits)."""
    return int(value) if re.fullmatch("[0-9]{1,18}", str(value), re.ASCII) else None


@dataclass
class References:
    """Keys to load, by kind."""

    pages: set[int] = field(default_factory=set)
    images: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    facts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    links: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Keys of pages by the relation of their link rows ("border_links")."""
    children: set[str] = field(default_factory=set)
    """Tree paths of pages whose children are shown."""
    subjects: list[tuple[Any, Any]] = field(default_factory=list)
    """Pages, each with the function that says what its publications are about (cms.publications)."""

    def add_rich_text(self, source: str) -> None:
        """Pages and documents that stored rich text links to."""
        for kind, pk in RICH_TEXT_TARGET.findall(source or ""):
            (self.pages if kind == "page" else self.documents).add(int(pk))


@dataclass(frozen=True, slots=True)
class PageTarget:
    """As much of a public page as a link to it needs."""

    id: int
    type: str
    title: str
    locale: str
    html_path: str
    text_locale: str
    is_fallback: bool


TARGET_COLUMNS = (
    *("pk", "content_type_id", "title", "locale__language_code", "url_path"),
    "alias_of__locale__language_code",
)


def page_target(
    pk: int, content_type_id: int, title: str, locale: str, url_path: str, repeated: str | None
) -> PageTarget:
    """A target from its TARGET_COLUMNS; `repeated` is the language of the page whose text a fallback shows."""
    path = publication.html_path(locale, url_path)
    return PageTarget(pk, page_type(content_type_id), title, locale, path, repeated or locale, repeated is not None)


FactLoader = Callable[[set[int], "Context"], dict[int, Any]]
fact_loaders: dict[str, FactLoader] = {}
fact_shapes: dict[str, Any] = {}


def register_fact(model: str, load: FactLoader, shape: Any) -> None:
    """Say how facts of "app.Model" are shown inside pages, where code and label are not enough.

    `load` gets keys and the context and answers JSON values by key, in a fixed number of queries; `shape` is
    the TypedDict that they conform to.
    """
    fact_loaders[model] = load
    fact_shapes[model] = shape


def _by_order(row: tuple[int, str, int | None, int]) -> tuple[int, int]:
    return row[2] or 0, row[3]


class Loaded:
    """Everything referred to by one answer, in memory."""

    def __init__(self, references: References, snapshot: labels.Labels, draft: Draft | None = None) -> None:
        self.references = references
        self.draft = draft
        self._snapshot = snapshot  # asked for restrictions only where there are pages or files: each is a query
        self.links: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.children: dict[str, list[PageTarget]] = defaultdict(list)
        self.images: dict[int, CmsImage] = {}
        self.renditions: dict[int, list[renditions.File]] = {}
        self.image_sets: dict[int, Any] = {}
        """Images as JSON, made when they are first shown (cms.representation)."""
        self.publications: dict[str, dict[Any, Any]] = {}
        """By language and subject, found when they are first shown (cms.publications)."""
        self.documents: dict[int, CmsDocument] = {}
        self.private_documents: set[int] = set()
        self._targets: dict[Any, dict[str, PageTarget]] = {}
        self._keys: dict[int, Any] = {}
        self._facts: dict[tuple[str, str], dict[int, Any]] = {}
        if references.links:
            self._load_links(references.links)
        if references.children:
            self._load_children(references.children)
        if references.pages:
            self._load_pages(references.pages)
        if references.images:
            self._load_images(references.images)
        if references.documents:
            self._load_documents(references.documents)

    def _load_links(self, wanted: dict[str, set[int]]) -> None:
        # As SQL: to put it together from querysets takes longer than all else that a list does for its links.
        statements: list[str] = []
        pages: list[int] = []
        for relation, pks in sorted(wanted.items()):
            model: Any = Page._meta.get_field(relation).related_model
            table, marks = connection.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(pks))
            statements.append(
                f"SELECT page_id, '{relation}', sort_order, fact_id FROM {table} WHERE page_id IN ({marks})"  # noqa: S608
            )
            pages += pks
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), pages)
            rows = cursor.fetchall()
        for page_id, relation, _order, fact_id in sorted(rows, key=_by_order):
            self.links[relation, page_id].append(fact_id)

    def _load_children(self, paths: set[str]) -> None:
        below = Q()
        for path in paths:
            below |= Q(path__startswith=path, depth=len(path) // Page.steplen + 1)
        children = publication.public(Page.objects.filter(below), self._snapshot.private_paths).order_by("path")
        for path, *columns in children.values_list("path", *TARGET_COLUMNS):
            self.children[path[: -Page.steplen]].append(self.moved(page_target(*columns)))

    def _load_pages(self, pks: set[int]) -> None:
        translations = publication.public(
            Page.objects.filter(translation_key__in=Page.objects.filter(pk__in=list(pks)).values("translation_key")),
            self._snapshot.private_paths,
        ).values_list("translation_key", *TARGET_COLUMNS)
        for key, *columns in translations:
            self._keep(key, self.moved(page_target(*columns)))
        dependencies.note_pages(pks & self._keys.keys())  # no others: the header is for anybody to read
        if self.draft and (own := self.own_target()):
            key = self.draft.page.translation_key
            if own.id in pks or key in self._targets:
                self._keep(key, own)

    def own_target(self) -> PageTarget | None:
        """The draft that counts as published; None for none, and for one never saved, to which nothing can link."""
        page = self.draft.page if self.draft else None
        if page is None or not page.pk:
            return None
        return page_target(page.pk, page.content_type_id, page.title, page.locale.language_code, page.url_path, None)

    def moved(self, target: PageTarget) -> PageTarget:
        """A page where it will be: what is below a draft with another slug moves along."""
        if self.draft is None or not self.draft.stored_path:
            return target
        locale = self.draft.page.locale.language_code
        before = publication.html_path(locale, self.draft.stored_path)
        if not target.html_path.startswith(before):
            return target
        after = publication.html_path(locale, self.draft.page.url_path)
        return replace(target, html_path=after + target.html_path.removeprefix(before))

    def _keep(self, key: Any, target: PageTarget) -> None:
        self._keys[target.id] = key
        self._targets.setdefault(key, {})[target.locale] = target

    def page(self, pk: int | None, locale: str) -> PageTarget | None:
        """The public page in the language asked for, else the one that was chosen; None where neither is public."""
        if pk is None or pk not in self._keys:
            return None
        translations = self._targets[self._keys[pk]]
        return translations.get(locale) or next((t for t in translations.values() if t.id == pk), None)

    def _load_images(self, pks: Iterable[int]) -> None:
        chosen = CmsImage.objects.filter(pk__in=list(pks))
        self.images = publication.in_public_collection(chosen, self._snapshot.private_collections).in_bulk()
        self.renditions = renditions.files(self.images)

    def _load_documents(self, pks: Iterable[int]) -> None:
        self.documents = CmsDocument.objects.select_related("collection").filter(pk__in=list(pks)).in_bulk()
        self.private_documents = {
            pk
            for pk, document in self.documents.items()
            if document.collection.path.startswith(self._snapshot.private_collections)
        }

    def facts(self, model: str, context: "Context") -> dict[int, Any]:
        """JSON of the facts of a model that this answer refers to, in the context's language."""
        key = (model, context.locale)
        if key not in self._facts:
            pks = self.references.facts[model]
            if model in fact_loaders:
                self._facts[key] = fact_loaders[model](pks, context)
            else:
                table = context.labels.table(model).by_pk
                self._facts[key] = {pk: table[pk].coded(context.locale) for pk in pks if pk in table}
        return self._facts[key]


@dataclass(frozen=True)
class Context:
    """The language of an answer, the facts' labels and what the answer refers to."""

    locale: str
    labels: labels.Labels
    loaded: Loaded

    def absolute(self, path: str) -> str:
        """A path of this server as an address that other machines can use."""
        return path if "://" in path else settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path

    def api(self, path: str) -> str:
        """The address of what is at a path below the API's root."""
        return self.absolute(API_PATH + path)

    def html_url(self, path: str) -> str:
        """Where a reader finds a page: on the site's front end, or here while there is none."""
        return frontend.html_url(path)


def page_type(content_type_id: int) -> str:
    """ "borders.BorderPage" of a content type (Django keeps content types in memory)."""
    content_type = ContentType.objects.get_for_id(content_type_id)
    model = content_type.model_class()
    return model._meta.label if model else f"{content_type.app_label}.{content_type.model}"
