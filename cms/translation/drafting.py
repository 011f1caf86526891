"""Making drafts and publications of translations, where wagtail-localize would write to the live row.

Upstream (wagtail-localize 1.14, TranslationSource.create_or_update_translation) clears the alias mark and saves the
page itself before it makes a revision, so that submitting a page puts its untranslated text live, and publishes
without asking who may. Everything that writes a translation there goes through Translation.save_target, the one
method replaced here. The replacement can go once upstream writes drafts to revisions only
(https://github.com/wagtail/wagtail-localize/issues/463 asks for it).

A draft lives in the page's latest revision. A page that is an alias stays one, follows its source and is marked as
a fallback until a revision of its own is published (see cms.translation.publication).
"""

from typing import Any

import wagtail_localize.models
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.utils.text import slugify
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page, Revision
from wagtail_localize.models import SegmentOverride, StringTranslation, Translation, TranslationLog, TranslationSource
from wagtail_localize.segments.ingest import ingest_segments

from cms.translation.merging import apply_facts, overridden_paths, synchronise
from cms.translation.models import Completeness, TranslatedRevision, TranslationStatus
from cms.translation.prose import fingerprint, percent_translated


def install() -> None:
    """Called once when the apps are ready."""
    Translation.save_target = _save_target
    # Beside each text the editor shows when it was translated; upstream writes its month in English.
    wagtail_localize.models.DATE_FORMAT = "%d/%m/%Y"


def _save_target(self: Translation, user: Any = None, publish: bool = True) -> None:
    """wagtail-localize's entrance; see `save` for what it raises."""
    if not publish and is_summary(self):
        # A summary keeps its own short text: submitting its source again must not start it from scratch.
        Translation.objects.filter(pk=self.pk).update(enabled=False)
        return
    save(self, user=user, publish=publish)


def is_summary(translation: Translation) -> bool:
    """Whether the page in the target language is a summary with a text of its own."""
    return TranslationStatus.objects.filter(
        page__translation_key=translation.source.object_id,
        page__locale_id=translation.target_locale_id,
        completeness=Completeness.SUMMARY,
    ).exists()


def save(translation: Translation, *, user: Any = None, publish: bool = False) -> Page:
    """Save what translators have done as a draft of the page in the target language, and publish it if asked to.

    What is not translated yet is there in the source's language. The page (specific) is returned as it is live.
    Raises SourceDeletedError; ValidationError, with each message kept on the segment that it is about; and, when a
    user without the right asks to publish, PermissionDenied.
    """
    try:
        with transaction.atomic():
            revision = _save_draft(translation, user)
            if publish:
                revision.publish(user=user)
    except ValidationError as error:
        _blame_segments(translation, error)
        raise
    TranslationLog.objects.create(source=translation.source, locale=translation.target_locale, revision=revision)
    return translation.get_target_instance()


def _save_draft(translation: Translation, user: Any) -> Revision:
    source = translation.source
    locale = translation.target_locale
    original = source.as_instance()
    made_from = fingerprint(original)  # now: putting the translated texts in changes the original's blocks in memory
    try:
        draft = source.get_translated_instance(locale)
    except ObjectDoesNotExist:
        draft = original.copy_for_translation(locale, copy_parents=True)
    slug = draft.slug
    synchronise(original, draft)
    segments = source._get_segments_for_translation(locale, fallback=True)
    ingest_segments(original, draft, source.locale, locale, segments)
    # The frozen copy that translators work from may be older than the facts.
    today = source.get_source_instance()
    apply_facts(today, draft, overridden_paths(today, [locale.pk])[locale.pk])
    if draft.slug == original.slug:
        draft.slug = slug  # nobody translated it: the address that the page has here stays
    draft.slug = find_available_slug(draft.get_parent(), slugify(draft.slug), ignore_page_id=draft.pk)
    return save_draft(draft, percent=percent_translated(translation), made_from=made_from, user=user)


def save_draft(draft: Page, *, percent: int, made_from: str, user: Any = None, clean: bool = True) -> Revision:
    """Keep a page in memory as its newest revision; the live row changes in nothing that readers see."""
    draft.alias_of = None  # in memory alone: Wagtail refuses revisions of aliases, and the row stays one
    revision = draft.save_revision(user=user, clean=clean)
    TranslatedRevision.objects.create(revision=revision, percent=percent, made_from=made_from)
    return revision


def _blame_segments(translation: Translation, error: ValidationError) -> None:
    """Show each message on the text or value that it is about, in the translation editor."""
    for name, errors in getattr(error, "error_dict", {}).items():
        place = {
            "context__object_id": translation.source.object_id,
            "context__path": name,
            "locale_id": translation.target_locale_id,
        }
        strings = translation.source.stringsegment_set.values("string")
        for found in (
            *StringTranslation.objects.filter(**place, translation_of__in=strings),
            *SegmentOverride.objects.filter(**place),
        ):
            found.set_field_error(errors)


@transaction.atomic
def submit(page: Page, locales: list[Locale], user: Any) -> list[Translation]:
    """Start translating a page into languages, with a draft in each; nothing that is live changes.

    A language that has a text of its own already (translated, summary or written on its own) is left alone.
    """
    page = page.specific
    source, _created = TranslationSource.update_or_create_from_instance(page)
    started = []
    for locale in locales:
        own = page.get_translations(inclusive=True).filter(locale=locale, alias_of=None).exists()
        if own or locale == page.locale:
            continue
        translation, _created = Translation.objects.update_or_create(
            source=source, target_locale=locale, defaults={"enabled": True}
        )
        save(translation, user=user)
        started.append(translation)
    return started
