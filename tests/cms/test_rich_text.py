"""Whatever is stored as rich text opens again, is compared and is read; what cannot be is refused or cleaned."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ReferenceIndex

from borders.models import PracticePage
from cms.rich_text import RichTextArea
from home.models import HomePage
from tests.admin import administrator, filled, nested_form_data, streamfield
from tests.factories import borders as make
from tests.factories import documents
from tests.factories.pages import home_page

pytestmark = pytest.mark.django_db

NO_KEYS: list[Any] = [
    "abc",
    "",
    "²",
    "٣",
    "1.5",
    "-1",
    -1,
    1.5,
    True,
    [1],
    {"a": 1},
    10**30,
    "9" * 5000,
    '1" onclick="x',
]


@pytest.fixture
def home() -> HomePage:
    return home_page("fr")


@pytest.fixture
def page(home: HomePage, client: Client) -> PracticePage:
    administrator(client)
    page = make.practice_page(make.practice_index(home), "Le tram")
    page.save_revision().publish()
    return page


def contentstate(*entities: dict[str, Any], **block: Any) -> str:
    """What the editor sends: a word for each entity ("mot0 mot1 …")."""
    words = [f"mot{number}" for number in range(len(entities))]
    places = [sum(len(word) + 1 for word in words[:number]) for number in range(len(words))]
    ranges = [{"offset": places[key], "length": len(words[key]), "key": key} for key in range(len(words))]
    whole = {"key": "abcde", "type": "unstyled", "depth": 0, "text": " ".join(words), "inlineStyleRanges": []}
    return json.dumps(
        {
            "blocks": [{**whole, "entityRanges": ranges, **block}],
            "entityMap": {str(key): {"mutability": "MUTABLE", **entity} for key, entity in enumerate(entities)},
        }
    )


def link(**data: Any) -> dict[str, Any]:
    return {"type": "LINK", "data": data}


def document(**data: Any) -> dict[str, Any]:
    return {"type": "DOCUMENT", "data": data}


def post(client: Client, page: PracticePage, text: str) -> Any:
    """Publish the page with this text in a field, in a block and in a block's item."""
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    blocks = [("paragraph", text), ("callout", {"kind": "info", "title": "", "text": text})]
    form = filled(client, address) | nested_form_data({"body": streamfield(blocks)}) | {"results": text}
    return client.post(address, {**form, "action-publish": "1"})


def texts(page: PracticePage) -> set[str]:
    """The page's rich texts as they are stored."""
    stored = PracticePage.objects.get(pk=page.pk)
    return {stored.results, stored.body[0].value.source, stored.body[1].value["text"].source}


def opens_everywhere(client: Client, page: PracticePage) -> Any:
    """The page's JSON, once its form, its comparison and its reading view were seen to work."""
    compare = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "earliest", "live"])
    for address in (reverse("wagtailadmin_pages:edit", args=[page.pk]), compare, page.get_url()):
        assert client.get(address).status_code == 200, address
    return client.get(f"/api/v2/pages/{page.pk}/").json()


def test_links_to_no_key_are_stored_as_their_text(client: Client, page: PracticePage, home: HomePage) -> None:
    file = documents.document()
    entities = [
        *(link(id=value) for value in NO_KEYS),
        *(document(id=value) for value in NO_KEYS),
        *(link(), link(url=5), link(url=None), document()),
    ]
    kept = [link(id=home.pk), link(id=str(home.pk)), document(id=file.pk), link(id="abc", url="https://example.org/")]
    assert post(client, page, contentstate(*entities, *kept)).status_code == 302
    [stored] = texts(page)
    assert stored.count("<a ") == len(kept)
    assert stored.count(f'<a linktype="page" id="{home.pk}">') == 2
    assert f'linktype="document" id="{file.pk}"' in stored
    assert '<a href="https://example.org/">' in stored
    assert all(f"mot{number}" in stored for number in range(len(entities) + len(kept))), "no word is lost"
    shown = opens_everywhere(client, page)["results"]
    assert f'data-page-id="{home.pk}"' in shown


def test_what_was_stored_before_opens(client: Client, page: PracticePage, home: HomePage) -> None:
    file = documents.document()
    ids = ["abc", "", "²", "1.5", "-1", "9" * 30, "9" * 5000, "[1]", f"0{home.pk}"]
    bad = "".join(f'<a linktype="{kind}" id="{value}">x</a> ' for kind in ("page", "document") for value in ids)
    bad += '<a linktype="page">x</a> <a linktype="document">x</a> <a linktype="page" id=\'abc\'>x</a>'
    good = f'<a linktype="page" id="{home.pk}">là</a> <a id="{file.pk}" linktype="document">ici</a>'
    page.results = f"<p>{bad}{good}</p>"
    page.body = json.dumps(
        [
            {"type": "paragraph", "value": page.results, "id": "11111111-0000-4000-8000-000000000001"},
            {
                "type": "callout",
                "value": {"kind": "info", "title": "", "text": page.results},
                "id": "11111111-0000-4000-8000-000000000002",
            },
        ]
    )
    page.save_revision().publish()
    answer = opens_everywhere(client, page)
    assert f'data-page-id="{home.pk}"' in answer["results"]
    assert f'data-document-id="{file.pk}"' in answer["results"]
    ReferenceIndex.create_or_update_for_object(page)
    assert ReferenceIndex.get_references_to(file).exists()


@pytest.mark.parametrize(
    "text",
    [
        "<p>x</p>",
        "[]",
        "[" * 100_000,
        contentstate(text=5),
        contentstate(type="unordered-list-item", depth=3000),
        contentstate(type="unordered-list-item", depth="x"),
        contentstate(entityRanges=[{"offset": 0, "length": 3, "key": 7}], text="un mot"),
        contentstate(
            link(id=1), link(id=2), entityRanges=[{"offset": n, "length": 4, "key": n} for n in (0, 1)], text="un mot"
        ),
        contentstate(text="\ud800"),
    ],
    ids=["html", "list", "nested", "number", "deep", "depth", "no entity", "overlap", "half a character"],
)
def test_what_no_editor_sends_is_refused(client: Client, page: PracticePage, text: str) -> None:
    before = page.latest_revision_id
    answer = post(client, page, text)
    assert (answer.status_code, "rien n’a été modifié" in answer.content.decode()) == (400, True)
    assert PracticePage.objects.get(pk=page.pk).latest_revision_id == before


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("<p>Un <b>tram</p> qui</b> passe", "Un tram"),
        ("<li>Un tram</li>", "Un tram"),
        ("<ul><p>Un tram<li></ul></b>", "Un tram"),
    ],
)
@pytest.mark.parametrize("where", ["field", "block"])
def test_what_is_malformed_opens_with_a_line_that_is_not_stored(
    page: PracticePage, client: Client, stored: str, shown: str, where: str
) -> None:
    block = json.dumps([{"type": "paragraph", "value": stored, "id": "1"}])
    PracticePage.objects.filter(pk=page.pk).update(**({"results": stored} if where == "field" else {"body": block}))
    PracticePage.objects.get(pk=page.pk).save_revision(clean=False)
    address = reverse("wagtailadmin_pages:edit", args=(page.pk,))
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "erreurs de balisage" in text
    if where == "field":
        opened = RichTextArea().format_value(stored)
        assert shown in " ".join(line["text"] for line in json.loads(opened)["blocks"])
        entered = RichTextArea().value_from_datadict({"x": opened}, {}, "x")
        assert entered is not None
        assert "stored" not in entered
        assert "Un" in entered
        assert RichTextArea().value_from_datadict({"x": RichTextArea().format_value(entered)}, {}, "x") == entered
