"""What an index page lists: its public children as cards, in the order that suits their type."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page as Sheet
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.utils import timezone
from wagtail.models import Page

from cms import labels, page_json, publication
from newsroom import states
from newsroom.models import EventPage

PER_SHEET = 24


@dataclass(frozen=True)
class Listing:
    """Cards of what is still to come, where the type has states, and one sheet of the others."""

    current: list[dict[str, Any]]
    others: list[dict[str, Any]]
    sheet: Sheet[Any]
    has_states: bool


def _public(pages: QuerySet[Any]) -> Any:
    return publication.public(pages, labels.current().private_paths)


def children(parent_id: int, number: Any) -> Listing:
    """The public children of a page; `number` is the sheet asked for, the nearest that there is being answered."""
    parent = Page.objects.get(pk=parent_id)
    models = parent.specific_class.allowed_subpage_models() if parent.specific_class else []
    model: Any = models[0] if len(models) == 1 else Page
    found = _public(model.objects.child_of(parent)).order_by("path")
    if hasattr(model, "state_sql"):
        return _by_state(model, found, number)
    if any(field.name == "date" for field in model._meta.get_fields()):
        found = found.order_by("-date", "-path")
    return _listing([], found, number, has_states=False)


def _by_state(model: Any, found: Any, number: Any) -> Listing:
    """What is to come, the soonest first; then what is over, the latest first.

    A call is over once it is closed; a training that is closed to registrations still takes place.
    """
    with_sessions = hasattr(model, "orderings")
    found = found.annotate(first_day=model.orderings["start"] if with_sessions else F("opens_at"))
    end = states.State.PAST if with_sessions else states.State.CLOSED
    over = states.with_state(found, [end], timezone.now())
    current = list(found.exclude(pk__in=over.values("pk")).order_by("first_day", "path"))
    return _listing(current, over.order_by("-first_day", "-path"), number, has_states=True)


def _listing(current: list[Page], others: Any, number: Any, *, has_states: bool) -> Listing:
    sheet = Paginator(others, PER_SHEET).get_page(number)
    pages: list[Page] = list(sheet.object_list)
    if pages and type(pages[0]) is Page:
        pages = list(Page.objects.filter(pk__in=[page.pk for page in pages]).order_by("path").specific())
    cards = page_json.cards([*current, *pages])
    return Listing(cards[: len(current)], cards[len(current) :], sheet, has_states)


def cards(keys: list[int]) -> list[dict[str, Any]]:
    """Public pages as cards in the order of their keys."""
    pages = {page.pk: page for page in _public(Page.objects.filter(pk__in=keys)).specific()}
    return page_json.cards([pages[key] for key in keys if key in pages])


def upcoming_events(locale: str, count: int) -> list[dict[str, Any]]:
    """The next public events in a language as cards, the soonest first."""
    events = _public(EventPage.objects.filter(locale__language_code=locale))
    return page_json.cards(list(EventPage.next_first(events)[:count]))
