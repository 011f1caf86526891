"""Who is told when a fact, an image, a document, the menu or another page changes: what shows it, and no more."""

import json
from typing import Any

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, Site

from borders.models import PageBorder
from cms.changes import feed
from cms.facts import Office, OfficeName
from home.models import NavigationEntry, SiteSettings
from tests.api.conftest import SmallSite
from tests.api.following import Reader, index_references
from tests.factories import borders, documents, pictures, resources
from tests.factories.pages import standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def reader(client: Client, site: SmallSite) -> Reader:
    return Reader(client)


def facts(told: dict[str, Any]) -> set[str]:
    return {f"{fact['type']} {fact['code']} {','.join(fact['reasons']) or fact['state']}" for fact in told["facts"]}


def pages(told: dict[str, Any]) -> set[int]:
    return {page["id"] for page in told["pages"]}


def block(kind: str, value: Any) -> str:
    return json.dumps([{"type": kind, "value": value, "id": "1"}])


class TestFacts:
    def test_a_figure_concerns_its_border_the_whole_and_their_fiches(self, site: SmallSite, reader: Reader) -> None:
        whole = borders.border("fr-es", order=1)
        part = borders.border("fr-ad", countries=["fr"], parent=whole)
        other = borders.border("fr-de")
        figure = borders.key_figure("length-fr-ad", part)
        index = borders.border_index(site.fr)
        fiches = [borders.border_page(index, one) for one in (whole, part, other)]
        linked = standard_page(site.fr, "Nouvelle", slug="nouvelle")
        PageBorder.objects.create(page=linked, fact=part)
        shown = standard_page(site.fr, "Chiffres", slug="chiffres", body=block("key_figures", {"figures": [figure.pk]}))
        reader.ask()

        figure.value = 57
        figure.save()
        told = reader.ask()
        assert facts(told) == {
            "borders.KeyFigure length-fr-ad updated",
            "borders.Border fr-ad dependency",
            "borders.Border fr-es dependency",
        }
        assert pages(told) == {fiches[0].pk, fiches[1].pk, shown.pk}, "not the page that only names the border"

    def test_a_name_concerns_all_that_say_it(self, site: SmallSite, reader: Reader) -> None:
        border = borders.border("fr-de")
        territory = borders.territory("saarmoselle", [border])
        borders.programme("interreg", [border])
        borders.key_figure("length", border)
        fiche = borders.territory_page(borders.territory_index(site.fr), territory)
        linked = standard_page(site.fr, "Nouvelle", slug="nouvelle")
        PageBorder.objects.create(page=linked, fact=border)
        reader.ask()
        border.names.filter(language="de").update(text="Deutsch-französische Grenze")
        told = reader.ask()
        assert facts(told) == {
            "borders.Border fr-de updated",
            "borders.KeyFigure length dependency",
            "borders.Programme interreg dependency",
            "borders.Territory saarmoselle dependency",
        }
        assert pages(told) == {fiche.pk, linked.pk}

    def test_a_name_concerns_territories_whose_programmes_say_it(self, site: SmallSite, reader: Reader) -> None:
        border, other = borders.border("fr-de"), borders.border("fr-lu", order=1)
        borders.programme("grande-region", [border, other])
        beside = borders.territory("alzette-belval", [other])
        borders.territory_page(borders.territory_index(site.fr), beside)
        reader.ask()
        border.names.filter(language="de").update(text="Deutsch-französische Grenze")
        told = reader.ask()
        assert "borders.Territory alzette-belval dependency" in facts(told)
        assert pages(told) == set(), "a fiche does not show the programmes of its territory"

    def test_a_country_concerns_borders_and_territories(self, reader: Reader) -> None:
        border = borders.border("fr-de")
        borders.territory("saarmoselle", [border])
        borders.border("fr-it")
        reader.ask()
        borders.country("de").names.filter(language="fr").update(text="RFA")
        assert facts(reader.ask()) == {
            "borders.Country de updated",
            "borders.Border fr-de dependency",
            "borders.Territory saarmoselle dependency",
        }

    def test_what_a_fact_was_tied_to_shows_it_no_more(self, site: SmallSite, reader: Reader) -> None:
        left, joined = borders.border("fr-de"), borders.border("fr-lu", order=1)
        territory, programme = borders.territory("saarmoselle", [left]), borders.programme("interreg", [left])
        fiche = borders.border_page(borders.border_index(site.fr), left)
        broader, concept = resources.concept("mobility"), resources.concept("trains")
        concept.broader = [broader]
        concept.save()
        reader.ask()
        for fact in (territory, programme):
            fact.borders = [joined]
            fact.save()
            told = reader.ask()
            assert {"borders.Border fr-de dependency", "borders.Border fr-lu dependency"} < facts(told)
            assert pages(told) == {fiche.pk}
        concept.broader = []
        concept.save()
        assert facts(reader.ask()) == {"resources.Concept trains updated", "resources.Concept mobility dependency"}

    def test_what_a_draft_was_tied_to_is_not_told(self, reader: Reader) -> None:
        border = borders.border("fr-de")
        territory = borders.territory("saarmoselle", [border], live=False)
        reader.ask()
        territory.borders = []
        territory.save()
        assert facts(reader.ask()) == set()

    def test_a_name_concerns_blocks_that_say_it_of_something_else(self, site: SmallSite, reader: Reader) -> None:
        whole = borders.border("fr-es", countries=["es"])
        part = borders.border("fr-ad", parent=whole)
        territory = borders.territory("pyrenees", [whole])
        figure = borders.key_figure("length", whole)
        maps = [
            standard_page(site.fr, title, slug=title, body=block(*value))
            for title, value in {
                "whole": ("map", {"borders": [whole.pk]}),
                "part": ("map", {"borders": [part.pk]}),
                "territory": ("map", {"borders": [], "territories": [territory.pk]}),
                "figure": ("key_figures", {"figures": [figure.pk]}),
            }.items()
        ]
        first, second, third, fourth = (page.pk for page in maps)
        reader.ask()
        borders.country("es").names.filter(language="fr").update(text="Royaume d’Espagne")
        assert {first, third} <= pages(reader.ask())
        whole.names.filter(language="fr").update(text="Les Pyrénées")
        assert {first, second, third, fourth} <= pages(reader.ask())
        figure.indicator.names.filter(language="fr").update(text="Longueur en tout")
        assert pages(reader.ask()) == {fourth}

    def test_the_address_of_a_fiche_concerns_its_border_and_maps(self, site: SmallSite, reader: Reader) -> None:
        border = borders.border("fr-de")
        fiche = borders.border_page(borders.border_index(site.fr), border, slug="fr-de")
        with_map = standard_page(site.fr, "Carte", slug="carte", body=block("map", {"borders": [border.pk]}))
        reader.ask()
        fiche.refresh_from_db()
        fiche.slug = "france-allemagne"
        fiche.save_revision().publish()
        told = reader.ask()
        assert facts(told) == {"borders.Border fr-de dependency"}
        assert {fiche.pk, with_map.pk} <= pages(told)

    def test_concepts_name_their_neighbours(self, reader: Reader) -> None:
        theme, concept, beside = (resources.concept(code) for code in ("mobility", "trains", "stations"))
        below = resources.concept("timetables")
        concept.broader = [theme]
        concept.related = [beside]
        concept.save()
        below.broader = [concept]
        below.save()
        resources.concept("health")
        reader.ask()
        concept.names.update(text="Trains")
        assert facts(reader.ask()) == {
            "resources.Concept trains updated",
            "resources.Concept mobility dependency",
            "resources.Concept stations dependency",
            "resources.Concept timetables dependency",
        }

    def test_a_new_code_ends_the_old_one(self, reader: Reader) -> None:
        office = Office.objects.create(code="paris")
        told = reader.ask()
        assert facts(told) == {"cms.Office paris published"}
        assert told["parts"] == ["site"]
        Office.objects.filter(pk=office.pk).update(code="lutece")
        assert facts(reader.ask()) == {"cms.Office lutece updated", "cms.Office paris gone"}
        Office.objects.get(pk=office.pk).delete()
        assert facts(reader.ask()) == {"cms.Office lutece gone"}

    def test_drafts_are_never_told(self, reader: Reader) -> None:
        office = Office.objects.create(code="paris", live=False)
        office.phone = "+33 1 00 00 00 00"
        office.save()
        OfficeName.objects.create(fact=office, language="fr", text="Paris")
        office.delete()
        assert reader.ask() == {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}

    def test_figures_of_what_is_not_published_are_never_told(self, reader: Reader) -> None:
        border = borders.border("fr-de", live=False)
        figure = borders.key_figure("length-fr-de", border)
        figure.note = "secret"
        figure.save()
        assert "length-fr-de" not in json.dumps(reader.ask())
        figure.delete()
        assert "length-fr-de" not in json.dumps(reader.ask())

    def test_figures_go_with_their_border(self, reader: Reader) -> None:
        border = borders.border("fr-de")
        borders.key_figure("length-fr-de", border)
        reader.ask()
        border.unpublish()
        assert facts(reader.ask()) >= {"borders.Border fr-de gone", "borders.KeyFigure length-fr-de gone"}

    def test_the_end_of_a_fact_is_told_of_what_showed_it(self, site: SmallSite, reader: Reader) -> None:
        border = borders.border("fr-de")
        territory = borders.territory("saarmoselle", [border])
        fiche = borders.border_page(borders.border_index(site.fr), border)
        reader.ask()
        territory.delete()
        told = reader.ask()
        assert facts(told) == {"borders.Territory saarmoselle gone", "borders.Border fr-de dependency"}
        assert fiche.pk in pages(told)

    @pytest.mark.parametrize("rows", [1, 500])
    def test_the_end_of_a_fact_is_told_although_it_was_withdrawn_first(
        self, site: SmallSite, reader: Reader, monkeypatch: pytest.MonkeyPatch, rows: int
    ) -> None:
        monkeypatch.setattr(feed, "ROWS", rows)
        on = [borders.border(code) for code in ("fr-lu", "fr-de")]
        territories = [borders.territory(f"on-{border.code}", [border]) for border in on]
        fiche = borders.border_page(borders.border_index(site.fr), on[0])
        reader.ask()
        for territory in territories:
            territory.save_revision().publish()
            territory.refresh_from_db()
            territory.unpublish()
        index_references()
        territories[0].delete()
        told = reader.ask()
        withdrawn = {f"borders.Territory on-{border.code} gone" for border in on}
        assert facts(told) == {*withdrawn, *(f"borders.Border {border.code} dependency" for border in on)}
        assert fiche.pk in pages(told)
        territories[1].delete()
        assert reader.ask() == {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}, "it was told"


