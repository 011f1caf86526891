"""What the publication of a page means for its translations, in the transaction of the publication itself.

Wagtail's own signals fire after it: a crash in between would leave an old date live in German. The page's save
inside a publication is one transaction, so it is watched instead.
"""

import logging
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.db.models.signals import post_save, pre_save
from django.utils import timezone
from django_tasks import task
from wagtail.models import Page, Revision
from wagtail_localize.models import Translation

from cms.translation.drafting import save_draft
from cms.translation.merging import apply_facts, child_relations, overridden_paths
from cms.translation.models import TranslatedRevision, TranslationStatus
from cms.translation.privacy import mirror
from cms.translation.status import record_publication, record_source_publication, translations_around

logger = logging.getLogger(__name__)


def connect() -> None:
    """Called once when the apps are ready."""
    pre_save.connect(_before_save, dispatch_uid="cms.translation.publication")
    post_save.connect(_after_save, dispatch_uid="cms.translation.publication")


def _is_specific_page(instance: Any, raw: bool) -> bool:
    return isinstance(instance, Page) and type(instance) is not Page and not raw and instance.pk is not None


def _before_save(sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    if not _is_specific_page(instance, raw) or update_fields is not None:
        return
    instance._published_now = _is_publication(instance)
    if not instance.alias_of_id:
        return
    if instance._published_now:
        # A revision of its own: from here on the page is a translation and no longer a fallback.
        instance.alias_of = None
    elif instance.latest_revision_id:
        instance.has_unpublished_changes = True  # mirroring the source says False, but the draft is still there


def _is_publication(page: Page) -> bool:
    """Whether this save makes another revision of this very page live (an alias mirrors its source's key as well)."""
    if not page.live or not page.live_revision_id:
        return False
    before = Page.objects.filter(pk=page.pk).values_list("live_revision_id", flat=True).first()
    return before != page.live_revision_id and str(page.live_revision.object_id) == str(page.pk)


def _after_save(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    if not _is_specific_page(instance, raw):
        return
    if instance.alias_of_id:
        TranslationStatus.objects.filter(page_id=instance.pk).delete()
    if instance.__dict__.pop("_published_now", False):
        around = translations_around(instance)
        record_publication(instance, around)
        record_source_publication(instance, around)
        carry_all(instance, around)


def carry_all(source: Page, around: Iterable[Translation] | None = None) -> None:
    """Carry a live source's facts into all its translations.

    One that fails stops neither the publication nor the others: the worker tries it again.
    `around`: translations_around(source), where they are at hand.
    """
    mirror(source)
    records = translations_around(source) if around is None else around
    translations = [each for each in records if each.enabled and each.source.locale_id == source.locale_id]
    targets = _targets(source, [translation.target_locale_id for translation in translations])
    for translation in translations:
        if translation.target_locale_id not in targets:
            continue
        try:
            _carry(targets[translation.target_locale_id], source)
        except Exception:
            logger.exception("The facts of page %s did not reach translation %s", source.pk, translation.pk)
            carry_again.enqueue(translation.pk)


@task()
def carry_again(translation_id: int) -> None:
    """What could not be carried at the time of the publication."""
    translation = Translation.objects.filter(pk=translation_id, enabled=True).first()
    if translation is not None:
        source = translation.source.get_source_instance()
        for target in _targets(source, [translation.target_locale_id]).values():
            _carry(target, source)


class Target(NamedTuple):
    """A translation as it is in the database, and the paths of what its translators chose to override."""

    page: Page
    overridden: frozenset[str]


def _targets(source: Page, locales: Collection[int]) -> dict[int, Target]:
    """The translations of a source (specific) in some languages, by language; queries do not grow with their number."""
    if not locales:
        return {}
    overridden = overridden_paths(source, locales)
    pages = type(source)._default_manager.filter(translation_key=source.translation_key, locale__in=locales)
    found = {page.locale_id: Target(page, overridden[page.locale_id]) for page in pages}
    live = [target.page for target in found.values() if target.page.live and not target.page.alias_of_id]
    prefetch_related_objects(live, *child_relations(type(source)))
    return found


def _carry(target: Target, source: Page) -> None:
    """Give a live translation and its draft the source's facts, both or neither.

    A draft stays a draft, a fallback a fallback, and an approval under way goes on.
    """
    page = target.page
    is_read = page.live and not page.alias_of_id
    is_draft = page.has_unpublished_changes or not is_read
    changed = is_read and apply_facts(source, page, target.overridden)
    if not changed and not is_draft:
        return
    with transaction.atomic():
        if changed:
            page._prefetched_objects_cache.clear()  # the rows are others from now on
            page.last_published_at = timezone.now()
            page.save(clean=False)
            page.update_aliases()
            carry_all(page)  # a translation may be the source of another one
        if is_draft:
            _carry_into_draft(target, source)
        elif changed:
            revision = page.save_revision(changed=False, clean=False)
            _remember(page.live_revision_id, revision)
            Page.objects.filter(pk=page.pk).update(live_revision=revision)


def _carry_into_draft(target: Target, source: Page) -> None:
    latest = target.page.latest_revision
    if latest is None:
        return
    draft = latest.as_object()
    if not apply_facts(source, draft, target.overridden):
        return
    made = TranslatedRevision.objects.filter(revision=latest).first()
    if made:
        save_draft(draft, percent=made.percent, made_from=made.made_from, user=latest.user, clean=False)
    else:
        draft.alias_of = None
        draft.save_revision(user=latest.user, clean=False)


def _remember(old: int | None, new: Revision) -> None:
    """The new revision has the old one's prose."""
    made = old and TranslatedRevision.objects.filter(revision_id=old).first()
    if made:
        TranslatedRevision.objects.create(revision=new, percent=made.percent, made_from=made.made_from)
