"""Two concepts or two agents become one; both codes lead to it from then on.

Whatever names the one that goes (records, pages, other facts, and the versions in which they are edited next) names the
one that stays. An older version opens with that one as well (cms.revisions).
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalKey
from wagtail.models import Page, Revision

from cms import indexing, labels, revisions
from cms.facts import Fact, NameKind
from cms.revisions import rename
from resources.thesaurus import Concept, closure, upwards


class MergedFact(models.Model):
    """A code that readers know of a concept or agent that is another one now."""

    kind = models.CharField(max_length=7, choices=[("agent", "agent"), ("concept", "concept")])
    code = models.CharField(max_length=80)
    key = models.BigIntegerField(null=True)
    """Its primary key, by which older versions name it."""
    into = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="resources_mergedfact_once")]

    def __str__(self) -> str:
        return f"{self.code} → {self.into}"


def successor(model: type[Fact], code: str) -> str | None:
    """The code that a merged one leads to; None if it was not merged."""
    found = MergedFact.objects.filter(kind=model._meta.model_name, code=code)
    return found.values_list("into", flat=True).first()


def register(*kinds: type[Fact]) -> None:
    """Let filters and older versions follow what is merged of these kinds of facts."""
    for kind in kinds:
        labels.register_successors(kind._meta.label, partial(_codes, kind))
        revisions.register_successors(kind, partial(_keys, kind))


def _codes(model: type[Fact]) -> dict[str, str]:
    merged = MergedFact.objects.filter(kind=model._meta.model_name).values_list("code", "into")
    return dict(merged.exclude(code__in=model._default_manager.values("code")))


def _keys(model: type[Fact], gone: Iterable[int]) -> dict[int, int]:
    """The keys of merged facts with those of what they were merged into (two queries)."""
    merged = MergedFact.objects.filter(kind=model._meta.model_name, key__in=list(gone))
    into = dict(merged.values_list("key", "into"))
    known = dict(model._default_manager.filter(code__in=into.values()).values_list("code", "pk"))
    return {key: known[code] for key, code in into.items() if key is not None and code in known}


def merge(fact: Any, into: Any, user: Any = None) -> None:
    """Put what only `fact` has into `into`, publish that, let everything name it, and delete `fact`.

    `into` keeps its place in the thesaurus and its preferred names. ValidationError where one is the other, either has
    a draft, which nobody would see go, or the thesaurus would run round in a loop.
    """
    if fact.pk == into.pk:
        raise ValidationError(_("These are one and the same."))
    for one in (fact, into):
        if one.has_unpublished_changes:
            message = _("“%(name)s” has a draft: publish it or give it up first.")
            raise ValidationError(message % {"name": one})
    if not into.live:
        raise ValidationError(_("“%(name)s” is not published.") % {"name": into})
    with indexing.at_once() as written:
        merged = into.get_latest_revision_as_object()
        _add_names(merged, fact)
        if isinstance(fact, Concept):
            _keep_place(merged, fact)
        for field in references(type(fact)):
            written.add(_move(field, fact, into))
        _rewrite_versions(fact, into)
        kind = fact._meta.model_name
        MergedFact.objects.filter(kind=kind, into=fact.code).update(into=into.code)
        MergedFact.objects.update_or_create(kind=kind, code=fact.code, defaults={"key": fact.pk, "into": into.code})
        fact.delete()
        merged.save_revision(user=user, log_action=True).publish(user=user)


def _add_names(into: Any, fact: Any) -> None:
    """All names of `fact`, preferred where there is none yet in the language; notes where there is none."""
    names = list(into.names.all())
    said = {(name.language, name.text) for name in names}
    preferred = {name.language for name in names if name.kind == NameKind.PREFERRED}
    for name in sorted(fact.names.all(), key=lambda name: name.kind != NameKind.PREFERRED):
        if (name.language, name.text) not in said:
            first = name.kind == NameKind.PREFERRED and name.language not in preferred
            name.kind = NameKind.PREFERRED if first else NameKind.ALTERNATIVE
            preferred |= {name.language} if first else set()
            said.add((name.language, name.text))
            name.pk, name.fact, name.sort_order = None, into, len(names)
            names.append(name)
    into.names = names
    for column in ("eurovoc_id", "orcid", "isni", "viaf", "website", "country_id"):
        if hasattr(into, column) and not getattr(into, column):
            setattr(into, column, getattr(fact, column))
    if isinstance(into, Concept):
        notes = list(into.scope_notes.all())  # type: ignore[attr-defined]
        told = {note.language for note in notes}
        for note in fact.scope_notes.all():
            if note.language not in told:
                note.pk, note.fact, note.sort_order = None, into, len(notes)
                notes.append(note)
        into.scope_notes = notes  # type: ignore[attr-defined]


def _keep_place(into: Concept, fact: Concept) -> None:
    """`into` stays where it is, and what was below or beside `fact` is below or beside it."""
    broader = {concept.pk: concept for concept in into.broader.all()}
    if broader.pop(fact.pk, None) and not broader:
        broader = {concept.pk: concept for concept in fact.broader.all()}
    narrower = {concept.pk: concept for concept in fact.narrower.exclude(pk=into.pk)}  # type: ignore[attr-defined]
    above = set(broader) | closure(broader, upwards(without=into.pk))
    if between := [concept for pk, concept in narrower.items() if pk in above]:
        raise ValidationError(_("“%(name)s” is between the two: move it first.") % {"name": between[0]})
    near = set(broader) | set(narrower) | set(into.narrower.values_list("pk", flat=True))  # type: ignore[attr-defined]
    beside = {concept.pk: concept for one in (into, fact) for concept in one.related.all()}
    into.broader = list(broader.values())
    into.related = [concept for pk, concept in beside.items() if pk not in {fact.pk, into.pk} | near]
    up, across = Concept.broader.through.objects, Concept.related.through.objects
    up.filter(from_concept=fact).delete()
    up.filter(from_concept=into, to_concept=fact).delete()
    across.filter(Q(from_concept=fact) | Q(from_concept=into, to_concept=fact)).delete()
    across.filter(from_concept__in=near, to_concept=fact).delete()


def references(model: type[Fact]) -> Iterator[Any]:
    """Foreign keys to a kind of fact but those of its own parts; rows of many-to-many fields have them as well."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            field: Any = relation.remote_field
            if not isinstance(field, ParentalKey) and isinstance(field, models.ForeignKey):
                yield field


