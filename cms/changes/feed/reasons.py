"""Why readers are told of an object, as they see it."""

from collections.abc import Iterable
from typing import Literal

from cms.changes.models import CREATE, MOVE, PRIVACY, PUBLISH, UNPUBLISH, UPDATE, Change

State = Literal["public", "gone"]
Reason = Literal["published", "updated", "moved", "dependency"]
"""`dependency`: it shows something that changed."""

_REASONS: dict[str, Reason] = {
    CREATE: "published",
    PUBLISH: "published",
    UNPUBLISH: "published",  # of what is public again
    PRIVACY: "published",
    MOVE: "moved",
    UPDATE: "updated",
}


def reasons(rows: Iterable[Change], otherwise: Reason) -> list[Reason]:
    """Of an object that is public, from its own changes; `otherwise` where there are none."""
    found = {_REASONS[row.kind] for row in rows if row.kind in _REASONS}
    if "published" in found:
        found.discard("updated")  # every publication writes several rows
    return sorted(found) or [otherwise]
