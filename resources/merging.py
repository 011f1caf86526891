"""Two records of one document become one; both numbers lead to it from then on."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from modelcluster.models import get_all_child_relations
from wagtail.models import Revision

from cms import fact_replacing
from cms.facts import Fact
from cms.revisions import rename
from resources import record_numbers
from resources.fact_merging import references
from resources.files import RecordFullText
from resources.records import Record, RecordLink

FACTS = ("borders", "territories", "countries", "concepts")
ROWS = {
    "texts": ("language",),
    "agent_links": ("agent_id", "role"),
    "languages": ("language",),
    "identifiers": ("scheme", "value"),
    "copies": ("shelf_mark", "location"),
    "files": ("document_id",),
    "record_links": ("target_id",),
    "page_links": ("page_id",),
}
"""Child rows, and what two of them have in common that say the same."""


def merge(record: Record, into: Record, user: Any = None) -> Record:
    """Put what only `record` says into `into`, publish that, and delete `record`, whose number leads there.

    Columns of `into` that say something stay as they are. ValidationError where one is the other, or either has a
    draft, which nobody would see go.
    """
    if record.pk == into.pk:
        raise ValidationError(_("This is the same record."))
    for one in (record, into):
        if one.has_unpublished_changes:
            raise ValidationError(
                _("Record no. %(code)s has a draft: publish it or give it up first.") % {"code": one.code}
            )
    if not into.live:
        raise ValidationError(_("Record no. %(code)s is not published.") % {"code": into.code})
    with transaction.atomic():
        merged = into.get_latest_revision_as_object()
        _fill(merged, record)
        both = RecordLink.objects.filter(target=into).values("record")
        RecordLink.objects.filter(target=record, record__in=both).delete()
        RecordLink.objects.filter(target=record, record=into).delete()
        RecordLink.objects.filter(target=record).update(target=into)
        said = RecordFullText.objects.filter(number=int(into.code)).values("language")
        fact_replacing.replace(record, into)
        _replace_in_facts(record, into)
        number = record.code
        texts = RecordFullText.objects.filter(number=int(number)).exclude(language__in=said)
        texts.update(number=int(into.code))
        record.delete()
        record_numbers.merge(number, into.code)
        merged.save_revision(user=user, log_action=True).publish(user=user)
    return Record.objects.get(pk=into.pk)


def _replace_in_facts(record: Record, into: Record) -> None:
    """Let facts that name `record` (what editors promote) name `into`, in the version that is edited next as well."""
    for field in references(Record):
        if issubclass(field.model, Fact):
            naming = field.model._base_manager.filter(**{field.name: record})
            for revision in Revision.objects.filter(
                pk__in=naming.exclude(latest_revision=None).values("latest_revision")
            ):
                if rename(field.model, revision.content, Record, {record.pk: into.pk}):
                    revision.save(update_fields=["content"])
            naming.update(**{field.name: into})


def _fill(into: Record, record: Record) -> None:
    for field in Record._meta.concrete_fields:
        fills = field.editable and not field.primary_key and field.name not in {"type", "date_precision", "cataloguer"}
        if fills and getattr(into, field.attname) in ("", None):
            setattr(into, field.attname, getattr(record, field.attname))
            if field.name == "date":
                into.date_precision = record.date_precision
    for name in FACTS:
        chosen = {fact.pk: fact for fact in (*getattr(into, name).all(), *getattr(record, name).all())}
        setattr(into, name, list(chosen.values()))
    for relation in get_all_child_relations(Record):
        name = relation.get_accessor_name()
        _add_rows(into, record, name, ROWS[name])


def _add_rows(into: Record, record: Record, name: str, alike: tuple[str, ...]) -> None:
    rows = list(getattr(into, name).all())
    said = {tuple(getattr(row, column) for column in alike) for row in rows}
    for row in getattr(record, name).all():
        own = tuple(getattr(row, column) for column in alike)
        if own in said or (name == "record_links" and row.target_id == into.pk):
            continue
        row.pk, row.record, row.sort_order = None, into, len(rows)
        if name == "texts":
            row.is_original = False
        rows.append(row)
    getattr(into, name).set(rows)
