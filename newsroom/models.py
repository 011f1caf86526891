"""What Django must find under the `newsroom` label."""

from newsroom.calls import CallIndexPage, CallPage
from newsroom.clock import StateClock
from newsroom.events import EventIndexPage, EventOrganiser, EventPage, EventRole, EventSession, EventType
from newsroom.news import NewsCategory, NewsIndexPage, NewsKind, NewsPage
from newsroom.outcomes import Access, OutcomeKind
from newsroom.states import State
from newsroom.trainings import (
    TrainingIndexPage,
    TrainingLevel,
    TrainingOrganiser,
    TrainingPage,
    TrainingRole,
    TrainingSession,
)

__all__ = [
    "Access",
    "CallIndexPage",
    "CallPage",
    "EventIndexPage",
    "EventOrganiser",
    "EventPage",
    "EventRole",
    "EventSession",
    "EventType",
    "NewsCategory",
    "NewsIndexPage",
    "NewsKind",
    "NewsPage",
    "OutcomeKind",
    "State",
    "StateClock",
    "TrainingIndexPage",
    "TrainingLevel",
    "TrainingOrganiser",
    "TrainingPage",
    "TrainingRole",
    "TrainingSession",
]
