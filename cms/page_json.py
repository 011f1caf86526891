"""Pages as JSON: `meta` and the fields that their types declare, in a fixed number of queries.

Cards are for lists, details for one page; a caller may choose other fields. Nothing here looks at the
request: an answer depends on the page's own language, never on Accept-Language.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db.models import Q, prefetch_related_objects
from django.utils import translation
from typing_extensions import TypeAliasType, TypedDict
from wagtail.fields import StreamField
from wagtail.models import Locale, Page

from cms import dependencies, labels, publication, structured_data
from cms.fields import Field, fields_of
from cms.json_types import Address, LocaleCode, Moment, PageTypeName
from cms.languages import CODES
from cms.preview.drafts import Draft
from cms.references import Context, Loaded, References, page_type
from cms.representation import PageRefMeta

Completeness = TypeAliasType("Completeness", Literal["full", "partial", "summary"])


class TranslationMeta(TypedDict):
    """One language of a page; `percent` is the share of translated segments."""

    locale: LocaleCode
    id: int
    html_path: str
    html_url: Address
    completeness: Completeness
    percent: int
    outdated: bool
    is_fallback: bool


STATUS_COLUMNS = tuple(f"translation_status__{name}" for name in ("completeness", "percent", "outdated"))
"""Of a page: null where it is no translation."""


def translation_meta(
    pk: int, locale: str, html_path: str, is_fallback: bool, status: Sequence[Any], context: Context
) -> TranslationMeta:
    """One language of a page; `status` are its STATUS_COLUMNS."""
    completeness, percent, outdated = status
    return {
        "locale": locale,
        "id": pk,
        "html_path": html_path,
        "html_url": context.html_url(html_path),
        "completeness": completeness or "full",
        "percent": 100 if percent is None else percent,
        "outdated": bool(outdated),
        "is_fallback": is_fallback,
    }


class PageRef(TypedDict):
    """A page as Wagtail's API v2 nests it."""

    id: int
    meta: PageRefMeta
    title: str


class CardMeta(TypedDict):
    """Where a page is, when it was published, and its languages; `is_fallback`: it stands in for a translation."""

    type: PageTypeName
    detail_url: Address
    html_url: Address
    html_path: str
    slug: str
    locale: LocaleCode
    first_published_at: Moment | None
    last_published_at: Moment | None
    is_fallback: bool
    translations: list[TranslationMeta]


class DetailMeta(CardMeta):
    """All of `meta`: also how a page is found and shared, and where it hangs in the tree."""

    show_in_menus: bool
    seo_title: str
    search_description: str
    no_index: bool
    sharing_title: str
    sharing_description: str
    alias_of: PageRef | None
    parent: PageRef | None
    breadcrumb: list[PageRef]
    previous: PageRef | None
    next: PageRef | None
    json_ld: structured_data.JsonLd
    open_graph: structured_data.OpenGraph


TOP = frozenset({"id", "type", "title"})
CARD_META = frozenset(CardMeta.__annotations__)
SHARED = frozenset({"json_ld", "open_graph"})
"""Names of `meta` that tell about the page as a whole, whatever fields are shown."""
DETAIL_META = frozenset(CardMeta.__annotations__) | frozenset(DetailMeta.__annotations__)


@dataclass(frozen=True)
class Selection:
    """Which properties of a page are shown: names of `meta`, the declared fields, and `id`, `type`, `title`."""

    meta: frozenset[str]
    fields: Sequence[Field]
    top: frozenset[str] = TOP


def card_selection(model: type[Page]) -> Selection:
    """What lists show of a page type."""
    return Selection(CARD_META, [f for f in fields_of(model) if f.card])


def detail_selection(model: type[Page]) -> Selection:
    """All that is public of a page type."""
    return Selection(DETAIL_META, fields_of(model))


def unread(model: type[Page], selection: Selection) -> list[str]:
    """Columns with blocks that a selection leaves out, which are most of what there is of a page."""
    if selection.meta & SHARED:
        return []
    shown = {name for declared in selection.fields for name in (declared.name, declared.reads)}
    columns = model._meta.concrete_fields
    return [column.name for column in columns if isinstance(column, StreamField) and column.name not in shown]


def detail(page: Page) -> dict[str, Any]:
    """One specific page in full."""
    return represent([page], detail_selection)[0]


def draft_detail(draft: Draft, snapshot: labels.Labels | None = None) -> dict[str, Any]:
    """A draft as its detail will be once it is published; of a page that was never saved, `id` is None."""
    return represent([draft.page], detail_selection, snapshot, draft)[0]


def cards(pages: Iterable[Page]) -> list[dict[str, Any]]:
    """Specific pages as cards, in their order."""
    return represent(list(pages), card_selection)


