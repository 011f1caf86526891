"""A translator without the right to publish publishes by no route; everybody needs the page's own rights."""

import re
from collections.abc import Iterator
from typing import Any

import polib
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.models import GroupPagePermission, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource
from wagtail_localize.wagtail_hooks import register_admin_urls

from cms.models import User
from cms.translation import drafting, guards, trees
from home.models import StandardPage
from tests import worlds
from tests.factories import borders
from tests.factories.pages import locale, standard_page
from tests.translation.conftest import in_german, translate_texts


def account(name: str, rights: dict[Page, list[str]]) -> User:
    """Somebody who may enter the admin, submit translations, and do to some trees what is said."""
    user = User.objects.create_user(name, password="x")
    group = Group.objects.create(name=name)
    group.permissions.add(*Permission.objects.filter(codename__in=("access_admin", "submit_translation")))
    for page, actions in rights.items():
        for action in actions:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{action}_page")
            GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    user.groups.add(group)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def translator(french: StandardPage) -> Client:
    """May edit every tree and publish nowhere."""
    home = french.get_parent()
    return client_of(account("translator", {home: ["change"], in_german(home): ["change"]}))


@pytest.fixture
def stranger(french: StandardPage) -> Client:
    """May submit translations in general, and edit one other page."""
    other = standard_page(french.get_parent(), "Ailleurs", slug="ailleurs")
    return client_of(account("stranger", {other: ["change", "publish"]}))


@worlds.shared
def translation(french: StandardPage) -> Translation:
    """A German draft, translated throughout, on a live fallback."""
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    return translation


def po_file(translation: Translation) -> SimpleUploadedFile:
    return SimpleUploadedFile("de.po", str(translation.export_po()).encode())


def routes(translation: Translation, french: StandardPage) -> dict[str, tuple[str, Any]]:
    """Every address of wagtail-localize that changes something, with what makes it do its worst."""
    german = in_german(french)
    segment = StringSegment.objects.filter(source=translation.source, context__path="title").get()

    def url(name: str, *args: Any) -> str:
        return reverse(f"wagtail_localize:{name}", args=args)

    every = {"locales": [locale("de").pk], "include_subtree": "on", "publish_translations": "on"}
    return {
        "submit_page_translation": (url("submit_page_translation", french.pk), every),
        "submit_page_translation (tree)": (url("submit_page_translation", french.get_parent().pk), every),
        "update_translations": (url("update_translations", translation.source_id), every),
        "edit_string_translation": (url("edit_string_translation", translation.pk, segment.pk), "value=Hallo"),
        "upload_pofile": (url("upload_pofile", translation.pk), {"file": po_file(translation)}),
        "machine_translate": (url("machine_translate", translation.pk), {}),
        "stop_translation": (url("stop_translation", translation.pk), {}),
        "convert_to_alias": (url("convert_to_alias", german.pk), {}),
        "publish in the editor": (reverse("wagtailadmin_pages:edit", args=[german.pk]), {"action": "publish"}),
        "restart": (reverse("wagtailadmin_pages:edit", args=[german.pk]), {"localize-restart-translation": "1"}),
        "convert_alias of Wagtail": (reverse("wagtailadmin_pages:convert_alias", args=[german.pk]), {}),
        "review": (reverse("cms_translation_review", args=[translation.pk]), {}),
        "summary": (reverse("cms_translation_summary", args=[german.pk]), {}),
        "confirm": (reverse("cms_translation_confirm", args=[german.pk]), {}),
    }


def send(client: Client, address: str, data: Any) -> int:
    """The answer's status; 403 also where Wagtail sends whoever lacks a right to its front page with a message."""
    Translation.objects.update(enabled=True)  # an earlier route may have stopped it
    if isinstance(data, str):
        answer = client.put(address, data, content_type="application/x-www-form-urlencoded")
    else:
        answer = client.post(address, {"next": "/admin/pages/", **data})
    return 403 if answer.get("Location") == "/admin/" else answer.status_code


