"""The log's two tables. Rows come from database triggers, never from `Change.objects.create` in a view."""

import uuid

from django.db import models
from django.db.models import Q

CONTENT = "content"
"""Pages, facts, media, navigation, settings: whatever an answer about content may depend on."""
RECORDS = "records"
"""Documentary records and what comes with them: imported by the thousand, without emptying the cache of pages."""
FAMILIES = (CONTENT, RECORDS)

CREATE, UPDATE, DELETE, PUBLISH, UNPUBLISH, MOVE, PRIVACY, DEPENDENCY, RESET = KINDS = (
    "create",
    "update",
    "delete",
    "publish",
    "unpublish",
    "move",
    "privacy",
    "dependency",
    "reset",
)
"""What happened to an object. `move`: its path or address changed. `dependency`: it was deleted, and something
showed it. `reset`: anything may have; model is empty."""


class Change(models.Model):
    """One change of something that readers may see, written in the transaction that made it."""

    version = models.BigIntegerField(null=True, editable=False)
    """1, 2, 3… in the order of the commits, without gaps; null until PostgreSQL commits."""
    family = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    model = models.CharField(max_length=100)
    """Label of the object's model, such as `wagtailcore.page` (for every type of page) or `borders.border`."""
    object_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    """When it was committed (PostgreSQL: the same for all rows of a transaction) or written (SQLite)."""
    before = models.JSONField(null=True)
    """What the object was, in the columns that its watch remembers; null where there is nothing to remember. Of the
    kind `privacy`: the object's `path`, and whether it was `restricted`. Of the kind `dependency`: `model` and `id` of
    what showed the object, and whether it was `withdrawn` by then."""

    class Meta:
        # Rows without a version are in `pending` alone, so that looking for them never walks another index.
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=Q(version__isnull=False), name="cms_change_version")
        ]
        indexes = [
            models.Index(
                fields=["family", "version"], condition=Q(version__isnull=False), name="cms_change_family_version"
            ),
            models.Index(fields=["object_id"], condition=Q(version__isnull=True), name="cms_change_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.kind} {self.model} {self.object_id}"


class ChangeCounter(models.Model):
    """One row: the last version given, how far the log was pruned, and which database this is."""

    version = models.BigIntegerField(default=0)
    pruned = models.BigIntegerField(default=0)
    epoch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="cms_changecounter_one_row")]

    def __str__(self) -> str:
        return f"{self.epoch}:{self.version}"
