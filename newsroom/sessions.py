"""Sessions: when and where an event or a training takes place."""

import datetime
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from typing_extensions import TypedDict
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.forms.pages import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from cms.child_rows import RowsPanel
from cms.json_types import Address, Date, Moment
from cms.validation import END_BEFORE_START
from newsroom.zones import WallTimeField, WallTimeForm, Zone, check_moments, iso

AFTER_THE_LAST = _("The deadline is after the last session.")
LAST_SECOND = datetime.time(23, 59, 59)


class SessionJson(TypedDict):
    """When and where; `start` and `end` are ISO 8601 with the zone's offset, or bare dates (the last one
    included) where `all_day`. `online_url` is null where there is none or only members may join."""

    start: Moment | Date
    end: Moment | Date | None
    timezone: str
    all_day: bool
    place: str
    address: str
    lat: float | None
    lon: float | None
    online_url: Address | None


class SessionForm(WallTimeForm, WagtailAdminModelForm):
    """A row of sessions, typed in the time of its place."""

    wall_times = ("start", "end")

    start = WallTimeField(label=_("start"), help_text=_("In the time of the place."))
    end = WallTimeField(label=_("end"), required=False)


class SessionFormSet(BaseChildFormSet):
    """The rows, with words of its own for a meeting without any."""

    default_error_messages = {**BaseChildFormSet.default_error_messages, "too_few_forms": _("Give a session at least.")}

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        # A row that nobody has begun counts as none: a draft is saved and shown without it.
        return super()._construct_form(i, **{"empty_permitted": i >= self.initial_form_count(), **kwargs})


class SessionsPanel(RowsPanel):
    """Rows of sessions."""

    row_options = {"form": SessionForm, "formset": SessionFormSet}

    def __init__(self, relation_name: str = "sessions", **kwargs: Any) -> None:
        super().__init__(relation_name, **{"heading": _("Sessions"), "label": _("session"), "max_num": 60, **kwargs})


class Session(Orderable):
    """One meeting; subclasses add `page`, a ParentalKey with related_name "sessions".

    `start` and `end` are instants. Of an all-day session only the dates count, on the clocks of its zone: it is kept
    as the first second of its first day and the last second of its last.
    """

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    """The same in the page's translations; a copy of the page has it too."""
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=32, choices=Zone.choices, default=Zone.PARIS)
    all_day = models.BooleanField(
        _("whole days"), default=False, help_text=_("Only the dates count; without an end, one day.")
    )
    place = models.CharField(_("place"), max_length=150, blank=True, help_text=_("The town, or the room and the town."))
    address = models.CharField(_("address"), max_length=300, blank=True)
    lat = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    lon = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    online_url = models.URLField(
        _("online link"), max_length=500, blank=True, help_text=_("Not shown where only members may take part.")
    )

    panels = [
        FieldRowPanel([FieldPanel("start"), FieldPanel("end")]),
        FieldRowPanel([FieldPanel("timezone"), FieldPanel("all_day")]),
        FieldRowPanel([FieldPanel("place"), FieldPanel("address")]),
        FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")]),
        FieldPanel("online_url"),
    ]

    class Meta(Orderable.Meta):
        abstract = True
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{iso(self.start, self.timezone)} {self.place}".strip()

    def clean(self) -> None:
        super().clean()
        check_moments(self, "start", "end")
        errors: dict[str, Any] = {}
        if self.start:
            if self.end is None and not self.all_day:
                errors["end"] = _("Say when it ends, or tick “whole days”.")
            self.settle()
            if self.end and self.end < self.start:
                errors["end"] = END_BEFORE_START
        if (self.lat is None) != (self.lon is None):
            errors["lat" if self.lat is None else "lon"] = _("A point needs both latitude and longitude.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.settle()
        super().save(*args, **kwargs)

    def settle(self) -> None:
        """Stretch an all-day session to the whole of its first and last day; doing it again changes nothing."""
        if self.all_day and self.start:
            zone = ZoneInfo(self.timezone)
            last = (self.end or self.start).astimezone(zone)
            self.start = datetime.datetime.combine(self.start.astimezone(zone), datetime.time.min, zone)
            self.end = datetime.datetime.combine(last, LAST_SECOND, zone)

    def moment(self, value: datetime.datetime | None) -> str | None:
        """The start or end as JSON shows it."""
        shown = iso(value, self.timezone)
        return shown[:10] if shown and self.all_day else shown


def session_json(row: Session, *, public: bool) -> SessionJson:
    """A session; who is not a member sees when and where, but not how to join online."""
    return {
        "start": row.moment(row.start) or "",
        "end": row.moment(row.end),
        "timezone": row.timezone,
        "all_day": row.all_day,
        "place": row.place,
        "address": row.address,
        "lat": row.lat,
        "lon": row.lon,
        "online_url": (row.online_url or None) if public else None,
    }


def first_start(sessions: list[Session]) -> datetime.datetime | None:
    """When the first session starts; None without sessions."""
    return min((row.start for row in sessions), default=None)


def last_end(sessions: list[Session]) -> datetime.datetime | None:
    """When the last session is over; None without sessions."""
    return max((row.end or row.start for row in sessions), default=None)


class MeetingForm(WagtailAdminPageForm):
    """Refuses a registration deadline after the last session, with the message on the field."""

    def is_valid(self) -> bool:
        valid: bool = super().is_valid()
        deadline = self.cleaned_data.get("registration_deadline") if hasattr(self, "cleaned_data") else None
        sessions = self.formsets["sessions"]
        end = last_end(
            [
                form.instance
                for form in sessions.forms
                if form not in sessions.deleted_forms and form.is_valid() and form.instance.start
            ]
        )
        if deadline and end and deadline > end:
            self.add_error("registration_deadline", AFTER_THE_LAST)
            return False
        return valid
