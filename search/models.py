"""What the search keeps in the database: what harvesters were told (search.oai)."""

from django.db import models
from django.db.models import Q


class HarvestItem(models.Model):
    """A record as harvesters know it, by its permanent number; one that was told once is told for ever."""

    code = models.CharField(max_length=80, unique=True)
    datestamp = models.DateTimeField()
    """When what is told of it last changed, in whole seconds."""
    deleted = models.BooleanField(default=False)
    sets = models.TextField(blank=True)
    """The sets that it is in and those above them, each between spaces; of a deleted one, those that it was in."""
    digest = models.CharField(max_length=64, blank=True)
    """Short name of what is told of it."""

    class Meta:
        indexes = [models.Index(fields=["datestamp", "id"], name="search_harvestitem_order")]

    def __str__(self) -> str:
        return self.code


class HarvestPosition(models.Model):
    """One row: up to which change of the log, in which making, the items are true."""

    epoch = models.UUIDField()
    version = models.BigIntegerField()
    making = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="search_harvestposition_one_row")]

    def __str__(self) -> str:
        return f"{self.epoch}:{self.version}"
