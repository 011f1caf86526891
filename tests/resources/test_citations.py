"""References in ISO 690 and APA."""

from typing import Any

import pytest

from cms.languages import CODES
from resources.citations import references
from tests.contracts.naughty import WORDS

REPORT: dict[str, Any] = {
    "id": "12",
    "type": "report",
    "title": "Les trains & la santé",
    "author": [{"family": "Dupont", "given": "Jean"}, {"literal": "INSEE"}],
    "issued": {"date-parts": [[2019, 5]]},
    "publisher": "MOT",
    "publisher-place": "Paris",
    "genre": "Étude",
    "URL": "https://example.org/a",
    "abstract": "Not part of it",
}


def written(locale: str = "fr", **fields: Any) -> dict[str, str]:
    item = {name: value for name, value in {**REPORT, **fields}.items() if value}
    return {str(one.style.label): one.text for one in references(item, locale)}


def test_a_report():
    assert written() == {
        "ISO 690": "DUPONT, Jean et INSEE, 2019. Les trains & la santé [en ligne]. Étude. Paris\u00a0: MOT. "
        "Disponible à l’adresse\u00a0: https://example.org/a",
        "APA": "Dupont, J., & INSEE. (2019). Les trains & la santé [Étude]. MOT. https://example.org/a",
    }


def test_a_title_in_italics_and_nothing_of_the_record_as_markup():
    item = {**REPORT, "title": "<b>A</b> & \ue000B"}
    [iso, apa] = references(item, "fr")
    assert "<" not in iso.html.replace("<i>", "").replace("</i>", "")
    assert "&lt;b&gt;A&lt;/b&gt; &amp; B" in iso.html
    assert "<i>Les trains &amp; la santé</i>" in references(REPORT, "fr")[0].html
    assert apa.text.startswith("Dupont, J., & INSEE. (2019). <b>A</b> & B")


def test_an_article():
    fields = {"container-title": "Revue", "volume": "3", "issue": "2", "page": "12-27", "DOI": "10.1/x", "URL": ""}
    found = written("en", type="article-journal", **fields)
    assert "Les trains & la santé. Revue. May 2019. Vol. 3, no. 2, p. 12–27. DOI 10.1/x" in found["ISO 690"]
    assert found["APA"].endswith("Les trains & la santé. Revue, 3(2), 12–27. https://doi.org/10.1/x")


def test_the_words_are_those_of_the_reader():
    assert {locale: written(locale)["ISO 690"].split(", 2019")[0] for locale in CODES} == {
        "fr": "DUPONT, Jean et INSEE",
        "en": "DUPONT, Jean and INSEE",
        "de": "DUPONT, Jean und INSEE",
        "es": "DUPONT, J. y INSEE",
        "it": "DUPONT, Jean and INSEE",
        "nl": "DUPONT, Jean and INSEE",
    }


def test_where_nobody_is_named_the_publisher_answers():
    found = written(author=[])
    assert found["APA"] == "MOT. (2019). Les trains & la santé [Étude]. https://example.org/a"
    assert found["ISO 690"].startswith("Les trains & la santé, 2019. [en ligne]. Étude. Paris\u00a0: MOT.")


@pytest.mark.parametrize("fields", [{"type": "thesis"}, {"author": [], "publisher": ""}])
def test_apa_is_left_out_where_it_would_be_wrong(fields):
    assert list(written(**fields)) == ["ISO 690"]


def test_a_chapter_of_nothing_is_a_book():
    assert "In" not in written(type="chapter", title="Kapitel")["ISO 690"]


def test_any_nonsense_costs_no_page():
    for word in [*WORDS, "<i>", "1-2-3", "-", "12-"]:
        names = ("title", "publisher", "publisher-place", "container-title", "volume", "issue", "page", "edition")
        fields = dict.fromkeys((*names, "DOI", "ISBN", "URL", "genre"), word)
        for kind in ("report", "chapter", "article-journal"):
            references({**REPORT, **fields, "type": kind, "author": [{"literal": word}]}, "fr")
