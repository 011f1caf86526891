"""Records as pages, borders and territories show them: the latest about each (cms.publications), and chosen ones."""

from collections.abc import Collection
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from cms.publications import PublicationJson, Publications, Subject
from cms.references import Context
from cms.representation import uncertain_date
from resources import record_shapes
from resources.record_api import about_borders_and_parts, about_concepts, indexed, public
from resources.records import Record

LATEST = 5
"""How many records are shown; `list_url` has them all."""
MODELS = {"border": "borders.Border", "territory": "borders.Territory", "concept": "resources.Concept"}


def find(subjects: Collection[Subject], context: Context) -> dict[Subject, Publications]:
    """The latest records about each subject (three queries, however many subjects there are; none for none)."""
    asked = list(subjects)
    if not asked:
        return {}
    first, *others = (_latest(number, subject, context) for number, subject in enumerate(asked))
    rows = sorted(first.union(*others, all=True).order_by()) if others else sorted(first)
    records = Record.objects.filter(pk__in={pk for *_columns, pk in rows}).prefetch_related("texts").in_bulk()
    found: dict[Subject, Publications] = {
        subject: {"total_count": 0, "list_url": _address(subject, context), "records": []} for subject in asked
    }
    for number, _place, total, pk in rows:
        shown = found[asked[number]]
        shown["total_count"] = total
        if pk in records:  # it may have gone since
            shown["records"].append(_card(records[pk], context))
    return found


def chosen(keys: set[int], context: Context) -> dict[int, PublicationJson]:
    """The published ones of the records that blocks of pages name, by key (two queries)."""
    records = public().filter(pk__in=keys).prefetch_related("texts")
    return {record.pk: _card(record, context) for record in records}


def _latest(number: int, subject: Subject, context: Context) -> QuerySet[Record, tuple[int, int, int, int]]:
    """Rows of a subject's number, place, total and record's key, in the order of the list at `list_url`."""
    order = [F("date").desc(nulls_last=True), F("title_key").desc(), F("pk").desc()]
    ranked = public().filter(_about(subject, context)).order_by()
    ranked = ranked.annotate(
        subject=Value(number, IntegerField()),
        position=Window(RowNumber(), order_by=order),
        total=Window(Count("pk")),
    )
    return ranked.filter(position__lte=LATEST).values_list("subject", "position", "total", "pk")


def _about(subject: Subject, context: Context) -> Q:
    if subject.filter == "border":
        return about_borders_and_parts(subject.keys, context.labels)
    if subject.filter == "concept":
        return about_concepts(subject.keys, context.labels)
    return indexed("territories", subject.keys)


def _address(subject: Subject, context: Context) -> str:
    table = context.labels.table(MODELS[subject.filter]).by_pk
    codes = ",".join(sorted(table[pk].code for pk in subject.keys))
    wanted = {subject.filter: codes, "locale": context.locale, "order": "-date"}
    return context.api("records/?" + urlencode(wanted, safe=","))


def _card(record: Record, context: Context) -> PublicationJson:
    text = record.text_in(context.locale)
    return {
        **record_shapes.reference(record, context),
        "subtitle": text.subtitle if text else "",
        "type": context.labels.coded("resources.RecordType", record.type_id, context.locale),
        "date": uncertain_date(record.date, record.date_precision),
    }
