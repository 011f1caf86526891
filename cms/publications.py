"""What was published about a border, a territory or themes, for apps beside the one that has the records."""

from collections.abc import Callable, Collection
from typing import Any, Literal, NamedTuple

from typing_extensions import TypedDict

from cms.json_types import Address
from cms.labels import Coded
from cms.references import Context, References
from cms.representation import UncertainDate


class Subject(NamedTuple):
    """What publications are about: keys of published facts, any of which counts, and the filter of `records/`."""

    filter: Literal["border", "territory", "concept"]
    keys: frozenset[int]


class PublicationJson(TypedDict):
    """As much of a document as a list of links needs; `records/{code}/` has the rest.

    Title and subtitle are in the language of the answer where there are any, else in the document's own.
    """

    code: str
    title: str
    subtitle: str
    title_language: Coded
    type: Coded | None
    date: UncertainDate | None


class Publications(TypedDict):
    """Documents about something: how many, the latest five of them, and where all are listed."""

    total_count: int
    list_url: Address
    records: list[PublicationJson]


About = Callable[[Any, Context], Subject | None]
"""What a page is about; None where nothing that it is about is published."""

_find: Callable[[Collection[Subject], Context], dict[Subject, Publications]] | None = None


def register(find: Callable[[Collection[Subject], Context], dict[Subject, Publications]]) -> None:
    """Say who knows, in a fixed number of queries; called when apps are ready."""
    global _find
    _find = find


def find(subjects: Collection[Subject], context: Context) -> dict[Subject, Publications]:
    """The publications about each subject, in the language of the context."""
    if _find is None:
        raise LookupError("No app has registered the publications (cms.publications.register).")
    return _find(subjects, context)


def collect(page: Any, about: About, references: References) -> None:
    """Note that the answer shows what was published about a page's subject."""
    references.subjects.append((page, about))


def of(page: Any, about: About, context: Context) -> Publications | None:
    """What was published about a page's subject; found for all pages of the answer at once."""
    held = context.loaded.publications
    if context.locale not in held:
        asked = (about(page, context) for page, about in context.loaded.references.subjects)
        held[context.locale] = find({subject for subject in asked if subject}, context)
    subject = about(page, context)
    return held[context.locale].get(subject) if subject else None
