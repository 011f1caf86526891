"""Completeness and being outdated: honest, independent of one another, and shown to editors."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail_localize.models import Translation, TranslationSource

from cms.translation import drafting, status
from cms.translation.models import Completeness, TranslationStatus
from cms.translation.prose import searchable
from home.models import StandardPage
from tests.factories.pages import locale
from tests.translation.conftest import in_german, translate_texts


def of(french: StandardPage) -> TranslationStatus:
    return TranslationStatus.objects.get(page=in_german(french))


def change(french: StandardPage, introduction: str = "Tout autre chose.") -> None:
    french.introduction = introduction
    french.save_revision().publish()


def in_api(client: Client, french: StandardPage) -> dict[str, Any]:
    """What the French page says of its German translation."""
    found = client.get(f"/api/v2/pages/{french.pk}/").json()["meta"]["translations"]
    german = next(item for item in found if item["locale"] == "de")
    return {key: german[key] for key in ("completeness", "percent", "outdated", "is_fallback")}


def test_a_fallback_and_a_draft_have_no_status(client: Client, french: StandardPage) -> None:
    before = in_api(client, french)
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation, {"La mission": "Der Auftrag"})
    drafting.save(translation)
    assert not TranslationStatus.objects.exists()
    assert in_api(client, french) == before == {**before, "is_fallback": True, "outdated": False}


def test_full_and_partial_are_counted_at_publication(client: Client, french: StandardPage) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation, {"La mission": "Der Auftrag", "En bref.": "Kurz."})
    drafting.save(translation, publish=True)
    assert in_api(client, french) == {
        "completeness": "partial", "percent": 40, "outdated": False, "is_fallback": False
    }  # fmt: skip
    translate_texts(translation)
    assert of(french).percent == 40, "what is not published does not count"
    drafting.save(translation, publish=True)
    assert in_api(client, french)["completeness"] == "full"


def test_publishing_an_older_draft_counts_what_is_in_it(french: StandardPage) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation, {"La mission": "Der Auftrag"})
    drafting.save(translation)
    revision = in_german(french).latest_revision
    translate_texts(translation)
    revision.publish()
    assert of(french).percent == 20


def test_only_a_published_change_of_the_text_outdates(
    client: Client, french: StandardPage, german: StandardPage
) -> None:
    french.introduction = "Tout autre chose."
    revision = french.save_revision()
    assert not of(french).outdated
    revision.publish()
    assert in_api(client, french)["outdated"]
    assert of(french).completeness == Completeness.FULL, "two axes"
    change(french, "En bref.")
    assert not of(french).outdated, "the text is back"


def test_facts_and_the_address_outdate_nothing(french: StandardPage, german: StandardPage) -> None:
    french.no_index = True
    french.slug = "notre-mission"
    french.save_revision().publish()
    assert not of(french).outdated


def test_an_updated_translation_is_of_today_again(french: StandardPage, german: StandardPage) -> None:
    change(french)
    translation = Translation.objects.get()
    drafting.save(translation, publish=True)
    assert of(french).outdated, "made from the old text"
    translation.source.update_from_db()
    translate_texts(translation)
    drafting.save(translation, publish=True)
    assert not of(french).outdated


def test_the_editor_asks_for_changed_texts_until_it_has_them(
    admin_client: Client, french: StandardPage, german: StandardPage
) -> None:
    editor = reverse("wagtailadmin_pages:edit", args=[german.pk])
    change(french)
    shown = admin_client.get(editor).content.decode()
    assert "la source a changé depuis" in shown
    assert "Reprendre les textes modifiés" in shown
    Translation.objects.get().source.update_from_db()
    shown = admin_client.get(editor).content.decode()
    assert "les textes modifiés sont repris" in shown
    assert "Reprendre les textes modifiés" not in shown


def test_still_valid_says_who_and_when_and_outlives_a_publication(
    admin_client: Client, admin_user: Any, french: StandardPage, german: StandardPage
) -> None:
    change(french)
    address = reverse("cms_translation_confirm", args=[german.pk])
    assert admin_client.get(address).status_code == 200
    assert of(french).outdated, "asking changes nothing"
    admin_client.post(address)
    found = of(french)
    assert (found.outdated, found.confirmed_by) == (False, admin_user)
    assert found.confirmed_at
    drafting.save(Translation.objects.get(), publish=True)
    assert not of(french).outdated
    change(french, "Encore autre chose.")
    assert of(french).outdated


def test_a_summary_is_marked_kept_and_ended(admin_client: Client, french: StandardPage, german: StandardPage) -> None:
    address = reverse("cms_translation_summary", args=[german.pk])
    assert admin_client.get(address).status_code == 200
    admin_client.post(address)
    assert in_api(admin_client, french) == {
        "completeness": "summary", "percent": 0, "outdated": False, "is_fallback": False
    }  # fmt: skip
    page = in_german(french)
    page.introduction = "Kurz gesagt."
    page.save_revision().publish()
    change(french)
    assert in_german(french).introduction == "Kurz gesagt."
    assert of(french).outdated
    Translation.objects.get().save_target(publish=False)
    assert not Translation.objects.get().enabled, "submitting the source again does not start it from scratch"
    admin_client.post(address)
    assert Translation.objects.get().enabled
    assert of(french).completeness == Completeness.SUMMARY, "readers still have the summary"
    translate_texts(Translation.objects.get())
    drafting.save(Translation.objects.get(), publish=True)
    assert of(french).completeness == Completeness.FULL


def test_a_summary_of_a_fallback_is_not_live_before_it_is_written(french: StandardPage) -> None:
    drafting.submit(french, [locale("de")], None)
    status.mark_summary(in_german(french))
    page = in_german(french)
    assert (page.live, page.alias_of_id) == (False, None)
    page = page.get_latest_revision_as_object()
    page.title = "Kurz"
    page.save_revision().publish()
    assert (in_german(french).title, in_german(french).live) == ("Kurz", True)
    assert of(french).completeness == Completeness.SUMMARY


def test_a_page_that_is_a_fallback_again_has_no_status(
    admin_client: Client, french: StandardPage, german: StandardPage
) -> None:
    admin_client.post(reverse("wagtail_localize:convert_to_alias", args=[german.pk]))
    page = in_german(french)
    assert page.alias_of_id == french.pk
    assert page.title == "La mission"
    assert not TranslationStatus.objects.exists()
    change(french)
    assert not in_german(french).has_unpublished_changes


@pytest.mark.parametrize("wrong", [{"percent": 7, "completeness": "partial"}, {"outdated": True}, None])
def test_the_rebuild_repairs(french: StandardPage, german: StandardPage, wrong: dict[str, Any] | None) -> None:
    right = TranslationStatus.objects.values().get()
    if wrong is None:
        TranslationStatus.objects.all().delete()
    else:
        TranslationStatus.objects.update(**wrong)
    call_command("rebuild_translation_status")
    assert TranslationStatus.objects.values().get() == right


def test_editors_see_the_state(admin_client: Client, french: StandardPage, german: StandardPage) -> None:
    change(french)
    editor = admin_client.get(reverse("wagtailadmin_pages:edit", args=[german.pk])).content.decode()
    assert reverse("cms_translation_confirm", args=[german.pk]) in editor
    for language, state, there in (("de", "outdated", True), ("", "outdated", True), ("de", "partial", False)):
        report = admin_client.get(reverse("cms_translation_report"), {"language": language, "state": state})
        assert (reverse("wagtailadmin_pages:edit", args=[german.pk]) in report.content.decode()) is there


def test_the_report_names_what_is_missing(admin_client: Client, french: StandardPage) -> None:
    page = in_german(french)
    german = admin_client.get(reverse("cms_translation_report"), {"language": "de", "state": "missing"})
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in german.content.decode()
    page.delete()
    german = admin_client.get(reverse("cms_translation_report"), {"language": "de", "state": "missing"})
    assert reverse("wagtailadmin_pages:edit", args=[french.pk]) in german.content.decode()


def test_the_report_is_exported(admin_client: Client, french: StandardPage, german: StandardPage) -> None:
    change(french)
    sheet = admin_client.get(reverse("cms_translation_report"), {"language": "de", "export": "csv"})
    [_head, *rows] = b"".join(sheet.streaming_content).decode().splitlines()
    assert [row.split(",")[2:4] for row in rows] == [["de", "Manquante"], ["de", "À mettre à jour"]]


def test_the_page_form_lists_the_languages(admin_client: Client, french: StandardPage, german: StandardPage) -> None:
    from cms.translation.overview import languages_of

    user = admin_client.get("/admin/").wsgi_request.user
    states = {state.page.locale.language_code: state.state for state in languages_of(french, user) if state.page}
    assert (states["fr"], states["de"]) == ("source", "full")
    assert TranslationSource.objects.count() == 1


def test_what_is_searched_has_no_marks_of_footnotes(french: StandardPage) -> None:
    assert "important avec sa note. Un" in searchable(french)
