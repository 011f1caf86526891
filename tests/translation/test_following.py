"""A page is moved, ordered, unpublished and deleted in all its languages, by whoever may, whatever the route."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from cms.models import User
from cms.publication import html_path
from cms.translation import drafting, trees
from home.models import HomePage, StandardPage
from tests.factories.pages import locale, standard_page
from tests.translation.conftest import in_german, translate_texts
from tests.translation.test_guards import account, client_of


@pytest.fixture
def section(home: HomePage) -> StandardPage:
    """A second place in the tree, untranslated."""
    page = standard_page(home, "Rubrique", slug="rubrique")
    trees.create_fallbacks(page)
    return page


def place(page: Page) -> str:
    return Page.objects.get(pk=page.pk).url_path


def move(client: Client, page: Page, destination: Page) -> Any:
    return client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, destination.pk]), follow=True)


def told(answer: Any) -> list[str]:
    return sorted(message.level_tag for message in answer.context["messages"])


def warning_of(answer: Any) -> str:
    return next(str(message) for message in answer.context["messages"] if message.level_tag == "warning")


def editor(home: HomePage) -> User:
    """Somebody who publishes in French and may only read German."""
    user = account("editor", {home: ["add", "change", "publish"]})
    other = [home.get_translation(locale(code)) for code in ("en", "es", "it", "nl")]
    for page in other:
        for action in ("add", "change", "publish"):
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{action}_page")
            GroupPagePermission.objects.create(group=user.groups.get(), page=page, permission=permission)
    return user


def test_a_page_moves_in_all_its_languages_with_what_is_below(
    admin_client: Client, german: StandardPage, french: StandardPage, section: StandardPage
) -> None:
    below = standard_page(french, "Dessous", slug="dessous")
    trees.create_fallbacks(below)
    answer = move(admin_client, french, section)
    assert told(answer) == ["info", "success"]
    assert place(french) == "/accueil-fr/rubrique/mission/"
    assert place(german) == f"/accueil-fr-de/rubrique/{german.slug}/"
    assert place(french.get_translation(locale("it"))) == "/accueil-fr-it/rubrique/mission/"
    assert place(in_german(below)) == f"/accueil-fr-de/rubrique/{german.slug}/dessous/"
    assert in_german(below).alias_of_id == below.pk
    assert Page.find_problems() == ([], [], [], [], [])


def test_the_old_addresses_of_every_language_lead_to_the_new_ones(
    admin_client: Client,
    german: StandardPage,
    french: StandardPage,
    section: StandardPage,
    django_capture_on_commit_callbacks: Any,
) -> None:
    codes = list(french.get_translations(inclusive=True).values_list("locale__language_code", flat=True))
    before = {code: html_path(code, french.get_translation(locale(code)).url_path) for code in codes}
    with django_capture_on_commit_callbacks(execute=True):
        move(admin_client, french, section)
    assert {"fr", "de", "it"} <= set(codes)
    for code in codes:
        after = html_path(code, place(french.get_translation(locale(code))))
        answer = admin_client.get(f"/api/v2/pages/find/?html_path={before[code]}").json()
        assert answer == {"type": "redirect", "location": after, "permanent": True}
        listed = admin_client.get(f"/api/v2/redirects/?locale={code}").json()["items"]
        assert (before[code].rstrip("/"), after) in {(item["old_path"], item["location"]) for item in listed}


def test_several_pages_at_once_move_along_too(
    admin_client: Client, german: StandardPage, french: StandardPage, section: StandardPage
) -> None:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    admin_client.post(f"{address}?id={french.pk}&next=/admin/", {"chooser": section.pk})
    assert in_german(french).get_parent().pk == in_german(section).pk


def test_a_translation_moves_by_itself_and_then_stays_where_it_is(
    admin_client: Client, german: StandardPage, french: StandardPage, section: StandardPage
) -> None:
    other = standard_page(section.get_parent(), "Ailleurs", slug="ailleurs")
    trees.create_fallbacks(other)
    move(admin_client, german, in_german(other))
    assert place(french) == "/accueil-fr/mission/"
    answer = move(admin_client, french, section)
    assert told(answer) == ["success", "warning"]
    assert place(german) == f"/accueil-fr-de/ailleurs/{german.slug}/"


def test_the_place_is_made_where_a_language_lacks_it(german: StandardPage, french: StandardPage) -> None:
    bare = standard_page(french.get_parent(), "Sans alias", slug="sans-alias")
    french.refresh_from_db()
    french.move(bare, pos="last-child")
    assert place(german) == f"/accueil-fr-de/sans-alias/{german.slug}/"


def test_an_address_that_is_taken_keeps_the_translation_where_it_is(
    admin_client: Client, german: StandardPage, french: StandardPage, section: StandardPage
) -> None:
    standard_page(in_german(section), "Schon da", slug=german.slug)
    before = place(german)
    answer = move(admin_client, french, section)
    assert told(answer) == ["success", "warning"]
    assert "Allemand" in warning_of(answer)
    assert place(german) == before
    assert place(french.get_translation(locale("it"))) == "/accueil-fr-it/rubrique/mission/"


def test_nobody_moves_or_unpublishes_in_a_language_without_the_right(
    german: StandardPage, french: StandardPage, section: StandardPage
) -> None:
    client = client_of(editor(french.get_parent()))
    before = place(german)
    assert told(move(client, french, section)) == ["success", "warning"]
    assert place(german) == before
    assert place(french.get_translation(locale("it"))) == "/accueil-fr-it/rubrique/mission/"
    answer = client.post(reverse("wagtailadmin_pages:unpublish", args=[french.pk]), follow=True)
    assert told(answer) == ["success", "warning"]
    assert in_german(french).live


def test_chapters_are_in_the_same_order_in_every_language(home: HomePage, admin_client: Client) -> None:
    pages = [standard_page(home, title, slug=title.lower()) for title in ("Un", "Deux", "Trois")]
    trees.synchronise_trees()
    alone = standard_page(in_german(home), "Nur deutsch", slug="nur-deutsch")
    trees.create_fallbacks(alone)

    def order(parent: Page) -> list[str]:
        return [page.slug for page in Page.objects.get(pk=parent.pk).get_children()]

    address = reverse("wagtailadmin_pages:set_page_position", args=[pages[2].pk])
    admin_client.post(f"{address}?position=0")
    assert order(home)[:3] == ["trois", "un", "deux"]
    assert order(in_german(home)) == ["trois", "un", "deux", "nur-deutsch"]
    admin_client.post(f"{address}?position=1")
    assert order(in_german(home)) == ["un", "trois", "deux", "nur-deutsch"]


def test_a_page_is_unpublished_in_all_its_languages_and_none_comes_back_by_itself(
    admin_client: Client, german: StandardPage, french: StandardPage
) -> None:
    answer = admin_client.post(reverse("wagtailadmin_pages:unpublish", args=[french.pk]), follow=True)
    assert told(answer) == ["info", "success"]
    assert not Page.objects.filter(translation_key=french.translation_key, live=True).exists()
    french.refresh_from_db()
    french.save_revision().publish()
    assert not in_german(french).live
    assert french.get_translation(locale("it")).live


def test_a_translation_alone_is_unpublished_alone(german: StandardPage, french: StandardPage) -> None:
    german.unpublish()
    french.refresh_from_db()
    assert french.live


def test_expiry_is_the_same_in_every_language(german: StandardPage, french: StandardPage) -> None:
    french.refresh_from_db()
    french.expire_at = timezone.now() + datetime.timedelta(hours=1)
    french.save_revision().publish()
    assert in_german(french).expire_at == french.expire_at
    Page.objects.filter(pk=french.pk).update(expire_at=timezone.now() - datetime.timedelta(minutes=1))
    call_command("publish_scheduled")
    expired = Page.objects.filter(translation_key=french.translation_key)
    assert not expired.filter(live=True).exists()
    assert in_german(french).expired


def test_fallbacks_are_deleted_with_their_source(admin_client: Client, home: HomePage, section: StandardPage) -> None:
    below = standard_page(section, "Dessous", slug="dessous")
    trees.create_fallbacks(below)
    admin_client.post(reverse("wagtailadmin_pages:delete", args=[section.pk]))
    assert set(Page.objects.filter(depth__gt=1).values_list("translation_key", flat=True)) == {home.translation_key}
    assert in_german(home).get_children_count() == 0
    assert Page.find_problems() == ([], [], [], [], [])


def test_what_somebody_wrote_outlives_its_source_unpublished(
    admin_client: Client, german: StandardPage, french: StandardPage, section: StandardPage
) -> None:
    french.refresh_from_db()
    french.move(section, pos="last-child")
    answer = admin_client.post(reverse("wagtailadmin_pages:delete", args=[section.pk]), follow=True)
    assert answer.status_code == 200
    left = {page.locale.language_code: page for page in Page.objects.filter(translation_key=french.translation_key)}
    assert set(left) == {"de"}
    assert not left["de"].live
    assert not Page.objects.filter(translation_key=section.translation_key, live=True).exists()


def test_the_one_who_deletes_is_told_of_texts_that_are_kept(
    admin_client: Client, german: StandardPage, french: StandardPage
) -> None:
    answer = admin_client.post(reverse("wagtailadmin_pages:delete", args=[french.pk]), follow=True)
    assert told(answer) == ["success", "warning"]
    assert "Allemand" in warning_of(answer)


@pytest.mark.parametrize("below", [True, False])
def test_a_copy_is_in_every_language(admin_client: Client, french: StandardPage, below: bool) -> None:
    trees.create_fallbacks(standard_page(french, "Dessous", slug="dessous"))
    form = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": french.get_parent().pk}
    form |= {"copy_subpages": "on"} if below else {}
    answer = admin_client.post(reverse("wagtailadmin_pages:copy", args=[french.pk]), form)
    assert answer.status_code == 302
    copy = Page.objects.get(title="Copie", alias_of=None)
    for page in Page.objects.descendant_of(copy, inclusive=True):
        assert page.get_translations().filter(alias_of=page).count() == 5
    assert copy.get_descendant_count() == below
    assert copy.translation_key != french.translation_key


def test_a_page_is_not_copied_into_another_language(admin_client: Client, french: StandardPage) -> None:
    form = {"new_title": "Kopie", "new_slug": "kopie", "new_parent_page": in_german(french.get_parent()).pk}
    answer = admin_client.post(reverse("wagtailadmin_pages:copy", args=[french.pk]), form, follow=True)
    assert told(answer) == ["error"]
    assert not Page.objects.filter(slug="kopie").exists()


def test_a_draft_of_a_translation_follows_too(french: StandardPage, section: StandardPage) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    drafting.save(translation)
    french.refresh_from_db()
    french.move(section, pos="last-child")
    drafting.save(translation, publish=True)
    german = in_german(french)
    assert german.get_parent().pk == in_german(section).pk
    assert german.url_path.startswith(in_german(section).url_path)
