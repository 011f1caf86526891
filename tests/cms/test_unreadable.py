"""Crafted forms of the admin: each is refused with the field's name, and nothing is stored."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from borders.models import Border
from home.models import NavigationEntry
from newsroom.models import NewsPage
from tests import admin
from tests.factories import borders as make
from tests.factories import newsroom
from tests.factories.pages import home_page

pytestmark = pytest.mark.django_db

HUGE = "9" * 30
BLOCK = {"body-count": "1", "body-0-deleted": "", "body-0-order": "0", "body-0-id": ""}
IMAGE = {**BLOCK, "body-0-type": "image", "body-0-value-image": "", "body-0-value-alt": "", "body-0-value-caption": ""}
PAGES = {
    **BLOCK,
    "body-0-type": "related_pages",
    "body-0-value-title": "",
    "body-0-value-pages-count": "1",
    "body-0-value-pages-0-deleted": "",
    "body-0-value-pages-0-order": "0",
    "body-0-value-pages-0-id": "",
    "body-0-value-pages-0-value": "",
}
TABLE = {
    **BLOCK,
    "body-0-type": "table",
    "body-0-value-caption": "",
    "body-0-value-column-count": "0",
    "body-0-value-row-count": "0",
}
LINK = {"border_links-TOTAL_FORMS": "1", "border_links-0-id": "", "border_links-0-ORDER": "1", "title": ""}


@pytest.fixture
def form(editor: Client) -> tuple[str, dict[str, Any]]:
    """The form of a new news item: its address, and what a browser would post."""
    index = newsroom.news_index(home_page("fr"))
    address = reverse("wagtailadmin_pages:add", args=("newsroom", "newspage", index.pk))
    return address, admin.filled(editor, address) | {"title": "Fabriquée", "slug": "fabriquee"}


@pytest.mark.parametrize(
    ("crafted", "field"),
    [
        ({"body-count": "abc"}, "body"),
        ({"body-count": HUGE}, "body"),
        ({"body-count": "-1"}, "body"),
        ({**TABLE, "body-0-value-row-count": " -1"}, "body-0-value-row"),
        ({**IMAGE, "body-0-order": "abc"}, "body"),
        ({**IMAGE, "body-0-value-image": "abc"}, "body-0-value-image"),
        ({**PAGES, "body-0-value-pages-count": "abc"}, "body-0-value-pages"),
        ({**PAGES, "body-0-value-pages-count": HUGE}, "body-0-value-pages"),
        ({**PAGES, "body-0-value-pages-0-value": "abc"}, "body-0-value-pages-0-value"),
        ({**TABLE, "body-0-value-column-count": "abc"}, "body-0-value"),
        ({**TABLE, "body-0-value-row-count": HUGE}, "body-0-value"),
        ({"sharing_image": "abc"}, "sharing_image"),
        ({"sharing_image": "\0"}, "sharing_image"),
        ({**LINK, "border_links-0-fact": "abc"}, "border_links-0-fact"),
        ({"border_links-TOTAL_FORMS": "abc"}, "border_links-TOTAL_FORMS"),
        ({"border_links-TOTAL_FORMS": HUGE}, "border_links-TOTAL_FORMS"),
        ({"border_links-INITIAL_FORMS": "-1"}, "border_links-INITIAL_FORMS"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_400_that_names_the_field(
    editor: Client, form: tuple[str, dict[str, Any]], crafted: dict[str, str], field: str
) -> None:
    address, filled = form
    answer = editor.post(address, filled | crafted)
    assert answer.status_code == 400
    assert f"<code>{field}</code>" in answer.content.decode()
    assert not NewsPage.objects.exists()


@pytest.mark.parametrize("wrong", ["99999999", HUGE, "-1"])
@pytest.mark.parametrize("field", ["sharing_image", "border_links-0-fact"])
def test_what_is_not_there_is_refused_by_the_form(
    editor: Client, form: tuple[str, dict[str, Any]], field: str, wrong: str
) -> None:
    address, filled = form
    row = LINK if field.startswith("border_links-0") else {}
    answer = editor.post(address, filled | row | {"title": "Fabriquée", field: wrong})
    assert answer.status_code == 200
    assert not NewsPage.objects.exists()


def test_forms_of_choosers(editor: Client) -> None:
    answer = editor.post(reverse("wagtailadmin_choose_page_external_link"), {})
    assert (answer.status_code, "<code>external-link-chooser-url</code>" in answer.content.decode()) == (400, True)
    for model in (Border, NavigationEntry):
        chooser = model.snippet_viewset.chooser_viewset
        assert editor.post(reverse(chooser.get_url_name("create")), {}).status_code == 404


@pytest.mark.parametrize("wrong", ["abc", HUGE])
def test_facts_and_bulk_actions_store_nothing_either(editor: Client, wrong: str) -> None:
    border = make.revised(make.border("fr-de"))
    names = Border.snippet_viewset
    address = reverse(names.get_url_name("edit"), args=[border.pk])
    for field in ("parent", "countries"):
        assert editor.post(address, admin.filled(editor, address) | {field: wrong}).status_code in {200, 400}, field
    for model in ("wagtailcore.page", "cms.cmsimage", "cms.cmsdocument", "borders.border"):
        action = reverse("wagtail_bulk_action", args=[*model.split("."), "delete"])
        for answer in (editor.get(f"{action}?id={wrong}"), editor.post(f"{action}?id={wrong}", {})):
            assert (answer.status_code, b"<code>id</code>" in answer.content) == (400, True), model
        assert editor.get(f"{action}?id=99999999").status_code == 404
    assert Border.objects.get().names.count() == 2


@pytest.mark.parametrize("crafted", [{}, {"import_file_name": "passwd", "input_format": "0"}, {"input_format": None}])
def test_an_import_of_redirects_that_cannot_go_on_begins_again(client: Client, crafted: dict[str, Any]) -> None:
    admin.administrator(client)
    file = SimpleUploadedFile("redirects.csv", b"from,to\r\n/vieux,https://example.org/\r\n")
    confirm = client.post(reverse("wagtailredirects:start_import"), {"import_file": file})
    sent = {"import_file_name": "", "input_format": "", "from_index": "0", "to_index": "1", "permanent": "on"}
    sent |= {name: confirm.context["form"].initial[name] for name in ("import_file_name", "input_format")}
    address = reverse("wagtailredirects:process_import")
    if crafted:
        wrong = {name: value for name, value in {**sent, **crafted}.items() if value is not None}
        answer = client.post(address, wrong, follow=True)
        assert not Redirect.objects.exists()
    else:
        assert client.post(address, sent).status_code == 302
        assert Redirect.objects.count() == 1
        answer = client.post(address, sent, follow=True)  # its file is gone
    assert answer.redirect_chain == [(reverse("wagtailredirects:start_import"), 302)]
    assert "choisissez de nouveau le fichier" in answer.content.decode()
