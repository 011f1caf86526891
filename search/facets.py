"""The facets of the portal: one table. What a reader may choose, where the index has it, and what it is called."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from borders.geography import TerritoryScale
from cms import labels
from cms.api import params
from cms.facts import NameKind
from cms.labels import Labels
from cms.languages import nearest
from cms.page_shapes import page_types
from resources import languages as document_languages
from resources.files import RecordAccess
from resources.models import AgentName
from search.documents import PRESS
from search.engines import nodes
from search.engines.base import Position

RECORD_TYPE = "resources.RecordType"

KINDS = {
    "page": pgettext_lazy("reader", "Pages of the site"),
    "record": pgettext_lazy("reader", "Documents"),
    PRESS: pgettext_lazy("reader", "Press articles"),
}
PAGE_TYPES = {
    "borders.BorderPage": pgettext_lazy("reader", "Border"),
    "borders.TerritoryPage": pgettext_lazy("reader", "Cross-border territory"),
    "borders.ObstaclePage": pgettext_lazy("reader", "Obstacle"),
    "borders.PracticePage": pgettext_lazy("reader", "Good practice"),
    "resources.DossierPage": pgettext_lazy("reader", "Thematic dossier"),
    "resources.ChapterPage": pgettext_lazy("reader", "Chapter"),
    "resources.PositionPage": pgettext_lazy("reader", "Position"),
    "resources.ProjectPage": pgettext_lazy("reader", "Project"),
    "newsroom.NewsPage": pgettext_lazy("reader", "News"),
    "newsroom.EventPage": pgettext_lazy("reader", "Event"),
    "newsroom.TrainingPage": pgettext_lazy("reader", "Training"),
    "newsroom.CallPage": pgettext_lazy("reader", "Call for applications"),
}
OTHER_PAGES = pgettext_lazy("reader", "Page")


class Known(NamedTuple):
    """What labels are made of: the facts, and which state of the whole database this is; None where nobody knows."""

    facts: Labels
    at: Position | None = None


Labelled = Callable[[Iterable[str], Known, str], Mapping[str, str]]
"""Labels of codes in a language, in a fixed number of queries; a code without one is not shown."""


@dataclass(frozen=True)
class Facet:
    """One facet: its parameter, and the field of the index that is counted and asked."""

    name: str
    label: Any
    read: params.Reader
    description: str
    labelled: Labelled
    counted: str = ""
    """The field, where it has another name."""
    tree: bool = False
    """Whether its values are concepts, which are shown below one another."""
    shown: int = 20
    """Values that are counted at most."""

    @property
    def param(self) -> params.Param:
        return params.Param(self.name, self.read, self.description, many=True, default=())

    @property
    def field(self) -> str:
        return self.counted or self.name

    def chosen(self, values: Iterable[Any]) -> nodes.Node:
        """Any of these values."""
        if self.name == "year":
            return nodes.Sum(tuple(nodes.Between("year", value, value) for value in values))
        return nodes.Values(self.field, tuple(str(value) for value in values))


def _of_facts(model: str) -> Labelled:
    def labelled(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
        found = known.facts.table(model).labels(locale)
        return {code: found[code] for code in codes if code in found}

    return labelled


def _kinds(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
    return {code: str(KINDS[code]) for code in codes if code in KINDS}


def types(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
    """Labels of types of pages ("newsroom.NewsPage") and of documents ("guide")."""
    of_documents = _of_facts(RECORD_TYPE)(codes, known, locale)
    return {code: of_documents.get(code) or str(PAGE_TYPES.get(code, OTHER_PAGES)) for code in codes}


class _AuthorNames:
    """Names of authors by their language, kept as long as nothing in the database changes."""

    def __init__(self) -> None:
        self._kept: tuple[Position | None, dict[str, dict[str, str]]] = (None, {})

    def of(self, codes: Iterable[str], at: Position | None) -> Mapping[str, Mapping[str, str]]:
        """Those of some codes at least, none for one that is not published (one query, unless they were read)."""
        kept_at, kept = self._kept
        found = kept if at is not None and at == kept_at else {}
        if missing := [code for code in codes if code not in found]:
            read: dict[str, dict[str, str]] = {code: {} for code in missing}
            rows = AgentName.objects.filter(fact__code__in=missing, fact__live=True, kind=NameKind.PREFERRED)
            for code, language, text in rows.values_list("fact__code", "language", "text"):
                read[code][language] = text
            found = {**found, **read}
            self._kept = at, found
        return found


_author_names = _AuthorNames()


def _authors(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
    names = _author_names.of(codes, known.at)
    return {code: nearest(names[code], locale).text for code in codes if names.get(code)}


def _document_languages(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
    return {code: document_languages.coded(code)["label"] for code in codes}


def _choices(choices: type[TextChoices]) -> Labelled:
    def labelled(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
        return {code: str(choices(code).label) for code in codes if code in choices.values}

    return labelled


def _years(codes: Iterable[str], known: Known, locale: str) -> dict[str, str]:
    return {code: code for code in codes}


@params.reader(str)
def _type(text: str) -> str:
    """A type of pages or of documents."""
    if text in page_types():
        return text
    return str(params.fact(RECORD_TYPE)(text))


@params.reader(params.plain.type)
def _author(text: str) -> str:
    """The code of an agent, whether it is one or not; that of one that was merged stands for the other."""
    return labels.held().successor("resources.Agent", text)


FACETS: tuple[Facet, ...] = (
    Facet(
        "kind",
        pgettext_lazy("reader", "Content"),
        params.choice(KINDS),
        "Pages, documents or press articles; without it, all but the last.",
        _kinds,
    ),
    Facet("type", pgettext_lazy("reader", "Type"), _type, "Types of pages, and of documents (codes).", types, shown=40),
    Facet(
        "theme",
        pgettext_lazy("reader", "Theme"),
        params.fact("resources.Concept"),
        "About these concepts or narrower ones (codes).",
        _of_facts("resources.Concept"),
        counted="concept",
        tree=True,
        shown=1000,
    ),
    Facet(
        "border",
        pgettext_lazy("reader", "Border"),
        params.fact("borders.Border"),
        "About these borders, their parts or territories on them (codes).",
        _of_facts("borders.Border"),
        shown=40,
    ),
    Facet(
        "territory",
        pgettext_lazy("reader", "Territory"),
        params.fact("borders.Territory"),
        "About these territories (codes).",
        _of_facts("borders.Territory"),
    ),
    Facet(
        "scale",
        pgettext_lazy("reader", "Scale of territory"),
        params.choice(TerritoryScale),
        "About territories of these scales.",
        _choices(TerritoryScale),
    ),
    Facet(
        "country",
        pgettext_lazy("reader", "Country"),
        params.fact("borders.Country"),
        "About these countries or their borders (codes).",
        _of_facts("borders.Country"),
    ),
    Facet("author", pgettext_lazy("reader", "Author"), _author, "By these persons or bodies (codes).", _authors),
    Facet(
        "language",
        pgettext_lazy("reader", "Language"),
        params.choice(document_languages.KNOWN),
        "There is a version in one of these languages.",
        _document_languages,
    ),
    Facet("year", pgettext_lazy("reader", "Year"), params.integer(1000, 2200), "Of these years.", _years, shown=400),
    Facet(
        "access",
        pgettext_lazy("reader", "Access"),
        params.choice(RecordAccess),
        "How readers get at it; pages are open.",
        _choices(RecordAccess),
    ),
)
