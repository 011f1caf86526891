"""Translation catalogues: compiled with Python alone, and what the check of `make lint` finds wrong in one."""

import gettext
import os
import shutil
from pathlib import Path

import django.conf
import polib
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as translated
from django.utils.translation import override, pgettext

from cms import catalogues, wagtail_texts

WANTED = {("reader", "Border"), (None, "Save the border")}


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=n > 1;"}
    made.extend(entries)
    return made


def entry(msgid: str, msgstr: str, msgctxt: str | None = None, **more) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, msgctxt=msgctxt, **more)


def found(language: str, *entries: polib.POEntry) -> set[str]:
    return set(catalogues.problems_of_catalogue(catalogue(*entries), language, WANTED))


def test_editors_texts_are_needed_in_french_and_readers_texts_everywhere():
    assert found("fr") == {"missing: [reader] 'Border'", "missing: 'Save the border'"}
    assert found("de") == {"missing: [reader] 'Border'"}
    assert found("de", entry("Border", "Grenze", "reader"), entry("Save the border", "")) == set()


def test_an_empty_a_fuzzy_and_a_forgotten_translation_are_found():
    assert found(
        "de",
        entry("Border", "", "reader"),
        entry("Save the border", "Grenze sichern", flags=["fuzzy"]),
        entry("Gone", "Weg"),
    ) == {
        "not translated: [reader] 'Border'",
        "fuzzy: 'Save the border'",
        "no longer in the sources: 'Gone'",
    }


def test_french_signs_stay_with_their_words():
    message = "Save the border"
    assert "a space where a line may break: 'Save the border'" in found(
        "fr", entry(message, "Enregistrer : la frontière")
    )
    assert "a space where a line may break: 'Save the border'" in found(
        "fr", entry(message, "Enregistrer «\u00a0fr-de »")
    )
    right = entry(message, "Enregistrer\u00a0: «\u00a0fr-de\u00a0»\u202f!")
    assert not any("break" in problem for problem in found("fr", right))


def test_two_apps_that_translate_a_message_differently_are_found():
    assert list(
        catalogues.disagreements(
            [
                ("cms/locale/fr", catalogue(entry("kind", "nature"), entry("kind", "sorte", "reader"))),
                ("home/locale/fr", catalogue(entry("kind", "type"), entry("kind", "sorte", "reader"))),
            ]
        )
    ) == ["home/locale/fr: 'kind' is 'type' here and 'nature' in cms/locale/fr"]


@pytest.mark.skipif(shutil.which("xgettext") is None and not os.environ.get("CI"), reason="needs gettext")
def test_messages_are_found_in_code_and_templates_but_not_in_migrations(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "models.py").write_text('a = pgettext_lazy("reader", "Border")\n')
    (tmp_path / "templates" / "page.html").write_text('{% load i18n %}{% translate "Save" %}')
    (tmp_path / "migrations" / "0001.py").write_text('_("old")\n')
    assert catalogues.messages_of_sources(tmp_path) == {("reader", "Border"), (None, "Save")}


def test_catalogues_are_compiled_once_and_read_by_gettext(tmp_path):
    folder = tmp_path / "app" / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    plural = polib.POEntry(
        msgid="%(n)s border", msgid_plural="%(n)s borders", msgstr_plural={0: "%(n)s frontière", 1: "%(n)s frontières"}
    )
    catalogue(entry("Border", "Frontière", "reader"), plural).save(str(folder / "django.po"))
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert catalogues.compile_catalogues(tmp_path) == 0
    with (folder / "django.mo").open("rb") as compiled:
        read = gettext.GNUTranslations(compiled)
    assert read.pgettext("reader", "Border") == "Frontière"
    assert read.ngettext("%(n)s border", "%(n)s borders", 2) == "%(n)s frontières"


def test_what_was_loaded_of_an_older_catalogue_is_forgotten(tmp_path, settings):
    settings.LOCALE_PATHS = [tmp_path / "app" / "locale"]
    folder = tmp_path / "app" / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with override("fr"):
        assert pgettext("reader", "Ferry") == "Ferry"
    catalogue(entry("Ferry", "Bac", "reader")).save(str(folder / "django.po"))
    catalogues.compile_catalogues(tmp_path)
    with override("fr"):
        assert pgettext("reader", "Ferry") == "Bac"


@pytest.mark.parametrize(
    "text",
    [
        *wagtail_texts.LANGUAGES,
        *wagtail_texts.REVIEW,
        *wagtail_texts.LETTERS,
        *wagtail_texts.HISTORY,
        *wagtail_texts.EITHER_GENDER,
        *wagtail_texts.ELEMENTS,
        *wagtail_texts.TRANSLATION,
        *wagtail_texts.WORDING,
        *wagtail_texts.TITLES,
    ],
)
def test_a_text_of_wagtails_is_still_theirs_and_ours_wins(text):
    path = Path("locale", "fr", "LC_MESSAGES", "django.mo")
    theirs = [Path(app.path) / path for app in apps.get_app_configs() if app.name.startswith("wagtail")]
    theirs.append(Path(django.conf.__file__).parent / path)
    found = [polib.mofile(str(file)).find(text) for file in theirs if file.exists()]
    assert any(found), "Wagtail has no such text any more: take it out"
    ours = polib.mofile(str(Path(catalogues.__file__).parent / path)).find(text)
    with override("fr"):
        assert ours
        assert translated(text) == ours.msgstr


def test_a_broken_catalogue_is_named(tmp_path):
    folder = tmp_path / "app" / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "a\nmsgstr')
    with pytest.raises(ImproperlyConfigured, match=r"django\.po cannot be compiled"):
        catalogues.compile_catalogues(tmp_path)
