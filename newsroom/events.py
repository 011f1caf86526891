"""Events of the network and its partners."""

import datetime
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import StreamField

from cms import fields, representation
from cms.labels import CodedAs
from cms.organisations import Organisation, OrganisationJson
from cms.pages import (
    BodyMixin,
    BordersMixin,
    IndexPage,
    SitePage,
    TerritoriesMixin,
    ThemesMixin,
    names_in,
    rich_text_field,
    synchronised,
    translated,
)
from cms.references import Context
from cms.structured_data import NO_WORK
from newsroom import states, structured_data
from newsroom.meetings import MeetingMixin
from newsroom.outcomes import OutcomesBlock
from newsroom.sessions import Session, SessionsPanel, last_end


class EventType(models.TextChoices):
    GENERAL_ASSEMBLY = "general_assembly", pgettext_lazy("reader", "General assembly")
    BUREAU = "bureau", pgettext_lazy("reader", "Bureau meeting")
    TECHNICAL_COMMITTEE = "technical_committee", pgettext_lazy("reader", "Technical committee")
    TERRITORIAL_MEETING = "territorial_meeting", pgettext_lazy("reader", "Territorial meeting")
    WORKING_GROUP = "working_group", pgettext_lazy("reader", "Working group")
    FIELD_VISIT = "field_visit", pgettext_lazy("reader", "Field visit")
    CONFERENCE = "conference", pgettext_lazy("reader", "Conference")
    BORDERS_FORUM = "borders_forum", pgettext_lazy("reader", "Borders Forum")
    WEBINAR = "webinar", pgettext_lazy("reader", "Webinar")
    PARTNER_EVENT = "partner_event", pgettext_lazy("reader", "Partner’s event")


class EventRole(models.TextChoices):
    HOST = "host", pgettext_lazy("reader", "Host")
    ORGANISER = "organiser", pgettext_lazy("reader", "Organiser")


class EventOrganiserJson(OrganisationJson):
    """An organisation with its part in an event."""

    role: CodedAs[EventRole] | None


def event_organiser_json(row: Any, context: Context) -> EventOrganiserJson:
    return {"name": row.name, "website": row.website, "role": representation.enum(EventRole, row.role)}


class EventIndexPage(IndexPage):
    """The entry to the events."""

    subpage_types = ["newsroom.EventPage"]

    class Meta:
        verbose_name = _("event index")
        verbose_name_plural = _("event indexes")


class EventPage(MeetingMixin, BodyMixin, ThemesMixin, BordersMixin, TerritoriesMixin, SitePage):
    """An event; what came of it stays on its page."""

    event_type = models.CharField(_("type"), max_length=19, choices=EventType.choices)
    programme = rich_text_field(_("programme"))
    outcomes = StreamField(
        OutcomesBlock(max_num=60),
        verbose_name=_("afterwards: minutes, slides, recordings"),
        blank=True,
    )

    head = [FieldPanel("event_type"), SessionsPanel(min_num=1)]
    content = [
        FieldPanel("programme"),
        InlinePanel("organisers", heading=_("Hosts and organisers"), label=_("organisation"), max_num=40),
        FieldPanel("outcomes"),
    ]
    json_fields = [
        fields.enum("event_type", EventType, card=True),
        fields.rich_text("programme"),
        fields.rows("organisers", EventOrganiserJson, event_organiser_json),
        fields.stream("outcomes", OutcomesBlock),
    ]
    searched = [names_in("organisers", "name")]
    translation = [*translated("programme", "outcomes"), *synchronised("event_type", "organisers")]

    parent_page_types = ["newsroom.EventIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def structured_data(self, context: Context) -> dict[str, Any]:
        sessions = sorted(self.session_rows(), key=lambda row: row.start)
        first, *others = [structured_data.when_and_where(self, session, context) for session in sessions] or [{}]
        last = others[-1] if others else first
        return {
            "@type": "Event",
            **NO_WORK,
            "eventStatus": "https://schema.org/EventScheduled",
            **first,
            "endDate": last.get("endDate"),
            "organizer": structured_data.organisers(self),
            "offers": structured_data.offer(self, context),
            "subEvent": [{"@type": "Event", "name": self.title, **session} for session in (first, *others) if others],
        }

    def timeline(self) -> states.Timeline:
        """Its states in time."""
        return states.event_timeline(last_end(self.session_rows()))

    @staticmethod
    def state_sql(now: datetime.datetime) -> dict[str, Any]:
        """Annotations for `states.with_state`."""
        return states.event_state_sql(EventSession, now)

    @classmethod
    def next_first(cls, events: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the events that are not past, the soonest first."""
        now = timezone.now()
        upcoming = states.with_state(events, [states.State.UPCOMING], now)
        return upcoming.order_by(states.next_start_sql(EventSession, now), "pk")

    @classproperty
    def orderings(cls) -> dict[str, Any]:
        """What lists in the API can be ordered by besides columns."""
        return {"start": states.next_start_sql(EventSession, timezone.now())}


class EventSession(Session):
    """A session of an event."""

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="sessions")


class EventOrganiser(Organisation):
    """Who hosts or organises an event."""

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="organisers")
    role = models.CharField(_("role"), max_length=9, choices=EventRole.choices, default=EventRole.ORGANISER)

    panels = [FieldPanel("role"), *Organisation.panels]
