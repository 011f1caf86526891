"""Sessions in schema.org's terms."""

import datetime
from typing import Any

from django.utils.duration import duration_iso_string

from cms.references import Context
from cms.structured_data import compact, page_url, place
from newsroom.meetings import deadline_of
from newsroom.outcomes import Access
from newsroom.sessions import Session

ATTENDANCE = "https://schema.org/{}EventAttendanceMode"


def when_and_where(page: Any, session: Session, context: Context) -> dict[str, Any]:
    """Dates and place of one session; the link to join only where anybody may, else the page is where it is online."""
    online = session.online_url if page.audience == Access.PUBLIC else page_url(page, context)
    room = place(session.place, session.address, session.lat, session.lon) if session.place or session.address else None
    link = {"@type": "VirtualLocation", "url": online} if session.online_url and online else None
    mode = "Mixed" if room and session.online_url else "Online" if session.online_url else "Offline"
    return compact(
        {
            "startDate": session.moment(session.start),
            "endDate": session.moment(session.end),
            "location": [found for found in (room, link) if found],
            "eventAttendanceMode": ATTENDANCE.format(mode),
        }
    )


def workload(session: Session) -> str | None:
    """How long a session takes, as search engines want it of a course: ISO 8601, in days where only those are known."""
    first, last = session.moment(session.start), session.moment(session.end)
    if session.all_day and first:
        days = datetime.date.fromisoformat(last or first) - datetime.date.fromisoformat(first)
        return f"P{days.days + 1}D"
    return duration_iso_string(session.end - session.start) if session.end else None


def organisers(page: Any) -> list[dict[str, Any]]:
    """Hosts, organisers, trainers and partners."""
    rows = page.organisers.all()
    return [compact({"@type": "Organization", "name": row.name, "url": row.website}) for row in rows]


def offer(page: Any, context: Context, price: Any = None) -> dict[str, Any] | None:
    """How to take part, for whom anybody may."""
    if page.audience != Access.PUBLIC or not page.registration_url:
        return None
    cost = {}
    if price is not None:
        cost = {"category": "Paid" if price else "Free", "price": float(price), "priceCurrency": "EUR"}
    return compact({"@type": "Offer", "url": page.registration_url, "validThrough": deadline_of(page, context), **cost})