class TestFiles:
    def test_an_image_concerns_the_pages_that_show_it(self, site: SmallSite, reader: Reader) -> None:
        image = pictures.image(pictures.camera_jpeg())
        in_body = standard_page(site.fr, "A", slug="a", body=block("image", {"image": image.pk, "alt": "x"}))
        shared = standard_page(site.de, "B", slug="b", sharing_image=image)
        standard_page(site.de, "C", slug="c", live=False, sharing_image=image)
        reader.ask()
        image.credit = "MOT"
        image.save()
        told = reader.ask()
        assert told["images"] == [{"id": image.pk, "state": "public", "reasons": ["updated"]}]
        assert pages(told) == {in_body.pk, shared.pk}
        image.tags.add("carte")
        assert reader.ask()["images"] == [{"id": image.pk, "state": "public", "reasons": ["updated"]}]
        image.tags.clear()
        assert reader.ask()["images"] == [{"id": image.pk, "state": "public", "reasons": ["updated"]}]
        key = image.pk
        image.delete()
        told = reader.ask()
        assert told["images"] == [{"id": key, "state": "gone", "reasons": []}]
        assert pages(told) == {in_body.pk, shared.pk}

    def test_a_document_goes_into_a_private_collection_and_comes_out(self, site: SmallSite, reader: Reader) -> None:
        private = Collection.get_first_root_node().add_child(name="Adhérents secrets")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        document = documents.document(title="Statuts")
        text = f'<a linktype="document" id="{document.pk}">x</a>'
        linking = standard_page(site.fr, "A", slug="a", body=block("paragraph", text))
        reader.ask()
        document.collection = private
        document.save()
        told = reader.ask()
        assert told["documents"] == [{"id": document.pk, "state": "gone", "reasons": []}]
        assert pages(told) == {linking.pk}
        document.title = "Statuts secrets"
        document.save()
        told = reader.ask()
        assert told["documents"] == []
        assert pages(told) == {linking.pk}, "the page says its title, and that it is for members"
        CollectionViewRestriction.objects.all().delete()
        told = reader.ask()
        assert told["documents"] == [{"id": document.pk, "state": "public", "reasons": ["updated"]}]
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        assert reader.ask()["documents"] == [{"id": document.pk, "state": "gone", "reasons": []}]

    def test_private_files_are_never_told(self, reader: Reader) -> None:
        private = Collection.get_first_root_node().add_child(name="Adhérents")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        document = documents.document(title="Secret", collection=private)
        image = pictures.image(pictures.camera_jpeg(), collection=private)
        assert reader.ask() == {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}
        document.delete()
        image.delete()
        assert reader.ask() == {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}


