"""What events and trainings share: sessions, registration, and who may take part."""

import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from cms import fields, representation
from cms.json_types import Address, Moment
from cms.labels import CodedAs
from cms.pages import names_in, synchronised
from cms.references import Context
from newsroom.outcomes import Access
from newsroom.sessions import (
    AFTER_THE_LAST,
    MeetingForm,
    Session,
    SessionJson,
    first_start,
    last_end,
    session_json,
)
from newsroom.states import State
from newsroom.zones import Zone, check_moments, iso


def state_of(page: Any, context: Context) -> CodedAs[State]:
    """The page's state at the moment of the answer."""
    return representation.enum(State, page.timeline().state(timezone.now()))  # type: ignore[return-value]


def sessions_of(page: Any, context: Context) -> list[SessionJson]:
    """A page's sessions in the order of their start."""
    rows = sorted(page.sessions.all(), key=lambda row: row.start)
    return [session_json(row, public=page.audience == Access.PUBLIC) for row in rows]


def deadline_of(page: Any, context: Context) -> str | None:
    """The registration deadline on the clocks of the first session's place."""
    first = min(page.sessions.all(), key=lambda row: row.start, default=None)
    return iso(page.registration_deadline, first.timezone if first else Zone.PARIS)


def registration_url_of(page: Any, context: Context) -> str | None:
    """The registration link; never told where only members may take part."""
    return page.registration_url or None if page.audience == Access.PUBLIC else None


class MeetingMixin(models.Model):
    """A page with sessions (a relation "sessions" of the subclass) that one can register for.

    Date and page are public even where only members may take part; the links are not.
    """

    audience = models.CharField(
        _("who may take part"),
        max_length=7,
        choices=Access.choices,
        default=Access.PUBLIC,
        help_text=_("For members: the page and its dates are public, the registration link is not."),
    )
    registration_url = models.URLField(
        _("registration link"),
        max_length=500,
        blank=True,
        help_text=_("Not shown to the public where only members may take part."),
    )
    registration_deadline = models.DateTimeField(
        _("registration deadline"), null=True, blank=True, help_text=_("In your own time zone.")
    )

    base_form_class: ClassVar[Any] = MeetingForm
    content = [
        MultiFieldPanel(
            [
                FieldPanel("audience"),
                FieldRowPanel([FieldPanel("registration_url"), FieldPanel("registration_deadline")]),
            ],
            heading=_("Registration"),
        )
    ]
    json_fields = [
        fields.computed("state", state_of, CodedAs[State], card=True, relation="sessions"),
        fields.enum("audience", Access, card=True),
        fields.computed("sessions", sessions_of, list[SessionJson], card=True, relation="sessions"),
        fields.computed("registration_url", registration_url_of, Address | None),
        fields.computed(
            "registration_deadline", deadline_of, Moment | None, card=True, relation="sessions", column=True
        ),
    ]
    searched = [names_in("sessions", "place", "address")]
    translation = synchronised("audience", "registration_url", "registration_deadline", "sessions")

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        check_moments(self, "registration_deadline")

    def clean_rows(self) -> None:
        super().clean_rows()  # type: ignore[misc]
        end = last_end(self.session_rows())
        if self.registration_deadline and end and self.registration_deadline > end:
            raise ValidationError({"registration_deadline": AFTER_THE_LAST})

    def session_rows(self) -> list[Session]:
        """The page's sessions, those of a draft in memory included."""
        return list(self.sessions.all())  # type: ignore[attr-defined]

    def next_session_start(self, now: datetime.datetime) -> datetime.datetime | None:
        """When the next session that is not over starts; None where all are."""
        return first_start([row for row in self.session_rows() if (row.end or row.start) > now])
