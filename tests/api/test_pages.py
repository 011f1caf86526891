"""Lists, details and find of pages."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from cms.api.schema.document import document
from cms.page_shapes import page_types
from cms.publication import html_path
from tests.api.conftest import SmallSite
from tests.factories.pages import standard_page

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200, **headers: str) -> Any:
    response = client.get(f"/api/v2/{path}", headers=headers)
    assert response.status_code == status, response.content
    return json.loads(response.content) if response.content else response


@pytest.mark.sqlite
def test_list_shows_public_pages_only(client: Client, site: SmallSite) -> None:
    body = get(client, "pages/")
    assert {item["id"] for item in body["items"]} == site.public
    assert body["meta"]["total_count"] == len(site.public)
    assert "secr" not in json.dumps(body)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "query",
    [
        "?type=home.StandardPage",
        "?locale=fr",
        "?search=secrete",
        "?search=secret",
        "?title=Brouillon+secret",
        "?slug=prive",
        "?order=-title",
        "?order=random",
        "?fields=*",
    ],
)
def test_what_is_not_public_never_shows(client: Client, site: SmallSite, query: str) -> None:
    body = get(client, f"pages/{query}")
    assert "secr" not in json.dumps(body["items"])
    assert body["meta"]["total_count"] == len(body["items"])


def test_hidden_pages_do_not_exist(client: Client, site: SmallSite) -> None:
    for page in site.hidden:
        get(client, f"pages/{page.pk}/", 404)
        get(client, f"pages/find/?id={page.pk}", 404)
        for relation in ("child_of", "descendant_of", "ancestor_of", "translation_of"):
            refused = get(client, f"pages/?{relation}={page.pk}", 400)
            assert refused["errors"][0]["parameter"] == relation
    get(client, "pages/find/?html_path=/fr/prive/enfant/", 404)


def test_pages_of_foreign_types_do_not_exist(client: Client, site: SmallSite) -> None:
    plain = Page(title="Welcome", slug="welcome", locale=site.fr.locale)
    site.fr.add_child(instance=plain)
    get(client, f"pages/{plain.pk}/", 404)
    get(client, "pages/find/?html_path=/fr/welcome/", 404)
    assert plain.pk not in {item["id"] for item in get(client, "pages/?limit=100")["items"]}


def test_card_has_type_beside_meta_and_its_translations(client: Client, site: SmallSite) -> None:
    item = get(client, f"pages/?id={site.about.pk}")["items"][0]
    assert item["type"] == item["meta"]["type"] == "home.StandardPage"
    assert item["introduction"] == "Qui nous sommes"
    assert item["meta"]["html_path"] == "/fr/a-propos/"
    translations = {t["locale"]: t for t in item["meta"]["translations"]}
    assert set(translations) == {"fr", "de"}
    assert translations["de"]["html_path"] == "/de/ueber-uns/"
    assert translations["de"]["id"] == site.about_de.pk
    assert not translations["de"]["is_fallback"]


def test_detail_has_parent_and_breadcrumb(client: Client, site: SmallSite) -> None:
    page = get(client, f"pages/{site.team.pk}/")
    assert page["meta"]["parent"]["id"] == site.about.pk
    assert [step["title"] for step in page["meta"]["breadcrumb"]] == ["Accueil fr", "À propos"]
    assert page["body"] == []


def test_language_does_not_depend_on_the_reader(client: Client, site: SmallSite) -> None:
    plain = client.get(f"/api/v2/pages/{site.about_de.pk}/").content
    for language in ("fr", "de", "nl;q=0.9", "xx"):
        assert client.get(f"/api/v2/pages/{site.about_de.pk}/", headers={"accept-language": language}).content == plain


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?colour=red", "colour"),
        ("?limit=1000", "limit"),
        ("?limit=-1", "limit"),
        ("?offset=x", "offset"),
        ("?locale=xx", "locale"),
        ("?type=home.Nothing", "type"),
        ("?type=auth.User", "type"),
        ("?order=password", "order"),
        ("?fields=body(", "fields"),
        ("?fields=nothing", "fields"),
        ("?child_of=x", "child_of"),
        ("?child_of=999999", "child_of"),
        ("?search=a%00b", "search"),
        ("?locale=fr&locale=de", "locale"),
        ("?updated_since=yesterday", "updated_since"),
        ("?updated_since=0001-01-01", "updated_since"),
        ("?updated_since=9999-12-31T23:59:59-14:00", "updated_since"),
        ("?type=newsroom.EventPage&date_to=9999-12-31", "date_to"),
        ("?show_in_menus=perhaps", "show_in_menus"),
        ("?limit=0000000000000000000000000000101", "limit"),
        ("?type=newsroom.EventPage&registration_url=https://example.org/", "registration_url"),
        ("?site=nowhere.example", "site"),
    ],
)
def test_bad_parameters_are_named(client: Client, site: SmallSite, query: str, parameter: str) -> None:
    body = get(client, f"pages/{query}", 400)
    assert body["status"] == 400
    assert body["message"]
    assert parameter in {error["parameter"] for error in body["errors"]}


def test_a_filter_of_other_types_says_of_which(client: Client, site: SmallSite) -> None:
    def message(query: str) -> str:
        return str(client.get(f"/api/v2/pages/?{query}").json()["errors"][0]["message"])

    with_types = "query parameter is not an operation or a recognised field; it is one of lists with type="
    assert message("seats=1") == message("type=home.StandardPage&seats=1")
    assert message("seats=1") == f"{with_types}newsroom.TrainingPage"
    assert message("colour=red") == with_types.partition(";")[0]
    assert "type=" not in message("type=newsroom.EventPage&date_to=9999-12-31")


def test_links_to_what_is_not_public_are_their_bare_text(client: Client, site: SmallSite) -> None:
    draft = f'<a linktype="page" id="{site.draft.pk}">le projet</a>'
    text = f'<p>Voir {draft} et <a linktype="document" id="9">la note</a></p>'
    site.team.body = [{"type": "paragraph", "value": text, "id": "1"}]
    site.team.save()
    body = get(client, f"pages/{site.team.pk}/")["body"]
    assert body[0]["value"] == "<p>Voir le projet et la note</p>"


def test_a_link_to_a_fallback_says_in_which_language_its_text_is(client: Client, site: SmallSite) -> None:
    fallback = site.team.copy_for_translation(site.de.locale, alias=True)
    value = {"title": "", "pages": [site.team.pk, site.about.pk]}
    site.about_de.body = [{"type": "related_pages", "value": value, "id": "1"}]
    site.about_de.save()
    links = get(client, f"pages/{site.about_de.pk}/")["body"][0]["value"]["pages"]
    assert [(link["id"], link["locale"], link["text_locale"], link["is_fallback"]) for link in links] == [
        (fallback.pk, "de", "fr", True),
        (site.about_de.pk, "de", "de", False),
    ]
    html = client.get("/de/ueber-uns/").content.decode()
    assert 'lang="fr">L&#x27;équipe</a> <small class="badge">auf Französisch</small>' in html


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_a_search_without_words_finds_nothing(client: Client, site: SmallSite, kind: str) -> None:
    assert get(client, f"{kind}/?search=%20")["meta"]["total_count"] == 0


@pytest.mark.sqlite
def test_tree_parameters(client: Client, site: SmallSite) -> None:
    def ids(query: str) -> set[int]:
        return {item["id"] for item in get(client, f"pages/?{query}")["items"]}

    assert ids(f"child_of={site.fr.pk}") == {site.about.pk}
    assert ids("child_of=root") == {site.about.pk}
    assert ids("child_of=root&locale=de") == {site.about_de.pk}
    assert ids(f"descendant_of={site.fr.pk}") == {site.about.pk, site.team.pk}
    assert ids(f"ancestor_of={site.team.pk}") == {site.fr.pk, site.about.pk}
    assert ids(f"translation_of={site.about.pk}") == {site.about_de.pk}


def test_type_in_any_case_and_all_types(client: Client, site: SmallSite) -> None:
    assert get(client, "pages/?type=home.standardpage")["meta"]["total_count"] == 3
    assert get(client, "pages/?type=home.HomePage,home.StandardPage")["meta"]["total_count"] == 5
    assert get(client, "pages/?type=wagtailcore.Page")["meta"]["total_count"] == 5


@pytest.mark.sqlite
def test_order_and_window(client: Client, site: SmallSite) -> None:
    titles = [item["title"] for item in get(client, "pages/?type=home.StandardPage&order=-title")["items"]]
    assert len(titles) == 3
    second = get(client, "pages/?type=home.StandardPage&order=-title&limit=1&offset=1")
    assert [item["title"] for item in second["items"]] == titles[1:2]
    assert second["meta"]["total_count"] == 3


@pytest.mark.sqlite
def test_search_finds_words_and_keeps_other_filters(client: Client, site: SmallSite) -> None:
    from wagtail.search.backends import get_search_backend

    for page in (site.about, site.team):
        get_search_backend().add(page)
    found = get(client, "pages/?search=equipe&locale=fr&type=home.StandardPage")
    assert [item["id"] for item in found["items"]] == [site.team.pk]
    assert get(client, "pages/?search=equipe&locale=de")["items"] == []


@pytest.mark.sqlite
@pytest.mark.parametrize("words", ['"', 'équipe"', '"équipe', '" "', "'", "*", "équipe AND", "NEAR(", "%", "\\"])
@pytest.mark.parametrize("operator", ["and", "or"])
def test_search_takes_any_characters(client: Client, site: SmallSite, words: str, operator: str) -> None:
    from wagtail.search.backends import get_search_backend

    get_search_backend().add(site.team)
    found = get(client, f"pages/?{urlencode({'search': words, 'search_operator': operator})}")
    assert {item["id"] for item in found["items"]} <= {site.team.pk}
    if words.strip('"') == "équipe":
        assert found["meta"]["total_count"] == 1


@pytest.mark.parametrize("repeated", ["private", "below_private"])
@pytest.mark.parametrize("restricted_first", [True, False])
def test_a_fallback_is_as_private_as_what_it_repeats(
    client: Client, site: SmallSite, repeated: str, restricted_first: bool
) -> None:
    """Whatever restricts the source, the page itself or one above it, and whatever is above the fallback."""
    own_text = standard_page(site.de, "Eigener Text", slug="eigener", translation_key=site.private.translation_key)
    if not restricted_first:
        PageViewRestriction.objects.all().delete()
    fallback = getattr(site, repeated).create_alias(
        parent=own_text if repeated == "below_private" else site.de,
        update_slug="rueckfall",
        update_locale=site.de.locale,
    )
    if not restricted_first:
        PageViewRestriction.objects.create(page=site.private, restriction_type=PageViewRestriction.LOGIN)
    below = standard_page(fallback, "Darunter", slug="darunter")
    always = {site.de.pk, site.about_de.pk, own_text.pk}
    paths = {page.pk: html_path("de", page.url_path) for page in (fallback, below)}

    assert {item["id"] for item in get(client, "pages/?locale=de")["items"]} == always
    assert "secr" not in json.dumps(get(client, "pages/?fields=*"))
    for pk, path in paths.items():
        get(client, f"pages/{pk}/", 404)
        get(client, f"pages/find/?id={pk}", 404)
        assert client.get(path).status_code == 302  # to the form that asks for an account

    PageViewRestriction.objects.filter(page=site.private).delete()
    assert {item["id"] for item in get(client, "pages/?locale=de")["items"]} == always | set(paths)
    assert {client.get(path).status_code for path in paths.values()} == {200}


def test_fields(client: Client, site: SmallSite) -> None:
    url = f"pages/?id={site.team.pk}&fields="
    assert get(client, url + "_,title")["items"] == [{"title": "L'équipe"}]
    assert "body" in get(client, url + "body")["items"][0]
    assert "introduction" not in get(client, url + "-introduction")["items"][0]
    whole = get(client, url + "*")["items"][0]
    assert whole == get(client, f"pages/{site.team.pk}/")
    nested = get(client, f"pages/{site.team.pk}/?fields=_,parent(_,title)")
    assert nested == {"meta": {"parent": {"title": "À propos"}}}
    get(client, url + "parent(nothing(deep(er(still))))", 400)


@pytest.mark.sqlite
def test_find_leads_to_the_detail_in_every_language(client: Client, site: SmallSite) -> None:
    for path, page in (("/de/ueber-uns/", site.about_de), ("/fr/a-propos/equipe", site.team), ("/de/", site.de)):
        response = client.get("/api/v2/pages/find/", {"html_path": path, "fields": "_,title"})
        assert response.status_code == 302
        assert response["Location"] == f"/api/v2/pages/{page.pk}/?fields=_%2Ctitle"


def test_find_says_where_a_page_has_gone_or_what_is_near(client: Client, site: SmallSite) -> None:
    Redirect.objects.create(old_path="/fr/ancien", redirect_page=site.about, is_permanent=False)
    Redirect.objects.create(old_path="/fr/fuite", redirect_page=site.draft)
    moved = get(client, "pages/find/?html_path=/fr/ancien/")
    assert moved == {"type": "redirect", "location": "/fr/a-propos/", "permanent": False}
    lost = get(client, "pages/find/?html_path=/fr/a-propos/disparue/", 404)
    assert lost["nearest"] == {"id": site.about.pk, "title": "À propos", "html_path": "/fr/a-propos/"}
    assert "secr" not in json.dumps(get(client, "pages/find/?html_path=/fr/fuite/", 404))
    assert get(client, "pages/find/", 400)["errors"][0]["parameter"] == "html_path"


def test_errors_are_json_whatever_is_asked(client: Client, site: SmallSite) -> None:
    for response in (
        client.post("/api/v2/pages/"),
        client.get("/api/v2/pages/", headers={"accept": "text/html"}),
        client.get("/api/v2/pages/99999999999999999999/"),
        client.get("/api/v2/nothing/"),
    ):
        assert response.status_code in {404, 405, 406}
        assert response["Content-Type"] == "application/problem+json"
        assert json.loads(response.content)["status"] == response.status_code


def test_queries_do_not_grow(client: Client, site: SmallSite, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        standard_page(site.about, f"Page {number}")
    get(client, "pages/?type=home.StandardPage")
    with django_assert_max_num_queries(10):
        get(client, "pages/?type=home.StandardPage&limit=20&fields=*")
    with django_assert_max_num_queries(16):
        get(client, f"pages/{site.team.pk}/")


def test_the_columns_that_lists_can_be_ordered_by_are_documented(client: Client, site: SmallSite) -> None:
    parameters = document()["paths"]["/pages/"]["get"]["parameters"]
    text = next(found["description"] for found in parameters if found["name"] == "order")
    everywhere, *more = re.findall(r"(?:Of every type|With `type=([\w.]+)`): ([^.]+)\.", text)
    by_type = dict(more)
    assert "`start`" in by_type["newsroom.EventPage"]
    for name in page_types():
        columns = re.findall(r"`(\w+)`", everywhere[1] + by_type.get(name, ""))
        response = client.get(f"/api/v2/pages/?type={name}&order={','.join(columns)}")
        assert response.status_code == 200, response.content
