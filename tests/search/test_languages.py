"""Which language a query is in, and words as both engines see them."""

import pytest

from search import languages
from search.languages import LANGUAGES, weigh


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Comment créer un groupement ?", "fr"),
        ("How many people cross the border?", "en"),
        ("Wie viele Menschen überqueren die Grenze?", "de"),
        ("¿Cuántas personas cruzan la frontera?", "es"),
        ("Quante persone attraversano il confine ogni giorno?", "it"),
        ("Hoeveel mensen steken de grens over?", "nl"),
    ],
)
def test_function_words_tell_the_language_whatever_the_reader_reads(text, language):
    for locale in (*LANGUAGES, None):
        likely = weigh(text, locale)
        assert max(likely, key=likely.get) == language


def test_keywords_leave_every_language_possible_and_the_readers_first():
    assert weigh("transport hospital", None) == dict.fromkeys(LANGUAGES, 1.0)
    likely = weigh("transport hospital", "it")
    assert set(likely) == set(LANGUAGES)
    assert likely["it"] == 1 > likely["fr"]


def test_clean_text_has_nothing_that_an_engine_refuses():
    assert languages.clean("e\u0301t\u00e9 \ud800\x00a\ue000b\u00ad-\u200bc") == "été ? ab-c"
    assert languages.fold("ÉTÉ Straße Œuvre") == "ete strasse oeuvre"


def test_every_language_of_the_site_is_analysed(settings):
    assert set(LANGUAGES) == {code for code, _label in settings.LANGUAGES}
    assert all(len(language.stop_words) > 90 and language.question_words for language in LANGUAGES.values())


def test_text_is_cleaned_alike_whether_it_needs_to_be_or_not():
    for code in range(0x10000):
        text = f"a{chr(code)}b"
        assert languages.clean(text) == languages.clean(f"{text}\n\n").removesuffix(" "), hex(code)
