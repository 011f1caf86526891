"""What a work is found by: what is public of it, in all its languages, and nothing else."""

import datetime

import pytest
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from borders.models import PageBorder
from cms.facts import NameKind
from resources.files import RecordFile, RecordFileAccess
from resources.models import AgentName, PageTheme, RecordCopy
from search.documents import Works, documents, every, page_id, record_id
from tests.factories import borders, newsroom, resources
from tests.factories.pages import home_page, locale, standard_page
from tests.factories.resources import record_with_text

pytestmark = pytest.mark.django_db


def only(works: Works):
    [found] = documents(works)
    return found


@pytest.fixture
def root():
    """The French home page."""
    return home_page()


@pytest.fixture
def page(root):
    fr_de = borders.border("fr-de", {"fr": "France – Allemagne", "de": "Frankreich – Deutschland"})
    health = resources.concept("health")
    care = resources.concept("care", broader=[health])
    made = standard_page(
        root, "Soins", introduction="Aller chez le médecin.", body=[("paragraph", "<p>De l’autre <b>côté</b></p>")]
    )
    PageBorder.objects.create(page=made, fact=fr_de)
    PageTheme.objects.create(page=made, fact=care)
    return made


def test_a_page_is_one_work_with_its_translations_facts_and_their_names(page):
    german = page.copy_for_translation(locale("de"), copy_parents=True)
    german.title, german.live = "Pflege", True
    german.save()
    found = only(Works(pages={page.translation_key}))
    assert found.id == page_id(page.translation_key)
    assert found.title == {"fr": "Soins", "de": "Pflege"}
    assert found.summary["fr"] == "Aller chez le médecin."
    assert found.body["fr"].split() == ["De", "l’autre", "côté"]
    assert {"France – Allemagne", "Frankreich – Deutschland"} <= set(found.names)
    assert found.keywords["border"] == ["fr-de"]
    assert set(found.keywords["country"]) == {"fr", "de"}
    assert set(found.keywords["concept"]) == {"care", "health"}
    assert found.keywords["language"] == ["de", "fr"]
    assert found.shown["languages"]["de"]["title"] == "Pflege"
    assert found.shown["languages"]["fr"]["html_path"] == f"/fr/{page.slug}/"


def test_fallbacks_drafts_and_private_pages_are_none(page):
    page.copy_for_translation(locale("de"), copy_parents=True, alias=True)
    page.copy_for_translation(locale("en"), copy_parents=True).unpublish()
    assert only(Works(pages={page.translation_key})).title == {"fr": "Soins"}
    below = standard_page(page, "Dessous")
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert documents(Works(pages={page.translation_key, below.translation_key})) == []


def test_a_draft_of_a_page_shows_in_nothing(page):
    page.title = page.introduction = "Brouillon"
    page.save_revision()
    assert "Brouillon" not in repr(only(Works(pages={page.translation_key})))


def test_a_whole_border_is_found_with_its_parts_and_a_territory_with_its_borders(page):
    whole = borders.border("fr-es")
    part = borders.border("fr-ad", parent=whole)
    saar = borders.territory("saarmoselle", [part], {"fr": "SaarMoselle"})
    record = resources.record("Étude")
    record.territories = [saar]
    record.save()
    found = only(Works(records={record.pk}))
    assert set(found.keywords["border"]) == {"fr-ad", "fr-es"}
    assert "SaarMoselle" in found.names


def test_a_record_is_found_by_titles_people_numbers_and_words(page):
    insee = resources.agent("insee")
    insee.names.add(AgentName(language="en", kind=NameKind.ALTERNATIVE, text="Statistics France"))
    insee.save()
    record = resources.record(
        "Les flux",
        texts={"en": "The flows", "pt": "Os fluxos"},
        agents={"author": [insee]},
        identifiers={"doi": "10.1000/xyz123"},
        date=datetime.date(2019, 1, 1),
        keywords="navette\nbassin",
        host="Revue",
        internal_note="Secret",
    )
    record.copies = [RecordCopy(shelf_mark="GV 12.3")]
    record.save()
    found = only(Works(records={record.pk}))
    assert found.id == record_id(record.pk)
    assert found.title == {"fr": "Les flux", "en": "The flows", "pt": "Os fluxos"}
    assert set(found.authors) == {"INSEE", "Statistics France"}
    assert found.keywords["author"] == ["insee"]
    assert found.keywords["type"] == ["report"]
    assert {record.code, "10.1000/xyz123", "GV 12.3"} <= set(found.identifiers)
    assert found.numbers["year"] == 2019
    assert {"navette", "bassin", "Revue"} <= set(found.names)
    assert "title_xx" in found.fields
    assert "Secret" not in repr(found)


def test_a_record_is_found_by_the_text_of_its_open_files():
    collection = Collection.get_first_root_node().add_child(name="Études")
    record, document = record_with_text("Un ornithorynque", collection=collection)
    assert only(Works(records={record.pk})).body == {"de": "Un ornithorynque"}
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    assert only(Works(records={record.pk})).body == {}
    CollectionViewRestriction.objects.all().delete()
    record.files = [RecordFile(document=document, language="de", access=RecordFileAccess.MEMBERS)]
    record.save_revision().publish()
    assert only(Works(records={record.pk})).body == {}


def test_a_record_that_is_not_published_has_none():
    record = resources.record("Étude")
    record.unpublish()
    assert documents(Works(records={record.pk})) == []
    assert not every().records


def test_the_date_of_news_is_the_day_that_it_says(page, root):
    news = newsroom.news(newsroom.news_index(root), date=datetime.date(2020, 2, 3))
    assert (
        only(Works(pages={news.translation_key})).numbers["date"]
        == (datetime.date(2020, 2, 3) - datetime.date(1970, 1, 1)).days
    )


def test_many_works_take_as_many_queries_as_one(page, django_assert_max_num_queries, root):
    parent = root
    keys = {standard_page(parent, f"Page {number}").translation_key for number in range(8)}
    records = {resources.record(f"Étude {number}").pk for number in range(8)}
    documents(Works(pages={page.translation_key}))  # labels are read once
    with django_assert_max_num_queries(27):
        assert len(documents(Works(pages=keys, records=records))) == 16


def test_one_that_cannot_be_made_keeps_no_other_out(page, root, monkeypatch, caplog):
    broken = resources.record("Cassé")
    other = resources.record("Entier")
    name = "search.documents._short"
    monkeypatch.setattr(name, lambda text: 1 / 0 if text == "zero" else text)
    broken.texts.update(abstract="zero")
    found = documents(Works(records={broken.pk, other.pk}))
    assert [document.id for document in found] == [record_id(other.pk)]
    assert f"record-{broken.pk} cannot be searched" in caplog.text
