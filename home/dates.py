"""Dates and times as readers of each language write them, from the ISO 8601 texts of the API."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.dateparse import parse_date, parse_datetime

# Where Django's own formats are not what a European reader expects ("Nov. 9, 2020", "09 novembre 2020").
_FULL = {"en": "j F Y", "it": "j F Y"}
_DAY_ALONE = {"de": "j."}
_COMMA_AFTER_WEEKDAY = {"de", "es"}
DASH = " – "


def _language() -> str:
    return translation.get_language() or "fr"


def _ordinal(text: str, day: int) -> str:
    """French counts the first day of a month: "1er mai"."""
    return text.replace("1", "1er", 1) if day == 1 and _language() == "fr" else text


def full(day: datetime.date) -> str:
    """ "22 janvier 2019"."""
    return _ordinal(formats.date_format(day, _FULL.get(_language(), "DATE_FORMAT")), day.day)


def uncertain(text: str) -> str:
    """A date as far as it is known: "1713", "2009-08" or "2019-01-22"; other texts as they are."""
    if len(text) == 7 and (first := parse_date(f"{text}-01")):
        return formats.date_format(first, "YEAR_MONTH_FORMAT")
    if len(text) == 10 and (day := parse_date(text)):
        return full(day)
    if len(text) > 10 and (moment := parse_datetime(text)):
        return f"{full(moment.date())}, {_time(moment)}"
    return text


def _time(moment: datetime.datetime) -> str:
    return moment.strftime("%H:%M")


def _weekday(day: datetime.date) -> str:
    comma = "," if _language() in _COMMA_AFTER_WEEKDAY else ""
    return f"{formats.date_format(day, 'l')}{comma} {full(day)}"


def days(first: datetime.date, last: datetime.date) -> str:
    """ "9 – 10 novembre 2020", or one day with its weekday."""
    if first == last:
        return _weekday(first)
    if (first.year, first.month) != (last.year, last.month):
        return f"{full(first)}{DASH}{full(last)}"
    alone = _ordinal(formats.date_format(first, _DAY_ALONE.get(_language(), "j")), first.day)
    return f"{alone}{DASH}{full(last)}"


def going_on(sessions: list[dict[str, Any]], now: datetime.datetime) -> bool:
    """Whether a moment lies in one of the sessions of the API; whole days count on the clocks of their zone."""
    for told in sessions:
        if told["all_day"]:
            first, last = (parse_date(told[name] or told["start"]) for name in ("start", "end"))
            today = now.astimezone(ZoneInfo(told["timezone"])).date()
            on = first is not None and last is not None and first <= today <= last
        else:
            start, end = (parse_datetime(told[name] or told["start"]) for name in ("start", "end"))
            on = start is not None and end is not None and start <= now <= end
        if on:
            return True
    return False


def session(value: dict[str, Any]) -> str:
    """When a session takes place, on the clocks of its place."""
    first, last = value["start"], value["end"] or value["start"]
    if value["all_day"]:
        return days(datetime.date.fromisoformat(first[:10]), datetime.date.fromisoformat(last[:10]))
    start, end = datetime.datetime.fromisoformat(first), datetime.datetime.fromisoformat(last)
    if start == end:
        return f"{_weekday(start.date())}, {_time(start)}"
    if start.date() == end.date():
        return f"{_weekday(start.date())}, {_time(start)}{DASH}{_time(end)}"
    return f"{uncertain(first)}{DASH}{uncertain(last)}"


def sessions(values: list[dict[str, Any]]) -> str:
    """All sessions of an event in one line: from the first day to the last."""
    if not values:
        return ""
    first = min(value["start"] for value in values)[:10]
    last = max(value["end"] or value["start"] for value in values)[:10]
    return days(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))


def clock(zone: str, moment: str) -> str:
    """Whose clocks a moment is on: "Paris, UTC+1"."""
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    offset = datetime.datetime.fromisoformat(moment).utcoffset()
    if offset is None:
        return city
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset < datetime.timedelta(0) else "+"
    return f"{city}, UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
