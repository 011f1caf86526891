"""Moments on the clocks of a place: editors type the time of the meeting room, the database keeps the instant."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

OUT_OF_RANGE = _("This date is out of range.")


class Zone(models.TextChoices):
    """The time zones of France, its overseas territories and their neighbours."""

    PARIS = "Europe/Paris", _("Paris")
    AMSTERDAM = "Europe/Amsterdam", _("Amsterdam")
    ANDORRA = "Europe/Andorra", _("Andorra")
    ATHENS = "Europe/Athens", _("Athens")
    BERLIN = "Europe/Berlin", _("Berlin")
    BRUSSELS = "Europe/Brussels", _("Brussels")
    BUCHAREST = "Europe/Bucharest", _("Bucharest")
    BUDAPEST = "Europe/Budapest", _("Budapest")
    DUBLIN = "Europe/Dublin", _("Dublin")
    HELSINKI = "Europe/Helsinki", _("Helsinki")
    LISBON = "Europe/Lisbon", _("Lisbon")
    LONDON = "Europe/London", _("London")
    LUXEMBOURG = "Europe/Luxembourg", _("Luxembourg")
    MADRID = "Europe/Madrid", _("Madrid")
    MONACO = "Europe/Monaco", _("Monaco")
    PRAGUE = "Europe/Prague", _("Prague")
    ROME = "Europe/Rome", _("Rome")
    STOCKHOLM = "Europe/Stockholm", _("Stockholm")
    VIENNA = "Europe/Vienna", _("Vienna")
    WARSAW = "Europe/Warsaw", _("Warsaw")
    ZURICH = "Europe/Zurich", _("Zurich")
    CAYENNE = "America/Cayenne", _("Cayenne")
    PARAMARIBO = "America/Paramaribo", _("Paramaribo")
    BELEM = "America/Belem", _("Belém and Macapá")
    FORTALEZA = "America/Fortaleza", _("Fortaleza")
    GUADELOUPE = "America/Guadeloupe", _("Guadeloupe")
    MARTINIQUE = "America/Martinique", _("Martinique")
    MARIGOT = "America/Marigot", _("Saint-Martin")
    LOWER_PRINCES = "America/Lower_Princes", _("Sint Maarten")
    MIQUELON = "America/Miquelon", _("Saint-Pierre and Miquelon")
    REUNION = "Indian/Reunion", _("Réunion")
    MAYOTTE = "Indian/Mayotte", _("Mayotte")


YEARS = range(1900, 2201)
"""Of moments: far from the ends of the calendar, where a change of zone overflows."""


def check_moments(instance: models.Model, *names: str) -> None:
    """ValidationError on the fields of these names whose year is out of range."""
    moments = {name: getattr(instance, name) for name in names}
    if wrong := [name for name, moment in moments.items() if moment and moment.year not in YEARS]:
        raise ValidationError(dict.fromkeys(wrong, OUT_OF_RANGE))


def iso(moment: datetime.datetime | None, zone: str) -> str | None:
    """An instant as ISO 8601 with the offset that the zone has then, such as "2026-05-01T09:00:00-03:00"."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds") if moment else None


class WallTimeField(forms.DateTimeField):
    """Reads a date and time as typed, in no zone yet."""

    widget = AdminDateTimeInput

    def to_python(self, value: Any) -> datetime.datetime | None:
        with timezone.override(datetime.UTC):  # in UTC every time of every day exists
            moment = super().to_python(value)
        return moment.replace(tzinfo=None) if moment else None


class WallTimeForm(forms.ModelForm):
    """Shows and reads the moments named in `wall_times` on the clocks of the zone in the field `timezone`."""

    wall_times: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = ZoneInfo(self.instance.timezone or settings.TIME_ZONE)
        for name in self.wall_times:
            if moment := getattr(self.instance, name):
                self.initial[name] = moment.astimezone(zone).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        zone = ZoneInfo(cleaned.get("timezone") or settings.TIME_ZONE)
        for name in self.wall_times:
            if moment := cleaned.get(name):
                try:
                    cleaned[name] = _existing(moment, zone)
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned


def _existing(wall_time: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The instant of a time on the zone's clocks; refuses the hour that is left out when summer time begins."""
    try:
        moment = wall_time.replace(tzinfo=zone)
        back = moment.astimezone(datetime.UTC).astimezone(zone)
    except OverflowError:
        raise ValidationError(OUT_OF_RANGE) from None
    if back.replace(tzinfo=None) != wall_time:
        raise ValidationError(_("There is no such time that day: the clocks are put forward."))
    return moment