class TestParts:
    def test_the_menu_names_pages(self, site: SmallSite, reader: Reader) -> None:
        NavigationEntry.objects.create(page=site.about)
        assert reader.ask()["parts"] == ["navigation"]
        page = Page.objects.get(pk=site.about.pk).specific
        page.introduction = "Autrement"
        page.save_revision().publish()
        assert reader.ask()["parts"] == []
        page.title = "Nous"
        page.save_revision().publish()
        assert reader.ask()["parts"] == ["navigation"]

    def test_the_menu_leads_to_a_language_of_a_draft(self, site: SmallSite, reader: Reader) -> None:
        draft = standard_page(site.fr, "Brouillon", slug="brouillon-2", live=False, first_published_at=None)
        NavigationEntry.objects.create(page=draft)
        assert reader.ask()["parts"] == []
        standard_page(site.de, "Öffentlich", slug="oeffentlich", translation_key=draft.translation_key)
        assert reader.ask()["parts"] == ["navigation"]
        Page.objects.get(pk=draft.pk).delete()
        told = reader.ask()
        assert (told["parts"], told["pages"]) == (["navigation"], [])

    def test_settings_redirects_and_languages(self, site: SmallSite, reader: Reader) -> None:
        settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
        settings.legal_page = Page.objects.get(pk=site.about.pk)
        settings.save()
        assert reader.ask()["parts"] == ["site"]
        Redirect.objects.create(old_path="/vieux", redirect_page=site.about)
        assert reader.ask()["parts"] == ["redirects"]
        Redirect.objects.create(old_path="/secret", redirect_page=site.draft)
        NavigationEntry.objects.create(page=site.below_private)
        assert reader.ask()["parts"] == []
        Redirect.objects.filter(old_path="/vieux").delete()
        assert reader.ask()["parts"] == ["redirects"]
        site.about_de.refresh_from_db()
        site.about_de.title = "Wir"
        site.about_de.save()
        assert reader.ask()["parts"] == ["site"], "the German site's settings lead to the German page"
        Page.objects.get(pk=site.de.pk).unpublish()
        assert reader.ask()["parts"] == ["locales"]


