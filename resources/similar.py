"""Documents like a document: about the same concepts, territories and borders, by the same authors."""

from collections.abc import Iterable
from functools import reduce
from operator import add, or_
from typing import Any

from django.db.models import Case, ExpressionWrapper, F, IntegerField, Q, QuerySet, Value, When

from resources.records import AgentRole, Record, RecordAgent

WEIGHTS = {"concepts": 3, "territories": 3, "borders": 2}
"""What a shared fact counts; fixed, so that answers stay when other documents come."""
AUTHOR = 1
"""A shared author counts little: a body that writes much has written on everything."""
ENOUGH = 2
"""Under this, two documents have nothing but an author in common."""
MOST = 24
"""Facts that are compared: each is a part of the query."""


def similar(record: Record, among: QuerySet[Record], limit: int) -> list[Record]:
    """The records of a queryset that have most in common with one, the newest of equal ones first (five queries)."""
    shared = [*_indexing(record), *_authors(record)][:MOST]
    if not shared:
        return []
    counted = [Case(When(same, then=Value(weight)), default=Value(0)) for same, weight in shared]
    score: Any = ExpressionWrapper(reduce(add, counted), output_field=IntegerField())
    found = among.filter(reduce(or_, (same for same, _weight in shared))).exclude(pk=record.pk)
    found = found.annotate(score=score).filter(score__gte=ENOUGH)
    return list(found.select_related("type").order_by("-score", F("date").desc(nulls_last=True), "-pk")[:limit])


def _indexing(record: Record) -> Iterable[tuple[Q, int]]:
    """The published facts that a record is indexed by, as which records share each."""
    for relation, weight in WEIGHTS.items():
        field: Any = Record._meta.get_field(relation)
        through = field.remote_field.through._default_manager
        name = field.m2m_reverse_field_name()
        rows = through.filter(**{"record": record, f"{name}__live": True}).order_by("pk")
        for pk in rows.values_list(f"{name}_id", flat=True):
            yield Q(pk__in=through.filter(**{name: pk}).values("record")), weight


def _authors(record: Record) -> Iterable[tuple[Q, int]]:
    rows = RecordAgent.objects.filter(record=record, role=AgentRole.AUTHOR, agent__live=True)
    for agent in rows.values_list("agent_id", flat=True):
        yield Q(pk__in=RecordAgent.objects.filter(agent=agent, role=AgentRole.AUTHOR).values("record")), AUTHOR
