"""Translation by code: what imports and the demo loader call."""

from wagtail.models import Locale, Page
from wagtail_localize.models import LocaleSynchronization, Translation
from wagtail_localize.synctree import synchronize_tree

from cms.languages import CODES, DEFAULT
from cms.translation.models import Completeness, TranslationStatus


def synchronise_trees() -> None:
    """Give every page an alias in the languages that have no page for it."""
    source = Locale.objects.get(language_code=DEFAULT)
    for code in CODES:
        if code != DEFAULT:
            target = Locale.objects.get(language_code=code)
            LocaleSynchronization.objects.get_or_create(locale=target, defaults={"sync_from": source})
            synchronize_tree(source, target)


def publish_translation(translation: Translation) -> None:
    """Publish a translation as far as it goes."""
    translation.save_target(publish=True)


def mark_summary(page: Page) -> None:
    """Let a page be a summary of its own, no longer synchronised with its source."""
    Translation.objects.filter(source__object_id=page.translation_key, target_locale=page.locale).update(enabled=False)
    TranslationStatus.objects.update_or_create(page=page, defaults={"completeness": Completeness.SUMMARY})