def represent(
    pages: Sequence[Page],
    choose: Callable[[type[Page]], Selection],
    snapshot: labels.Labels | None = None,
    draft: Draft | None = None,
) -> list[dict[str, Any]]:
    """Specific pages as JSON objects with `id`, `type`, `title`, `meta` and the chosen fields.

    `snapshot` is that of the request, where there is one (a query less). `draft` is the one among the pages that counts
    as published.
    """
    if not pages:
        return []
    of_type = {model: choose(model) for model in {type(page) for page in pages}}
    chosen = [of_type[type(page)] for page in pages]
    references = References()
    dependencies.note_pages(page.pk for page in pages)
    _prefetch(pages, chosen)
    for page, selection in zip(pages, chosen, strict=True):
        for declared in selection.fields:
            if declared.collect:
                declared.collect(page, references)
        if selection.meta & SHARED and page.sharing_image_id:  # type: ignore[attr-defined]
            references.images.add(page.sharing_image_id)  # type: ignore[attr-defined]
    snapshot = snapshot or labels.current()
    loaded = Loaded(references, snapshot, draft)
    wanted = frozenset().union(*(selection.meta for selection in chosen))
    family = _Family(pages, snapshot, wanted, draft)
    items = []
    for page, selection in zip(pages, chosen, strict=True):
        context = Context(family.locale(page), snapshot, loaded)
        with translation.override(context.locale):
            top = {"id": page.pk, "type": page_type(page.content_type_id), "title": page.title}
            item: dict[str, Any] = {name: value for name, value in top.items() if name in selection.top}
            if selection.meta:
                item["meta"] = {
                    name: make(page, context, family) for name, make in _META.items() if name in selection.meta
                }
            for declared in selection.fields:
                item[declared.name] = declared.get(page, context)
        items.append(item)
    return items


def _prefetch(pages: Sequence[Page], chosen: Sequence[Selection]) -> None:
    """Read child rows once per type and relation; a draft in memory brings its own rows."""
    by_type: dict[type[Page], list[Page]] = defaultdict(list)
    relations: dict[type[Page], set[str]] = defaultdict(set)
    for page, selection in zip(pages, chosen, strict=True):
        told = fields_of(type(page)) if selection.meta & SHARED else selection.fields
        wanted = {f.relation for f in told if f.relation}
        if wanted and page.pk and not wanted & set(getattr(page, "_cluster_related_objects", {})):
            by_type[type(page)].append(page)
            relations[type(page)] |= wanted
    for model, same in by_type.items():
        prefetch_related_objects(same, *sorted(relations[model]))


def _locales() -> dict[int, str]:
    """Codes of languages by key (for `Labels.derived`)."""
    return dict(Locale.objects.values_list("pk", "language_code"))


class _Relative(NamedTuple):
    """As much of a public page as `meta` of another says of it; the last three are its STATUS_COLUMNS."""

    pk: int
    path: str
    title: str
    url_path: str
    locale_id: int
    content_type_id: int
    translation_key: Any
    alias_of_id: int | None
    completeness: str | None
    percent: int | None
    outdated: bool | None


RELATIVE_COLUMNS = (*_Relative._fields[:-3], *STATUS_COLUMNS)


