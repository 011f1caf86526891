"""What is published of each translation: kept in TranslationStatus, written with the write that changes it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page
from wagtail_localize.models import Translation

from cms.translation.models import Completeness, TranslatedRevision, TranslationStatus
from cms.translation.prose import fingerprint, percent_translated


def translations_around(page: Page) -> list[Translation]:
    """The records of all translations between the languages of a page, in use or not (one query)."""
    records = Translation.objects.filter(source__object_id=page.translation_key)
    return list(records.select_related("source__locale", "target_locale").order_by("-enabled", "pk"))


def translation_of(page: Page, around: Iterable[Translation] | None = None) -> Translation | None:
    """The record of the translation that made this page, in use or not; None for sources and pages of their own.

    `around`: translations_around(page), where they are at hand.
    """
    into = page.locale_id
    records = translations_around(page) if around is None else around
    return next((each for each in records if each.target_locale_id == into != each.source.locale_id), None)


def source_of(translation: Translation) -> Page | None:
    """The specific page that is translated; None once it is gone."""
    try:
        return translation.source.get_source_instance()
    except ObjectDoesNotExist:
        return None


def record_publication(page: Page, around: Iterable[Translation] | None = None) -> None:
    """A page with a source elsewhere was published: say how much of the source it gives, and whether it is of today.

    `around`: translations_around(page), where they are at hand.
    """
    translation = translation_of(page, around)
    if translation is None:
        return
    made = TranslatedRevision.objects.filter(revision_id=page.live_revision_id).first()
    _status(page, translation, (made.percent, made.made_from) if made else None).save()


def once_published(draft: Page, around: Iterable[Translation]) -> tuple[str | None, int | None, bool | None]:
    """Completeness, percent and whether it is outdated, as publishing a draft now would record them; None: no source.

    What is being translated is saved as it is published. `around`: translations_around(draft).
    """
    translation = translation_of(draft, around)
    if translation is None:
        return None, None, None
    made = None
    if translation.enabled:
        made = percent_translated(translation), fingerprint(translation.source.as_instance())
    status = _status(draft, translation, made)
    return status.completeness, status.percent, status.outdated


def _status(page: Page, translation: Translation, made: tuple[int, str] | None) -> TranslationStatus:
    """The status of a page with a text of which so many percent are made from the source with this fingerprint."""
    source = source_of(translation)
    now = fingerprint(source) if source else ""
    status = TranslationStatus.objects.filter(page_id=page.pk).first()
    if status is None:
        status = TranslationStatus(page_id=page.pk, made_from=now)
    if made and translation.enabled:
        status.percent, status.made_from = made
        status.completeness = Completeness.FULL if status.percent == 100 else Completeness.PARTIAL
    status.outdated = bool(source and source.live) and now not in (status.made_from, status.confirmed_from)
    return status


def record_source_publication(source: Page, around: Iterable[Translation]) -> None:
    """A source was published: its translations are outdated where a text changed since the one they were made from.

    `around`: translations_around(source).
    """
    for status in _turned_by(source, around):
        status.save(update_fields=["outdated"])


def outdated_once_published(draft: Page, around: Iterable[Translation]) -> dict[int, bool]:
    """Whether translations will be outdated, by their key, where the publication of their source's draft turns that.

    `around`: translations_around(draft).
    """
    return {status.page_id: status.outdated for status in _turned_by(draft, around)}


def _turned_by(source: Page, around: Iterable[Translation]) -> Iterator[TranslationStatus]:
    """The statuses that a source's texts make outdated, or no more; not saved."""
    targets = {each.target_locale_id for each in around if each.source.locale_id == source.locale_id}
    if not targets:
        return
    now = ""
    statuses = TranslationStatus.objects.filter(page__translation_key=source.translation_key, page__locale__in=targets)
    for status in statuses:
        now = now or fingerprint(source)
        outdated = now not in (status.made_from, status.confirmed_from)
        if outdated != status.outdated:
            status.outdated = outdated
            yield status


def confirm(page: Page, user: Any) -> None:
    """Somebody who may publish the page read it beside today's source: it still holds."""
    translation = translation_of(page)
    source = source_of(translation) if translation else None
    if source is None:
        return
    TranslationStatus.objects.filter(page_id=page.pk).update(
        outdated=False, confirmed_from=fingerprint(source), confirmed_by=user, confirmed_at=timezone.now()
    )


@transaction.atomic
def mark_summary(page: Page, user: Any = None) -> None:
    """From now on the page has a short text of its own, which its source's changes no longer reach.

    A fallback leaves the language until the summary is published: there is no text to stand in for.
    """
    translation = translation_of(page)
    if translation is None:
        return
    Translation.objects.filter(pk=translation.pk).update(enabled=False)
    if page.alias_of_id:
        draft = page.get_latest_revision_as_object() if page.latest_revision_id else page.specific
        draft.alias_of, draft.live = None, False
        draft.save(update_fields=["alias_of", "live"], clean=False)
        draft.save_revision(user=user, clean=False)
    source = source_of(translation)
    TranslationStatus.objects.update_or_create(
        page_id=page.pk,
        defaults={"completeness": Completeness.SUMMARY, "percent": 0},
        create_defaults={
            "completeness": Completeness.SUMMARY,
            "percent": 0,
            "made_from": fingerprint(source) if source else "",
        },
    )


@transaction.atomic
def end_summary(page: Page) -> None:
    """The page is to be translated in full again; readers keep the summary until a translation is published."""
    translation = translation_of(page)
    if translation is not None:
        Translation.objects.filter(pk=translation.pk).update(enabled=True)
        translation.source.update_from_db()


def rebuild() -> int:
    """Recompute every status from what is published; returns how many rows were looked at.

    Rows of pages that are aliases now are removed; rows without a translation record (pages that code wrote in
    several languages) keep what their writer said.
    """
    TranslationStatus.objects.exclude(page__alias_of=None).delete()
    looked_at = 0
    translations = Translation.objects.select_related("source__locale", "target_locale")
    for translation in translations.iterator(chunk_size=200):
        try:
            page = translation.get_target_instance()
        except ObjectDoesNotExist:
            continue
        if page.live and not page.alias_of_id:
            record_publication(page)
            looked_at += 1
    return looked_at
