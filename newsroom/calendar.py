"""Events and trainings as iCalendar (RFC 5545), an entry a session."""

import datetime
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.db.models import Q
from rest_framework.renderers import BaseRenderer
from wagtail.models import Page

from cms import publication
from cms.api import params
from cms.api.errors import NotFound, Problem
from cms.api.pages import FilteredPages, public_pages
from cms.api.views import Api
from cms.references import Context
from newsroom.events import EventPage
from newsroom.outcomes import Access
from newsroom.sessions import Session
from newsroom.trainings import TrainingPage

MODELS: tuple[type[Page], ...] = (EventPage, TrainingPage)
LARGEST = 1000
"""Events and trainings in one file."""


class CalendarRenderer(BaseRenderer):
    media_type = "text/calendar"
    format = "ics"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return str(data).encode()


def calendar(pages: Iterable[Any], context: Context) -> str:
    """A file of the sessions of specific events and trainings of one language."""
    made = icalendar.Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//MOT//espaces-transfrontaliers.org//FR")
    made.add("x-wr-calname", settings.WAGTAIL_SITE_NAME)
    for page in pages:
        for session in sorted(page.session_rows(), key=lambda row: row.start):
            made.add_component(_entry(page, session, context))
    made.add_missing_timezones()
    return made.to_ical().decode()


def _entry(page: Any, session: Session, context: Context) -> icalendar.Event:
    entry = icalendar.Event()
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname
    entry.add("uid", f"{page.translation_key}-{session.key}@{host}")  # the same in every language
    entry.add("dtstamp", page.last_published_at or page.first_published_at or session.start)
    entry.add("summary", page.title)
    if page.introduction:
        entry.add("description", page.introduction)
    zone = ZoneInfo(session.timezone)
    start, end = session.start.astimezone(zone), (session.end or session.start).astimezone(zone)
    if session.all_day:
        entry.add("dtstart", start.date())
        entry.add("dtend", end.date() + datetime.timedelta(days=1))  # the day after the last one
    else:
        entry.add("dtstart", start)
        entry.add("dtend", end)
    if place := ", ".join(part for part in (session.place, session.address) if part):
        entry.add("location", place)
    elif session.online_url and page.audience == Access.PUBLIC:
        entry.add("location", session.online_url)
    if session.lat is not None and session.lon is not None:
        entry.add("geo", (session.lat, session.lon))
    entry.add("url", context.html_url(publication.html_path(context.locale, page.url_path)))
    return entry


class Calendar(FilteredPages):
    """Events and trainings of one language, filtered as their lists are."""

    renderer_classes = (CalendarRenderer,)
    types = MODELS

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {"ics": str}

    def declared(self) -> list[params.Param]:
        return [params.LOCALE, *self.filters(), self.format, params.CACHE_BUSTER]

    def answer(self, query: params.Query) -> str:
        keys = self.filtered(query).filter(locale__language_code=query.locale).values("pk")
        pages: list[Any] = []
        for model in MODELS:
            found = model._default_manager.filter(pk__in=keys).prefetch_related("sessions").order_by("pk")
            pages += found[:LARGEST]
        return calendar(pages, self.context(query))


class PageCalendar(Api):
    """One event or training."""

    renderer_classes = (CalendarRenderer,)
    problems = {404: Problem}

    @classmethod
    def answers(cls) -> dict[str, Any]:
        return {"ics": str}

    def answer(self, query: params.Query, key: int) -> str:
        of_these = Q(eventpage__isnull=False) | Q(trainingpage__isnull=False)
        page = public_pages(query.labels).filter(of_these, pk=key).select_related("locale").first()
        if page is None:
            raise NotFound("There is no such event or training.")
        context = Context(page.locale.language_code, query.labels, self.context(query).loaded)
        return calendar([page.specific], context)
