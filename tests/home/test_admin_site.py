"""The menu « Site »: navigation, members and settings, listed and edited by requests."""

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data
from wagtail.users.models import UserProfile

from cms.models import User
from home.models import Member, MemberName, NavigationEntry, NavigationLabel
from tests.admin import administrator
from tests.factories.borders import country
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db

NAVIGATION = "/admin/snippets/home/navigationentry/"
MEMBERS = "/admin/snippets/home/member/"


@pytest.fixture
def admin(client: Client) -> Client:
    administrator(client)
    return client


@pytest.fixture
def about() -> Page:
    return standard_page(home_page(), "À propos", slug="a-propos")


def entry(text: str, **fields: Any) -> NavigationEntry:
    """An entry with an address and a French label."""
    made = NavigationEntry(**{"url": "https://example.org/", **fields})
    made.labels = [NavigationLabel(language="fr", text=text)]
    made.save()
    return made


def posted(**changes: Any) -> dict[str, Any]:
    """A filled form of an entry with one label."""
    labels = nested_form_data({"labels": inline_formset([{"language": "fr", "text": "Ailleurs"}])})
    form = {"menu": "main", "parent": "", "sort_order": "10", "page": "", "url": "https://example.org/", **changes}
    return form | labels


def test_entries_are_listed_as_readers_see_them(admin: Client, about: Page) -> None:
    foot = entry("Contact", menu="footer", sort_order=0)
    second = entry("Second", sort_order=20)
    first = entry("Premier", sort_order=10)
    below = entry("Dessous", sort_order=5, parent=first)
    listed = [found.pk for found in admin.get(NAVIGATION).context["object_list"]]
    assert listed == [first.pk, below.pk, second.pk, foot.pk]
    assert "— Dessous" in admin.get(NAVIGATION).content.decode()
    assert [found.pk for found in admin.get(f"{NAVIGATION}?menu=footer").context["object_list"]] == [foot.pk]
    assert [found.pk for found in admin.get(f"{NAVIGATION}?q=dess").context["object_list"]] == [below.pk]


def test_only_the_first_level_is_offered_as_parent(admin: Client) -> None:
    first = entry("Premier")
    entry("Dessous", parent=first)
    form = admin.get(f"{NAVIGATION}add/").context["form"]
    assert list(form.fields["parent"].queryset) == [first]
    assert list(admin.get(f"{NAVIGATION}edit/{first.pk}/").context["form"].fields["parent"].queryset) == []


def test_an_entry_is_made_and_a_wrong_one_named(admin: Client) -> None:
    assert admin.post(f"{NAVIGATION}add/", posted()).status_code == 302
    assert str(NavigationEntry.objects.get()) == "Ailleurs"
    refused = admin.post(f"{NAVIGATION}add/", posted(url=""))
    assert set(refused.context["form"].errors) == {"page", "url"}


def test_an_unpublished_target_is_said(admin: Client, about: Page) -> None:
    entry("À propos", page=about, url="")
    about.unpublish()
    [found] = admin.get(NAVIGATION).context["object_list"]
    assert not found.page.live
    assert "non publiée" in admin.get(NAVIGATION).content.decode()


def test_members_are_filtered_searched_and_exported(admin: Client) -> None:
    france, italy = country("fr", {"fr": "France"}), country("it", {"fr": "Italie"})
    for code, place, category in (
        ("alcotra", italy, "region"),
        ("grand-est", france, "region"),
        ("mulhouse", france, "chamber"),
    ):
        member = Member(code=code, country=place, category=category, city="Turin" if place == italy else "Mulhouse")
        member.names = [
            MemberName(language="fr", text=f"Adhérent {code}"),
            MemberName(language="de", text=f"DE {code}"),
        ]
        member.save()

    def listed(query: str) -> list[str]:
        return [found.code for found in admin.get(f"{MEMBERS}?{query}").context["object_list"]]

    assert listed("") == ["alcotra", "grand-est", "mulhouse"]
    assert listed("category=region") == ["alcotra", "grand-est"]
    assert listed(f"country={italy.pk}") == ["alcotra"]
    assert listed(f"category=region&country={france.pk}&q=grand") == ["grand-est"]
    assert listed("q=turin") == ["alcotra"]
    rows = b"".join(admin.get(f"{MEMBERS}?export=csv&category=chamber").streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert "Adhérent mulhouse" in rows[1]
    assert "DE mulhouse" in rows[1]


def test_lists_read_the_database_a_fixed_number_of_times(admin: Client, django_assert_max_num_queries: Any) -> None:
    place = country("fr", {"fr": "France"})

    def more(count: int, start: int) -> None:
        for number in range(start, start + count):
            member = Member(code=f"m-{number}", country=place, category="region", city="Metz")
            member.names = [MemberName(language="fr", text=f"Membre {number}")]
            member.save()
            entry(f"Entrée {number}")

    more(2, 0)
    for address in (NAVIGATION, MEMBERS):
        admin.get(address)
        with django_assert_max_num_queries(60) as few:
            admin.get(address)
        more(10, 100 if address == NAVIGATION else 200)
        with django_assert_max_num_queries(len(few)):
            admin.get(address)


def test_the_settings_are_in_one_menu_only(admin: Client) -> None:
    home_page()
    body = admin.get("/admin/").content.decode()
    assert body.count("/admin/settings/home/sitesettings/") == 1
    assert admin.get("/admin/settings/home/sitesettings/", follow=True).status_code == 200


def test_menus_speak_the_language_of_each_user(admin: Client) -> None:
    home_page()
    shown = []
    for language in ("en", "fr"):
        profile = UserProfile.get_for_user(User.objects.get())
        profile.preferred_language = language
        profile.save()
        shown.append(admin.get("/admin/").content.decode())
    for label in ("Shared drafts", "Import records", "Pages to check", "Translations to do", "Guide of this site"):
        assert [label in body for body in shown] == [True, False], label


def test_a_members_point_says_what_is_expected(admin: Client) -> None:
    assert "par exemple 48,58" in admin.get(f"{MEMBERS}add/").content.decode()


def test_every_kind_of_fact_is_in_one_menu_only(admin: Client) -> None:
    home_page()
    body = admin.get("/admin/").content.decode()
    kinds = ("resources/record", "resources/concept", "resources/agent", "resources/recordtype", "borders/border")
    assert [body.count(f'"/admin/snippets/{kind}/"') for kind in kinds] == [1] * len(kinds)


def test_refused_forms_say_so_without_a_gender(admin: Client) -> None:
    shown = admin.post("/admin/snippets/borders/country/add/", {"action-publish": "on", "code": ""})
    assert "Des erreurs empêchent l’enregistrement (pays)." in shown.content.decode()


def test_words_that_wagtail_puts_together_are_french(admin: Client, about: Page) -> None:
    sites = admin.get("/admin/sites/").content.decode()
    assert "Nom du site" in sites
    assert "Page racine" in sites
    form = admin.get(f"/admin/pages/add/home/standardpage/{about.get_parent().pk}/").content.decode()
    assert "Nouveau\u00a0: Page simple" in form
    assert "Soumettre à relecture" in form
    assert f"Page simple\u00a0: {about.title}" in admin.get(f"/admin/pages/{about.pk}/edit/").content.decode()
