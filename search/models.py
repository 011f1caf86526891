"""What the search keeps in the database: what harvesters were told (search.oai), what readers search."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cms.languages import Language
from search.promotions import PromotedQuery, PromotedResult

__all__ = [
    "HarvestItem",
    "HarvestPosition",
    "PromotedQuery",
    "PromotedResult",
    "QuerySighting",
    "ReaderQuery",
    "ReaderQueryWeek",
    "SightingSalt",
]


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


class ReaderQuery(models.Model):
    """A query that several sessions have asked (search.reader_queries), as one of them typed it."""

    locale = models.CharField(_("language"), max_length=2, choices=Language.choices)
    key = models.CharField(max_length=200)
    """What all queries have that are the same (search.alike)."""
    text = models.CharField(_("query"), max_length=100)
    results = models.PositiveIntegerField(_("results"), null=True)
    """How many had just its words last; None where it was only asked with filters."""
    asked_on = models.DateField(_("last asked"))

    class Meta:
        verbose_name = _("reader’s query")
        verbose_name_plural = _("readers’ queries")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["locale", "key"], name="search_readerquery_once")]

    def __str__(self) -> str:
        return self.text


class ReaderQueryWeek(models.Model):
    """In how many sessions a query was asked in the week from a Monday."""

    query = models.ForeignKey(ReaderQuery, on_delete=models.CASCADE, related_name="weeks")
    monday = models.DateField()
    sessions = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["query", "monday"], name="search_readerqueryweek_once")]

    def __str__(self) -> str:
        return f"{self.monday}: {self.sessions}"


class QuerySighting(models.Model):
    """That somebody asked something in a week: digests of both, from which neither can be told."""

    query = models.CharField(max_length=64)
    session = models.CharField(max_length=64)
    monday = models.DateField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["query", "session"], name="search_querysighting_once")]

    def __str__(self) -> str:
        return self.query


class SightingSalt(models.Model):
    """What the sessions of one day are named under; deleted on the next."""

    day = models.DateField(unique=True)
    salt = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)