@pytest.fixture(params=["fallback", "translation"])
def case(request: pytest.FixtureRequest, french: StandardPage, translation: Translation) -> Translation:
    """A page whose German is a fallback with a draft, or published and drafted anew."""
    if request.param == "translation":
        drafting.save(translation, publish=True)
        translate_texts(translation, {"En bref.": "Noch nicht freigegeben."})
        drafting.save(translation)
    return translation


def test_a_translator_publishes_by_no_route(
    translator: Client, case: Translation, french: StandardPage, answers: Any
) -> None:
    before = answers()
    for name, (address, data) in routes(case, french).items():
        status = send(translator, address, data)
        assert status < 500, name
        assert answers() == before, name


def test_what_a_translator_is_refused(translator: Client, case: Translation, french: StandardPage) -> None:
    given = {name: send(translator, *route) for name, route in routes(case, french).items()}
    refused = (
        "update_translations",
        "convert_to_alias",
        "publish in the editor",
        "summary",
        "stop_translation",
        "confirm",
    )
    for name in refused:
        assert given[name] in (403, 404), name
    assert Translation.objects.get(pk=case.pk).enabled


def test_what_a_translator_may_do(translator: Client, translation: Translation, french: StandardPage) -> None:
    found = routes(translation, french)
    for name in ("edit_string_translation", "upload_pofile"):
        assert send(translator, *found[name]) in (200, 201, 302), name
    address = found["update_translations"][0]
    assert "publish_translations" not in translator.get(address).content.decode()
    assert translator.post(address, {}).status_code == 302


def test_a_stranger_to_the_page_is_refused_everywhere(
    stranger: Client, case: Translation, french: StandardPage, answers: Any
) -> None:
    before, drafts = answers(), Translation.objects.values_list("pk").order_by("pk")
    known = list(drafts)
    texts = list(StringTranslation.objects.order_by("pk").values_list("data", flat=True))
    for name, (address, data) in routes(case, french).items():
        assert send(stranger, address, data) in (403, 404), name
        assert not Translation.objects.filter(enabled=False).exists(), name
    assert answers() == before
    assert list(drafts) == known
    assert list(StringTranslation.objects.order_by("pk").values_list("data", flat=True)) == texts


def test_without_the_global_right_nothing_is_submitted(french: StandardPage) -> None:
    user = account("editor", {french.get_parent(): ["change", "publish"]})
    user.groups.get().permissions.remove(Permission.objects.get(codename="submit_translation"))
    address = reverse("wagtail_localize:submit_page_translation", args=[french.pk])
    assert send(client_of(user), address, {"locales": [locale("de").pk]}) == 403
    assert not Translation.objects.exists()


def test_stopping_and_starting_again_are_for_who_may_publish(
    translator: Client, admin_client: Client, case: Translation, french: StandardPage
) -> None:
    edit = reverse("wagtailadmin_pages:edit", args=[in_german(french).pk])
    stop = reverse("wagtail_localize:stop_translation", args=[case.pk])
    restart = {"localize-restart-translation": "1"}
    hidden = '[data-w-action-url-value$="/disable/"]'
    assert hidden in translator.get(edit).content.decode()
    assert hidden not in admin_client.get(edit).content.decode()
    Translation.objects.update(enabled=False)
    translator.post(edit, restart)
    assert not Translation.objects.get(pk=case.pk).enabled
    if not in_german(french).alias_of_id:  # a fallback has no form of its own
        assert "localize-restart-translation" not in translator.get(edit).content.decode()
        assert "localize-restart-translation" in admin_client.get(edit).content.decode()
    admin_client.post(edit, restart)
    assert Translation.objects.get(pk=case.pk).enabled == bool(not in_german(french).alias_of_id)
    Translation.objects.update(enabled=True)
    admin_client.post(stop)
    assert not Translation.objects.get(pk=case.pk).enabled


def test_a_translation_is_started_in_ones_own_languages(french: StandardPage) -> None:
    locale("nl")  # a language without a tree
    trees.create_fallbacks(french.get_parent())
    client = client_of(account("fr", {french.get_parent(): ["change", "publish"]}))
    address = reverse("wagtail_localize:submit_page_translation", args=[french.pk])
    assert not client.get(address).context["form"].fields["locales"].queryset.exists()
    answer = client.post(address, {"locales": [locale("de").pk]})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["locales"])
    assert not Translation.objects.exists()


