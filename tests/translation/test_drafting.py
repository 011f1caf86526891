"""Nothing that is live changes until a translation is published."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.operations import translate_object, translate_page_subtree

from cms.translation import drafting, trees
from home.models import StandardPage
from tests.factories.pages import locale, standard_page
from tests.translation.conftest import in_german, translate_texts

Answers = Callable[[], dict[str, bytes]]


def submit_url(page: Page) -> str:
    return reverse("wagtail_localize:submit_page_translation", args=[page.pk])


def update_url(page: Page) -> str:
    source = TranslationSource.objects.get(object_id=page.translation_key, locale=page.locale)
    return reverse("wagtail_localize:update_translations", args=[source.pk])


def test_a_submitted_page_stays_a_live_fallback(admin_client: Client, french: StandardPage, answers: Answers) -> None:
    before = answers()
    response = admin_client.post(submit_url(french), {"locales": [locale("de").pk]})
    assert response.status_code == 302
    assert answers() == before
    fallback = in_german(french)
    assert fallback.alias_of_id == french.pk
    assert fallback.live
    assert fallback.has_unpublished_changes
    assert Translation.objects.get(target_locale=locale("de")).enabled


def test_upstreams_own_operations_leave_the_fallback_alone_too(french: StandardPage, answers: Answers) -> None:
    before = answers()
    translate_object(french, [locale("de")])
    translate_page_subtree(french.get_parent().pk, [locale("de")], None, None)
    assert answers() == before
    assert in_german(french).alias_of_id == french.pk


def test_a_drafted_fallback_still_follows_its_source(french: StandardPage) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation, {"La mission": "Der Auftrag"})
    drafting.save(translation)
    french.introduction = "Autrement dit."
    french.save_revision().publish()
    fallback = in_german(french)
    assert (fallback.introduction, fallback.title, fallback.alias_of_id) == ("Autrement dit.", "La mission", french.pk)
    assert fallback.get_latest_revision_as_object().title == "Der Auftrag"


def test_the_publication_of_a_draft_ends_the_fallback(french: StandardPage, admin_client: Client) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    admin_client.post(reverse("wagtailadmin_pages:edit", args=[in_german(french).pk]), {"action": "publish"})
    page = in_german(french)
    assert (page.alias_of_id, page.live, page.title) == (None, True, "DE La mission")
    assert "DE Un second alinéa." in str(page.body)
    french.introduction = "Autrement dit."
    french.save_revision().publish()
    assert in_german(french).introduction == "DE En bref."


def test_resubmission_writes_no_fallback_text_into_the_live_translation(
    admin_client: Client, french: StandardPage, german: StandardPage, answers: Answers
) -> None:
    french.introduction = "Un autre résumé."
    french.save_revision().publish()
    before = answers()
    assert admin_client.post(update_url(french), {}).status_code == 302
    assert answers() == before
    parent = french.get_parent()
    admin_client.post(submit_url(parent), {"locales": [locale("de").pk], "include_subtree": "on"})
    translate_object(french, [locale("de")])
    assert answers() == before
    assert in_german(french).introduction == "DE En bref."


def test_a_subtree_is_drafted_without_touching_what_is_live(
    admin_client: Client, french: StandardPage, answers: Answers
) -> None:
    child = standard_page(french, "Le détail", slug="detail")
    trees.create_fallbacks(child)
    before = answers()
    admin_client.post(submit_url(french), {"locales": [locale("de").pk], "include_subtree": "on"})
    after = answers()
    assert {address: after[address] for address in before} == before
    assert Translation.objects.filter(source__object_id=child.translation_key).exists()


def test_a_drafted_page_without_a_fallback_is_not_live(french: StandardPage) -> None:
    in_german(french).delete()
    drafting.submit(french, [locale("de")], None)
    assert not in_german(french).live


@pytest.mark.parametrize("route", ["save", "operation"])
def test_a_draft_of_a_live_translation_stays_a_draft(
    french: StandardPage, german: StandardPage, answers: Answers, route: str
) -> None:
    translation = Translation.objects.get(target_locale=locale("de"))
    translate_texts(translation, {"La mission": "Neuer Titel"})
    before = answers()
    if route == "save":
        drafting.save(translation)
    else:
        translation.save_target(publish=False)
    assert answers() == before
    assert in_german(french).get_latest_revision_as_object().title == "Neuer Titel"


def test_the_address_of_a_page_stays_until_somebody_translates_it(french: StandardPage, german: StandardPage) -> None:
    assert german.slug == "mission"
    home = french.get_parent()
    [translation] = drafting.submit(home, [locale("de")], None)
    before = in_german(home).slug
    drafting.save(translation, publish=True)
    assert in_german(home).slug == before
