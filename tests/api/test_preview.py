"""Drafts for a front end: what a token opens, for whom and how long."""

import json
import re
import time
import uuid
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cms import roles
from cms.languages import CODES
from cms.models import PreviewSnapshot, User
from cms.preview import access
from cms.translation import drafting, trees
from tests.admin import administrator, filled, inline_formset, rich, streamfield
from tests.api.wsgi import ask, cached_application
from tests.factories import borders, newsroom, pictures
from tests.factories.every_type import every_type
from tests.factories.pages import home_page, locale, standard_page

pytestmark = pytest.mark.django_db

FRONT_END = "https://www.example.org"


@pytest.fixture(autouse=True)
def front_end(client: Client, settings: Any) -> None:
    settings.FRONTEND_URLS = dict.fromkeys(CODES, FRONT_END)
    administrator(client)


def token_of(answer: Any) -> str:
    """What the front end is given by the admin's preview."""
    assert answer.status_code == 302, answer.status_code
    address = urlsplit(answer.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{FRONT_END}/preview/"
    [token] = parse_qs(address.query)["token"]
    return token


def draft_token(client: Client, page: Page) -> str:
    return token_of(client.get(reverse("wagtailadmin_pages:view_draft", args=(page.pk,))))


def previewed(token: str) -> Any:
    """The answer to anybody who has the token."""
    return Client().get("/api/v2/preview/", {"token": token})


def without_moments(body: bytes) -> list[str]:
    """An answer without what publication itself sets: when it took place."""
    page = json.loads(body)
    del page["meta"]["first_published_at"], page["meta"]["last_published_at"]
    for thing in page["meta"]["json_ld"]["@graph"]:
        thing.pop("datePublished", None)
        thing.pop("dateModified", None)
    return json.dumps(page, ensure_ascii=False, indent=1).splitlines()


def test_a_draft_of_every_type_is_answered_as_its_detail_will_be(client: Client) -> None:
    for name, page in every_type("Un texte").items():
        page = page.specific
        for was_live in (True, False):
            Page.objects.filter(pk=page.pk).update(live=was_live)
            page.title = f"Brouillon {name} {was_live}"
            page.introduction = "Autrement."
            page.slug = f"brouillon-{name}-{was_live}".lower() if name != "HomePage" else page.slug
            revision = page.save_revision()
            answer = previewed(draft_token(client, page))
            assert answer.json()["title"] == page.title
            revision.publish()
            published = client.get(f"/api/v2/pages/{page.pk}/")
            assert without_moments(answer.content) == without_moments(published.content), name


def test_a_new_page_has_no_key_yet_and_is_otherwise_as_it_will_be(client: Client) -> None:
    index = newsroom.event_index(home_page("fr"))
    newsroom.event(index)
    place = ("newsroom", "eventpage", index.pk)
    add, preview = (reverse(f"wagtailadmin_pages:{name}", args=place) for name in ("add", "preview_on_add"))
    session = {"start": "2030-05-20 09:00", "end": "2030-05-20 12:00", "timezone": "Europe/Paris"}
    changes = {
        "title": "Rencontre",
        "slug": "rencontre",
        "event_type": "conference",
        "sessions": inline_formset([session]),
        "border_links": inline_formset([{"fact": borders.border().pk}]),
        "programme": rich("<p>Accueil</p>"),
        "body": streamfield([("paragraph", rich("<p>Un paragraphe</p>")), ("image", {"image": pictures.image().pk})]),
    }
    form = filled(client, add, **changes)
    # As the editor's script does, which gives each block an id of its own.
    form |= {f"body-{number}-id": str(uuid.uuid4()) for number in range(2)}
    form |= {"body-1-value-alt": "Une carte"}
    assert client.post(preview, form).json()["is_valid"]
    shown = previewed(token_of(client.get(preview))).json()
    assert not Page.objects.filter(slug="rencontre").exists()
    assert client.post(add, {**form, "action-publish": "on"}).status_code == 302
    new_is_as_published(client, shown, "rencontre")


def new_is_as_published(client: Client, shown: Any, slug: str) -> None:
    assert (shown["id"], shown["meta"]["detail_url"]) == (None, None)
    assert [(one["locale"], one["id"]) for one in shown["meta"]["translations"]] == [("fr", None)]
    page = Page.objects.get(slug=slug, locale__language_code="fr")
    published = client.get(f"/api/v2/pages/{page.pk}/").json()
    fact = shown.get("border") or shown.get("territory")
    if fact:  # what it is the fiche of leads to it once it has a key
        assert fact["page"] is None
        fact["page"] = (published.get("border") or published.get("territory"))["page"]
    for whole in (shown, published):  # the page's key, and the fallbacks that are made with it
        del whole["id"], whole["meta"]["detail_url"], whole["meta"]["translations"]
    as_bytes = [json.dumps(whole).encode() for whole in (shown, published)]
    assert without_moments(as_bytes[0]) == without_moments(as_bytes[1]), shown["type"]


@pytest.mark.slow
def test_a_new_page_of_every_type_is_answered_as_it_will_be(client: Client) -> None:
    text = streamfield([("paragraph", rich("<p>Un paragraphe</p>"))])
    for name, page in reversed(every_type("Un texte").items()):  # what is below another before that
        if name == "HomePage":
            continue  # it is made with the site
        more = {"body": text} if any(field.name == "body" for field in page._meta.get_fields()) else {}
        form = filled(client, reverse("wagtailadmin_pages:edit", args=(page.pk,)), **more)
        new = {field: "0" for field in form if field.endswith("-INITIAL_FORMS")}
        new |= {field: "" for field in form if re.fullmatch(r"\w+-\d+-id", field) and not field.startswith("body")}
        place = (page._meta.app_label, page._meta.model_name, page.get_parent().pk)
        add, preview = (reverse(f"wagtailadmin_pages:{view}", args=place) for view in ("add", "preview_on_add"))
        Page.objects.get(pk=page.pk).delete()  # in whose place another one comes
        form = {
            **form,
            **new,
            "title": f"Nouvelle {name}",
            "slug": f"nouvelle-{name.lower()}",
            "body-0-id": str(uuid.uuid4()),
        }
        assert client.post(preview, form).json()["is_valid"], name
        shown = previewed(token_of(client.get(preview))).json()
        assert client.post(add, {**form, "action-publish": "on"}).status_code == 302, name
        new_is_as_published(client, shown, form["slug"])


def test_the_draft_of_a_translation_says_what_it_will_be_complete_to(client: Client) -> None:
    page = standard_page(home_page("fr"), "À propos", slug="a-propos", introduction="Qui nous sommes")
    trees.synchronise_trees()
    [translation] = drafting.submit(page, [locale("de")], None)
    preview = reverse("wagtail_localize:preview_translation", args=(translation.pk,))
    answer = previewed(token_of(client.get(preview)))
    own = next(one for one in answer.json()["meta"]["translations"] if one["locale"] == "de")
    assert (own["completeness"], own["percent"], own["is_fallback"]) == ("partial", 0, False)
    drafting.save(translation, publish=True)
    german = translation.get_target_instance()
    published = client.get(f"/api/v2/pages/{german.pk}/")
    assert without_moments(answer.content) == without_moments(published.content)


def test_the_draft_of_a_source_says_which_translations_it_will_outdate(client: Client) -> None:
    page = standard_page(home_page("fr"), "À propos", slug="a-propos", introduction="Qui nous sommes")
    trees.synchronise_trees()
    [translation] = drafting.submit(page, [locale("de")], None)
    drafting.save(translation, publish=True)
    page.refresh_from_db()
    page.introduction = "Qui nous sommes aujourd’hui"
    revision = page.save_revision()
    shown = previewed(draft_token(client, page))
    assert [one["outdated"] for one in shown.json()["meta"]["translations"] if one["locale"] == "de"] == [True]
    revision.publish()
    published = client.get(f"/api/v2/pages/{page.pk}/")
    assert without_moments(shown.content) == without_moments(published.content)


def test_an_old_version_is_shown_as_it_was_and_a_form_as_it_is(client: Client) -> None:
    page = standard_page(home_page("fr"), "Un", slug="page")
    first = page.save_revision()
    page.title = "Deux"
    page.save_revision()
    old = token_of(client.get(reverse("wagtailadmin_pages:revisions_view", args=(page.pk, first.pk))))
    newest = draft_token(client, page)
    address = reverse("wagtailadmin_pages:preview_on_edit", args=(page.pk,))
    edit = reverse("wagtailadmin_pages:edit", args=(page.pk,))
    forms = []
    for title in ("Trois", "Quatre"):
        client.post(address, filled(client, edit, title=title))
        forms.append(token_of(client.get(address)))
    assert [previewed(token).json()["title"] for token in (old, newest, *forms)] == ["Un", "Deux", "Quatre", "Quatre"]
    assert PreviewSnapshot.objects.filter(of_form=True).count() == 1
    assert "Quatre" in client.get(address, {"mode": "reading"}).content.decode()  # without a front end


def test_nobody_keeps_an_answer_or_learns_the_token(client: Client) -> None:
    page = standard_page(home_page("fr"), "Page", slug="page")
    opening = client.get(reverse("wagtailadmin_pages:view_draft", args=(page.pk,)))
    token = token_of(opening)
    for answer in (opening, previewed(token), previewed("x"), Client().get("/preview/", {"token": token})):
        assert answer.headers["Cache-Control"].startswith("private, no-store")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    application = cached_application()
    replies = [ask(application, f"/api/v2/preview/?{urlencode({'token': token})}") for _round in range(2)]
    assert [(reply.status, reply.cache) for reply in replies] == [(200, "bypass")] * 2
    assert len(application.store) == 0


def test_what_we_did_not_sign_tells_nothing(client: Client) -> None:
    page = standard_page(home_page("fr"), "Page", slug="page")
    token = draft_token(client, page)
    snapshot = PreviewSnapshot.objects.get()
    forged = signing.Signer(salt="another").sign(str(snapshot.pk))
    for wrong in (f"{token}x", token[:-3], forged, str(snapshot.pk), "0", "ü", ":::"):
        answer = previewed(wrong)
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no preview for this token.")
    assert previewed("").status_code == 400
    assert Client().get("/api/v2/preview/", {"token": token, "secret": "1"}).status_code == 400


def test_a_token_ends_with_its_hour_its_snapshot_and_the_right_behind_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = standard_page(home_page("fr"), "Page", slug="page")
    editor = User.objects.create_user("editor", password="x")
    editor.groups.add(Group.objects.get(name=roles.EDITORS))
    client.force_login(editor)
    token = draft_token(client, page)
    assert previewed(token).status_code == 200

    later = time.time() + access.AGE.total_seconds() + 1
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: later)
        assert previewed(token).status_code == 410
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert previewed(token).status_code == 403
    User.objects.filter(pk=editor.pk).update(is_active=True)
    editor.groups.clear()
    answer = previewed(token)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    editor.groups.add(Group.objects.get(name=roles.EDITORS))
    PreviewSnapshot.objects.update(taken_at=timezone.now() - 3 * access.AGE)
    access.prune()
    assert previewed(token).status_code == 410


def test_a_trace_in_the_log_does_not_hold_the_token(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(access, "opened", fails)
    token = "a-secret-token"
    answer = Client(raise_request_exception=False).get("/api/v2/preview/", {"token": token})
    assert answer.status_code == 500
    assert "API error at /api/v2/preview/?token=…" in caplog.text
    assert token not in caplog.text