def test_the_report_and_the_lists_show_nothing_that_is_not_ones_own(
    translator: Client, stranger: Client, translation: Translation, french: StandardPage
) -> None:
    report = reverse("wagtail_localize:translations_report")
    assert french.title in translator.get(report).content.decode()
    assert french.title not in stranger.get(report).content.decode()
    for name, args in (("listing", []), ("detail", [1])):
        address = reverse(f"wagtail_localize:snippets_api_{name}", args=["cms", "office", *args])
        assert translator.get(address).status_code == 404


def test_publishing_takes_the_right_in_the_target_language(french: StandardPage, translation: Translation) -> None:
    home = french.get_parent()
    client = client_of(account("fr", {home: ["change", "publish"], in_german(home): ["change"]}))
    address = reverse("wagtail_localize:update_translations", args=[translation.source_id])
    assert send(client, address, {"publish_translations": "on"}) == 403
    assert in_german(french).alias_of_id == french.pk
    allowed = client_of(account("both", {home: ["change", "publish"], in_german(home): ["change", "publish"]}))
    assert allowed.post(address, {"publish_translations": "on"}).status_code == 302
    assert in_german(french).alias_of_id is None


def test_a_subtree_needs_the_right_over_every_page(french: StandardPage) -> None:
    home = french.get_parent()
    child = standard_page(french, "Réservé", slug="reserve")
    user = account("one", {french: ["change"], in_german(home): ["change"]})
    submit = reverse("wagtail_localize:submit_page_translation", args=[home.pk])
    assert send(client_of(user), submit, {"locales": [locale("de").pk], "include_subtree": "on"}) == 403
    assert not Translation.objects.exists()
    submit = reverse("wagtail_localize:submit_page_translation", args=[french.pk])
    client_of(user).post(submit, {"locales": [locale("de").pk], "include_subtree": "on"})
    assert Translation.objects.filter(source__object_id=child.translation_key).exists()


def test_saving_asks_who_publishes_whatever_the_route(french: StandardPage, translation: Translation) -> None:
    user = account("late", {french.get_parent(): ["change"]})
    with pytest.raises(PermissionDenied):
        translation.save_target(user=user, publish=True)
    assert in_german(french).alias_of_id == french.pk


def paths() -> Iterator[str]:
    """The addresses of wagtail-localize's admin below "localize/"."""
    for include in register_admin_urls():
        for pattern in include.url_patterns:
            yield str(pattern.pattern)


# What reads only, or asks for the right to edit the target itself.
SAFE = {
    "jsi18n/",
    "translate/<int:translation_id>/pofile/download/",
    "translate/<int:translation_id>/preview/",
    "translate/<int:translation_id>/preview/<str:mode>/",
}


def test_every_address_of_upstream_is_guarded_or_known_to_be_safe() -> None:
    guarded = {re.sub("^localize/", "", str(pattern.pattern)) for pattern in guards.urls}
    assert set(paths()) - guarded == SAFE
    assert not guarded - set(paths()), "a guard of an address that is gone"


@pytest.mark.parametrize(
    ("content", "stored"),
    [
        (b"", False),
        (b"\xff\xfe\x00 not a catalogue", False),
        (b"/etc/passwd", False),
        (b'msgid "a"\nmsgstr "b"\n', False),
        (b'msgid ""\nmsgstr "X-WagtailLocalize-TranslationID: 0"\n', False),
        (b'msgid "a"\nmsgstr "' + b"<b>" * 5000 + b'"\n', False),
    ],
)
def test_a_wrong_po_file_gets_a_message(
    admin_client: Client, translation: Translation, content: bytes, stored: bool
) -> None:
    before = StringTranslation.objects.count()
    address = reverse("wagtail_localize:upload_pofile", args=[translation.pk])
    answer = admin_client.post(address, {"file": SimpleUploadedFile("x.po", content)}, follow=True)
    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert StringTranslation.objects.count() == before
    assert admin_client.post(address, follow=True).status_code == 200