def test_the_end_of_a_page_is_told_of_what_linked_to_it(site: SmallSite, reader: Reader) -> None:
    text = f'<p><a linktype="page" id="{site.team.pk}">x</a></p>'
    linking = standard_page(site.de, "Verweis", slug="verweis", body=block("paragraph", text))
    reader.ask()
    Page.objects.get(pk=site.team.pk).delete()
    assert pages(reader.ask()) == {site.team.pk, site.about.pk, linking.pk}


@pytest.mark.parametrize("before", ["unpublish", "close", "close the parent"])
def test_the_end_of_a_page_is_told_although_it_was_hidden_first(site: SmallSite, reader: Reader, before: str) -> None:
    border = borders.border("fr-de")
    index = borders.border_index(site.fr)
    fiche = borders.border_page(index, border, slug="fr-de")
    reader.ask()
    if before == "unpublish":
        Page.objects.get(pk=fiche.pk).unpublish()
    else:
        closed = fiche if before == "close" else index
        PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.LOGIN)
    index_references()
    Page.objects.get(pk=fiche.pk).delete()
    told = reader.ask()
    assert facts(told) == {"borders.Border fr-de dependency"}
    assert fiche.pk in pages(told)


def test_who_was_told_that_a_page_is_gone_hears_no_more_of_it(site: SmallSite, reader: Reader) -> None:
    fiche = borders.border_page(borders.border_index(site.fr), borders.border("fr-de"), slug="fr-de")
    NavigationEntry.objects.create(page=fiche)
    Redirect.objects.create(old_path="/vieux", redirect_page=fiche)
    PageViewRestriction.objects.create(page=fiche, restriction_type=PageViewRestriction.LOGIN)
    reader.ask()
    NavigationEntry.objects.update(sort_order=1)
    Redirect.objects.update(is_permanent=False)
    Page.objects.get(pk=fiche.pk).delete()
    assert reader.ask() == {"pages": [], "facts": [], "images": [], "documents": [], "parts": []}


def test_the_end_of_a_private_image_is_not_told_of_what_would_show_it(site: SmallSite, reader: Reader) -> None:
    private = Collection.get_first_root_node().add_child(name="Adhérents")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    image = pictures.image(pictures.camera_jpeg(), collection=private)
    shown = {"image": image.pk, "alt": "", "decorative": True, "caption": ""}
    page = standard_page(site.fr, "Image", slug="image", body=block("image", shown))
    reader.ask()
    image.delete()
    assert page.pk not in pages(told := reader.ask())
    assert told["images"] == []


def test_queries_do_not_grow(client: Client, site: SmallSite, django_assert_max_num_queries: Any) -> None:
    reader = Reader(client)
    border = borders.border("fr-de")
    index = borders.border_index(site.fr)

    def change(count: int) -> None:
        for number in range(count):
            page = standard_page(index, f"Page {count} {number}", body=block("map", {"borders": [border.pk]}))
            PageBorder.objects.create(page=page, fact=border)
            borders.key_figure(f"figure-{count}-{number}", border)
            pictures.image(pictures.camera_jpeg())
            Redirect.objects.create(old_path=f"/{count}/{number}", redirect_page=page)
            page.move(Page.objects.get(pk=site.about.pk), pos="last-child")
            if number % 2:
                Page.objects.get(pk=page.pk).unpublish()

    change(1)
    reader.ask(indexed=False)  # content types are looked up once in a process
    change(2)
    with django_assert_max_num_queries(58):
        reader.ask(indexed=False)
    change(20)
    with django_assert_max_num_queries(58):
        told = reader.ask(indexed=False)
    assert len(told["pages"]) > 10
