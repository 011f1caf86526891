"""The change log: one row per change of anything that readers may see, in the transaction that made it.

Rows are written by database triggers, so no route goes by unseen: the admin, scheduled publication, bulk updates,
raw SQL. Apps say what to watch in `AppConfig.ready`; why it is built this way: docs/decisions/0001-change-log.md.
"""

from cms.changes.log import (
    Position,
    StartAfresh,
    changes_since,
    content_version,
    last,
    position,
    prune,
    record,
    renew_epoch,
    versions_sql,
)
from cms.changes.models import CONTENT, FAMILIES, RECORDS
from cms.changes.registry import leave_out, watch
from cms.changes.triggers import require

__all__ = [
    "CONTENT",
    "FAMILIES",
    "RECORDS",
    "Position",
    "StartAfresh",
    "changes_since",
    "content_version",
    "last",
    "leave_out",
    "position",
    "prune",
    "record",
    "renew_epoch",
    "require",
    "versions_sql",
    "watch",
]