class _Family:
    """Translations, ancestors and neighbours of a batch of pages."""

    def __init__(
        self, pages: Sequence[Page], snapshot: labels.Labels, wanted: frozenset[str], draft: Draft | None
    ) -> None:
        self._draft = draft
        self._locales = snapshot.derived(_locales)
        self._translations: dict[Any, list[Any]] = defaultdict(list)
        self._by_path: dict[Any, Any] = {}
        self._by_pk: dict[int | None, Any] = {}
        self._beside: dict[str, list[str | None]] = {}
        if wanted & {"previous", "next"}:
            self._load_neighbours(pages, snapshot)
        self._load_relatives(pages, snapshot, wanted)

    def locale(self, page: Any) -> str:
        return self._locales[page.locale_id]

    def _load_relatives(self, pages: Sequence[Page], snapshot: labels.Labels, wanted: frozenset[str]) -> None:
        """Every page that `meta` names (one query)."""
        named = Q()
        keys = {page.translation_key for page in pages} if wanted & {"translations", "open_graph"} else set()
        if keys:
            named |= Q(translation_key__in=keys)
        paths = {path for beside in self._beside.values() for path in beside if path}
        if wanted & {"parent", "breadcrumb", "json_ld"}:
            paths |= {page.path[:end] for page in pages if page.path for end in range(8, len(page.path), 4)}
        if paths:
            named |= Q(path__in=paths)
        aliased = {page.alias_of_id for page in pages if page.alias_of_id}
        if aliased and wanted & {"alias_of", "json_ld", "open_graph"}:
            named |= Q(pk__in=aliased)
        if not named:
            return
        public = publication.public(Page.objects.filter(named), snapshot.private_paths)
        rows = [_Relative(*columns) for columns in public.values_list(*RELATIVE_COLUMNS)]
        if self._draft and keys:
            own = self._draft.page
            turned = self._draft.outdated
            rows = [row._replace(outdated=turned.get(row.pk, row.outdated)) for row in rows if row.pk != own.pk]
            columns = [getattr(own, name) for name in _Relative._fields[:-3]]
            rows.append(_Relative._make([*columns, *self._draft.status]))
        for row in rows:
            self._by_path[row.path] = self._by_pk[row.pk] = row
            if row.translation_key in keys:
                self._translations[row.translation_key].append(row)
        for found in self._translations.values():
            found.sort(key=lambda row: CODES.index(self._locales[row.locale_id]))

    def _load_neighbours(self, pages: Sequence[Page], snapshot: labels.Labels) -> None:
        """Tree paths of the public pages right before and after each among the children of its parent."""
        below_homes = Page.objects.filter(pk__in=[page.pk for page in pages if page.pk], depth__gt=2)
        for path, *beside in below_homes.values_list("path", *publication.beside(snapshot.private_paths)):
            parent = path[: -Page.steplen]
            self._beside[path] = [found if found and found[: -Page.steplen] == parent else None for found in beside]
        if self._draft and not (own := self._draft.page).pk:  # it will be the last of its siblings
            siblings = Page.objects.filter(depth=own.depth, path__startswith=own.path[: -Page.steplen])
            last = publication.public(siblings, snapshot.private_paths).order_by("-path").values_list("path", flat=True)
            self._beside[own.path] = [last.first(), None]

    def beside(self, page: Page, place: int) -> Any:
        """The public page before (0) or after (1) a page."""
        path = self._beside[page.path][place] if page.path in self._beside else None
        return self._by_path.get(path)

    def translations(self, page: Page, context: Context) -> list[TranslationMeta]:
        found = []
        for row in self._translations[page.translation_key]:
            path = publication.html_path(self.locale(row), row.url_path)
            is_fallback = row.alias_of_id is not None
            found.append(translation_meta(row.pk, self.locale(row), path, is_fallback, row[-3:], context))
        return found

    def languages(self, page: Page) -> list[str]:
        """Languages in which the page has a text of its own."""
        return [self.locale(row) for row in self._translations[page.translation_key] if row.alias_of_id is None]

    def text_language(self, page: Page) -> str:
        """The language that a page's prose is in: a fallback has that of the page that it shows."""
        return self.locale(self.by_pk(page.alias_of_id) or page)

    def ancestors(self, page: Page) -> list[Any]:
        """Public ancestors below the root, the language's home page first."""
        found = (self._by_path.get(page.path[:end]) for end in range(8, len(page.path or ""), 4))
        return [ancestor for ancestor in found if ancestor]

    def by_pk(self, pk: int | None) -> Any:
        return self._by_pk.get(pk) if pk else None

    def ref(self, page: Any, context: Context) -> PageRef | None:
        if page is None:
            return None
        return {
            "id": page.pk,
            "meta": {
                "type": page_type(page.content_type_id),
                "detail_url": detail_url(context, page.pk),
                "html_url": context.html_url(publication.html_path(self.locale(page), page.url_path)),
            },
            "title": page.title,
        }


def detail_url(context: Context, pk: int) -> str:
    """The API's address of a page."""
    return context.api(f"pages/{pk}/")


def _path(page: Page, family: _Family) -> str:
    return publication.html_path(family.locale(page), page.url_path or "")


def _moment(value: Any) -> str | None:
    return value.isoformat() if value else None


_META: dict[str, Callable[[Any, Context, _Family], Any]] = {
    "type": lambda page, context, family: page_type(page.content_type_id),
    "detail_url": lambda page, context, family: detail_url(context, page.pk) if page.pk else None,
    "html_url": lambda page, context, family: context.html_url(_path(page, family)),
    "html_path": lambda page, context, family: _path(page, family),
    "slug": lambda page, context, family: page.slug,
    "show_in_menus": lambda page, context, family: page.show_in_menus,
    "seo_title": lambda page, context, family: page.seo_title,
    "search_description": lambda page, context, family: page.search_description,
    "no_index": lambda page, context, family: page.no_index,
    "sharing_title": lambda page, context, family: page.sharing_title or page.title,
    "sharing_description": lambda page, context, family: (
        page.sharing_description or page.search_description or page.introduction
    ),
    "first_published_at": lambda page, context, family: _moment(page.first_published_at),
    "last_published_at": lambda page, context, family: _moment(page.last_published_at),
    "locale": lambda page, context, family: family.locale(page),
    "alias_of": lambda page, context, family: family.ref(family.by_pk(page.alias_of_id), context),
    "parent": lambda page, context, family: family.ref(next(iter(family.ancestors(page)[-1:]), None), context),
    "breadcrumb": lambda page, context, family: [family.ref(a, context) for a in family.ancestors(page)],
    "previous": lambda page, context, family: family.ref(family.beside(page, 0), context),
    "next": lambda page, context, family: family.ref(family.beside(page, 1), context),
    "json_ld": lambda page, context, family: structured_data.graph(
        page, context, family.text_language(page), [family.ref(a, context) for a in family.ancestors(page)]
    ),
    "open_graph": lambda page, context, family: structured_data.open_graph(
        page, context, family.text_language(page), family.languages(page)
    ),
    "is_fallback": lambda page, context, family: page.alias_of_id is not None,
    "translations": lambda page, context, family: family.translations(page, context),
}
