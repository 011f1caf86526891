"""What stands in a translation in place of the source's own, and links in texts, always lead to something."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from wagtail_localize.models import OverridableSegment, SegmentOverride, StringSegment, Translation

from cms.translation import drafting
from home.models import StandardPage
from tests.factories import pictures
from tests.factories.pages import locale
from tests.translation.conftest import translate_texts

LINKS = (
    '<p>Voir <a href="https://example.org/">ici</a>, <a linktype="page" id="{page}">là</a>'
    ' et <a linktype="page" id="abc">nulle part</a>.</p>'
)


@pytest.fixture
def translation(french: StandardPage) -> Translation:
    """A German draft of a page with a picture of its own and links in its text, one of them to no page."""
    french.sharing_image = pictures.image()
    block = {"type": "paragraph", "id": "11111111-0000-4000-8000-000000000003"}
    french.body = json.dumps([{**block, "value": LINKS.format(page=french.pk)}])
    french.save_revision().publish()
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    return translation


def put(client: Client, name: str, translation: Translation, segment: Any, **values: str) -> int:
    address = reverse(f"wagtail_localize:{name}", args=[translation.pk, segment.pk])
    return client.put(address, urlencode(values), content_type="application/x-www-form-urlencoded").status_code


def works(client: Client, translation: Translation) -> None:
    """The translation opens, is previewed, published and read."""
    german = translation.get_target_instance()
    edit = reverse("wagtailadmin_pages:edit", args=[german.pk])
    for address in (edit, reverse("wagtail_localize:preview_translation", args=[translation.pk])):
        assert client.get(address).status_code == 200, address
    assert client.post(edit, {"action": "publish"}).status_code == 302
    for address in (f"/api/v2/pages/{german.pk}/", german.get_url()):
        assert client.get(address).status_code == 200, address


def overridable(translation: Translation, path: str) -> OverridableSegment:
    return OverridableSegment.objects.get(source=translation.source, context__path__startswith=path)


def test_an_override_names_something_that_exists(admin_client: Client, translation: Translation) -> None:
    picture, link = overridable(translation, "sharing_image"), overridable(translation, "body")
    for segment, values in {
        picture: ("abc", "9" * 30, "9" * 5000, "-1", "", "²", "null", "javascript:alert(1)"),
        link: ("javascript:alert(1)", "data:text/html,x", ""),
    }.items():
        for value in values:
            assert put(admin_client, "edit_override", translation, segment, value=value) == 400, value
        assert put(admin_client, "edit_override", translation, segment) == 400
    assert not SegmentOverride.objects.exists()
    other = pictures.image(name="other.jpg")
    assert put(admin_client, "edit_override", translation, picture, value=str(other.pk)) == 201
    assert put(admin_client, "edit_override", translation, link, value="https://example.org/de/") == 201
    works(admin_client, translation)
    german = translation.get_target_instance()
    assert german.sharing_image == other
    assert 'href="https://example.org/de/"' in german.body[0].value.source
    assert put(admin_client, "edit_override", translation, picture, value="abc") == 400
    assert SegmentOverride.objects.get(context=picture.context).data == str(other.pk), "the earlier one stands"


def test_an_override_goes_with_its_picture(admin_client: Client, translation: Translation) -> None:
    other = pictures.image(name="other.jpg")
    put(admin_client, "edit_override", translation, overridable(translation, "sharing_image"), value=str(other.pk))
    admin_client.post(reverse("wagtailimages:delete", args=[other.pk]))
    works(admin_client, translation)


def test_a_text_brings_no_link_of_its_own(admin_client: Client, translation: Translation) -> None:
    segment = StringSegment.objects.get(source=translation.source, string__data__contains="nulle part")
    for value in ('<a linktype="page" id="abc">x</a>', '<a id="a99">x</a>', '<a id="a3">x</a>', "<b>offen"):
        assert put(admin_client, "edit_string_translation", translation, segment, value=value) in (200, 201)
        works(admin_client, translation)
    assert put(admin_client, "edit_string_translation", translation, segment) == 400
    assert put(admin_client, "edit_string_translation", translation, segment, value="<b>" * 5000) == 400
    works(admin_client, translation)


def test_the_editor_shows_nothing_of_a_file_that_is_gone(admin_client: Client, french: StandardPage) -> None:
    shared, inside = pictures.image(name="shared.jpg"), pictures.image(name="inside.jpg")
    french.sharing_image = shared
    block = {"type": "image", "id": "11111111-0000-4000-8000-000000000003"}
    value = {"image": inside.pk, "alt": "Une vue", "decorative": False, "caption": ""}
    french.body = json.dumps([{**block, "value": value}])
    french.save_revision().publish()
    [translation] = drafting.submit(french, [locale("de")], None)
    translate_texts(translation)
    segments = OverridableSegment.objects.filter(source=translation.source)
    assert {segment.data for segment in segments} == {shared.pk, inside.pk}
    for value in ("abc", "9" * 30, "-1", ""):
        assert put(admin_client, "edit_override", translation, overridable(translation, "body"), value=value) == 400
    for image in (shared, inside):
        admin_client.post(reverse("wagtailimages:delete", args=[image.pk]))
    assert not segments.all(), "their editor would look for what is gone, and show an empty page"
    works(admin_client, translation)