def _move(field: Any, fact: Any, into: Any) -> list[Any]:
    """Let rows name `into`, but those that say the same as another then; returns those of pages, to be indexed."""
    table = field.model._base_manager
    for others in _unique_with(field):
        same = table.filter(**{field.name: into}, **{name: OuterRef(name) for name in others})
        table.filter(Exists(same), **{field.name: fact}).delete()
    parent = next((one for one in field.model._meta.fields if isinstance(one, ParentalKey)), None)
    of_pages = parent is not None and issubclass(parent.related_model, Page)
    moved = list(table.filter(**{field.name: fact})) if of_pages else []
    table.filter(**{field.name: fact}).update(**{field.name: into})
    return moved


def _unique_with(field: Any) -> list[list[str]]:
    """The columns of each rule by which rows that name one fact differ."""
    meta = field.model._meta
    sets = [
        *meta.unique_together,
        *(one.fields for one in meta.constraints if isinstance(one, models.UniqueConstraint)),
    ]
    return [[name for name in names if name != field.name] for names in sets if field.name in names]


def _rewrite_versions(fact: Any, into: Any) -> None:
    """The versions in which objects are edited next, and those that wait for their hour."""
    wanted = Q(approved_go_live_at__isnull=False)
    owners = {
        relation.related_model for relation in type(fact)._meta.get_fields(include_hidden=True) if _names(relation)
    }
    for owner in {_owner(model) for model in owners}:
        if hasattr(owner, "latest_revision"):
            wanted |= Q(pk__in=owner._base_manager.exclude(latest_revision=None).values("latest_revision"))
    named = Revision.objects.annotate(stored=Cast("content", TextField())).filter(stored__contains=str(fact.pk))
    for revision in named.filter(wanted).select_related("content_type").iterator(chunk_size=100):
        model: Any = revision.content_type.model_class()
        if model is not None and rename(model, revision.content, type(fact), {fact.pk: into.pk}):
            revision.save(update_fields=["content"])


def _names(relation: Any) -> bool:
    return relation.auto_created and not relation.concrete and not isinstance(relation.remote_field, ParentalKey)


def _owner(model: Any) -> Any:
    """What has the versions in which a row is: all pages have theirs in common."""
    while parent := next((field for field in model._meta.fields if isinstance(field, ParentalKey)), None):
        model = parent.related_model
    return Page if issubclass(model, Page) else model