def test_po_goes_out_and_comes_back(admin_client: Client, french: StandardPage) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    download = admin_client.get(reverse("wagtail_localize:download_pofile", args=[translation.pk]))
    catalogue = polib.pofile(download.content.decode())
    assert {"La mission", "En bref.", "Le cadre"} <= {entry.msgid for entry in catalogue}
    for entry in catalogue:
        if entry.msgctxt != "slug":
            entry.msgstr = f"DE {entry.msgid}"
    upload = SimpleUploadedFile("de.po", str(catalogue).encode())
    admin_client.post(reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": upload})
    drafting.save(translation, publish=True)
    page = in_german(french)
    assert page.title == "DE La mission"
    assert "DE Un texte <b>important</b> avec sa note[^1]." in str(page.body), "markers and marks survive"


def test_hostile_texts_in_a_po_file_reach_no_reader(admin_client: Client, french: StandardPage) -> None:
    [translation] = drafting.submit(french, [locale("de")], None)
    hostile = (
        '<script>alert(1)</script><a href="javascript:alert(2)" onclick="alert(3)">DE</a><img src=x onerror=alert(4)>'
    )
    catalogue = translation.export_po()
    for entry in catalogue:
        if entry.msgctxt != "slug":
            entry.msgstr = hostile
    upload = SimpleUploadedFile("de.po", str(catalogue).encode())
    admin_client.post(reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": upload})
    drafting.save(translation, publish=True)
    page = in_german(french)
    answer = admin_client.get(f"/api/v2/pages/{page.pk}/").json()
    for block in answer["body"]:
        if block["type"] == "paragraph":
            assert not re.search(r"<script|javascript:|onclick|onerror", block["value"]), block
    html = Client().get(page.get_url()).content.decode()
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert "javascript:alert" not in html.replace("&lt;", "").split("<body", 1)[-1] or 'href="javascript' not in html


def test_there_is_no_machine_translation_without_a_key(
    admin_client: Client, french: StandardPage, translation: Translation, settings: Any
) -> None:
    editor = reverse("wagtailadmin_pages:edit", args=[in_german(french).pk])
    address = reverse("wagtail_localize:machine_translate", args=[translation.pk])
    assert address not in admin_client.get(editor).content.decode()
    assert admin_client.post(address).status_code == 404
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "cms.translation.deepl.DeepL",
        "OPTIONS": {"AUTH_KEY": "for-tests"},
    }
    assert address in admin_client.get(editor).content.decode()


def test_snippets_are_never_submitted(admin_client: Client) -> None:
    address = reverse("wagtail_localize:submit_snippet_translation", args=["cms", "office", "1"])
    assert admin_client.get(address).status_code == 404
    assert not TranslationSource.objects.exists()


def test_the_editor_names_the_facts_that_blocks_choose(translator: Client) -> None:
    border = borders.border("fr-de", {"fr": "France–Allemagne"})
    address = f"/admin/localize/api/snippets/borders/border/{border.pk}/"
    assert translator.get(address).json() == {"id": border.pk, "title": "France–Allemagne", "edit_url": None}
    for wrong in (address.replace(f"/{border.pk}/", "/"), address.replace(str(border.pk), "9" * 30)):
        assert translator.get(wrong).status_code == 404
    border.live = False
    border.save()
    assert translator.get(address).status_code == 404, "a draft is nobody's to see who may not edit it"


def test_no_action_of_wagtails_admin_api_goes_past_the_guards(admin_client: Client, french: StandardPage) -> None:
    german = in_german(french)
    for name in PagesAdminAPIViewSet.actions:
        answer = admin_client.post(reverse("wagtailadmin_api:pages:action", args=[german.pk, name]))
        assert answer.status_code == 404, name
    assert in_german(french).alias_of_id == french.pk
    assert admin_client.get(reverse("wagtailadmin_api:pages:detail", args=[german.pk])).status_code == 200
