"""What an editor wants to know of a page's languages, and what to do about it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from cms.translation.guards import may
from cms.translation.models import Completeness, TranslationStatus

STATES = {
    "source": _("source"),
    "own": _("text of its own"),
    "missing": _("missing"),
    "fallback": _("not translated: shown in the source's language"),
    "draft": _("being translated"),
    Completeness.FULL: _("translated"),
    Completeness.PARTIAL: _("translated in part"),
    Completeness.SUMMARY: pgettext_lazy("reader", "summary"),
}


@dataclass(frozen=True)
class LanguageState:
    """One language of a page as the panel shows it; addresses are empty where the user may not go."""

    language: str
    state: str
    page: Page | None
    status: TranslationStatus | None
    edit_url: str = ""
    confirm_url: str = ""
    summary_url: str = ""

    @property
    def label(self) -> Any:
        """The state in words."""
        return STATES[self.state]

    @property
    def outdated(self) -> bool:
        """Whether the source says something else by now."""
        return bool(self.status and self.status.outdated)


def languages_of(page: Page, user: Any) -> list[LanguageState]:
    """The state of every language of a page."""
    versions = {
        version.locale_id: version
        for version in page.get_translations(inclusive=True).select_related("translation_status", "locale")
    }
    translations = {
        translation.target_locale_id: translation
        for translation in Translation.objects.filter(source__object_id=page.translation_key).select_related("source")
    }
    sources = {translation.source.locale_id for translation in translations.values()}
    return [
        _state(locale, versions.get(locale.pk), translations.get(locale.pk), sources, user)
        for locale in Locale.objects.all()
    ]


def _state(
    locale: Locale, page: Page | None, translation: Translation | None, sources: set[int], user: Any
) -> LanguageState:
    language = str(locale.get_display_name())
    if page is None:
        return LanguageState(language, "missing", None, None)
    status = getattr(page, "translation_status", None)
    drafted = bool(translation and translation.enabled)
    if page.alias_of_id:
        state = "draft" if drafted else "fallback"
    elif status:
        state = status.completeness
    elif translation:
        state = "draft"
    else:
        state = "source" if page.locale_id in sources or not sources else "own"
    if not may(user, page, "can_edit"):
        return LanguageState(language, state, page, status)
    publishes = may(user, page, "can_publish")
    return LanguageState(
        language,
        state,
        page,
        status,
        edit_url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
        confirm_url=reverse("cms_translation_confirm", args=[page.pk])
        if publishes and status and status.outdated
        else "",
        summary_url=reverse("cms_translation_summary", args=[page.pk]) if publishes and translation else "",
    )
