"""News, events, trainings and calls."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from wagtail.models import Page

from cms.media import CmsDocument
from newsroom.models import (
    CallIndexPage,
    CallPage,
    EventIndexPage,
    EventPage,
    EventSession,
    NewsIndexPage,
    NewsPage,
    TrainingIndexPage,
    TrainingPage,
    TrainingSession,
)
from tests.factories.published import published

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


def attachment(title: str, **fields: Any) -> CmsDocument:
    """A file of the library."""
    return CmsDocument.objects.create(title=title, file=ContentFile(b"text", "file.txt"), **fields)


def news_index(home: Page, **fields: Any) -> NewsIndexPage:
    return published(NewsIndexPage(**{"title": "Actualités", **fields}), home)


def news(parent: Page, title: str = "Une nouvelle", **fields: Any) -> NewsPage:
    return published(NewsPage(**{"title": title, **fields}), parent)


def event_index(home: Page, **fields: Any) -> EventIndexPage:
    return published(EventIndexPage(**{"title": "Agenda", **fields}), home)


def event(parent: Page, title: str = "Assemblée", sessions: Sequence[EventSession] = (), **fields: Any) -> EventPage:
    page = EventPage(**{"title": title, "event_type": "general_assembly", **fields})
    page.sessions = list(sessions)
    return published(page, parent)


def event_session(start: datetime.datetime, end: datetime.datetime | None = None, **fields: Any) -> EventSession:
    """A session of three hours unless its end is given."""
    return EventSession(start=start, end=end or start + 3 * HOUR, **fields)


def training_index(home: Page, **fields: Any) -> TrainingIndexPage:
    return published(TrainingIndexPage(**{"title": "Formations", **fields}), home)


def training(
    parent: Page, title: str = "Formation", sessions: Sequence[TrainingSession] = (), **fields: Any
) -> TrainingPage:
    page = TrainingPage(**{"title": title, **fields})
    page.sessions = list(sessions)
    return published(page, parent)


def training_session(start: datetime.datetime, end: datetime.datetime | None = None, **fields: Any) -> TrainingSession:
    """A session of three hours unless its end is given."""
    return TrainingSession(start=start, end=end or start + 3 * HOUR, **fields)


def call_index(home: Page, **fields: Any) -> CallIndexPage:
    return published(CallIndexPage(**{"title": "Appels", **fields}), home)


def call(parent: Page, title: str = "Appel", **fields: Any) -> CallPage:
    opens_at = fields.pop("opens_at", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    return published(CallPage(**{"title": title, "opens_at": opens_at, **fields}), parent)
