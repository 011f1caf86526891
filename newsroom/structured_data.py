"""Sessions in schema.org's terms."""

from typing import Any

from cms.structured_data import compact, place
from newsroom.outcomes import Access
from newsroom.sessions import Session

ATTENDANCE = "https://schema.org/{}EventAttendanceMode"


def when_and_where(page: Any, session: Session) -> dict[str, Any]:
    """Dates and place of one session; the link to join only where anybody may."""
    online = session.online_url if page.audience == Access.PUBLIC else ""
    room = place(session.place, session.address, session.lat, session.lon) if session.place or session.address else None
    link = {"@type": "VirtualLocation", "url": online} if online else None
    mode = "Mixed" if room and session.online_url else "Online" if session.online_url else "Offline"
    return compact(
        {
            "startDate": session.moment(session.start),
            "endDate": session.moment(session.end),
            "location": [found for found in (room, link) if found],
            "eventAttendanceMode": ATTENDANCE.format(mode),
        }
    )


def organisers(page: Any) -> list[dict[str, Any]]:
    """Hosts, organisers, trainers and partners."""
    rows = page.organisers.all()
    return [compact({"@type": "Organization", "name": row.name, "url": row.website}) for row in rows]


def offer(page: Any, price: Any = None) -> dict[str, Any] | None:
    """How to take part, for whom anybody may."""
    if page.audience != Access.PUBLIC or not page.registration_url:
        return None
    cost = {"price": float(price), "priceCurrency": "EUR"} if price is not None else {}
    return compact({"@type": "Offer", "url": page.registration_url, "validThrough": page.registration_deadline, **cost})
