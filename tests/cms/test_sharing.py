"""Links to drafts for people without an account."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageLogEntry

from cms import roles
from cms.models import DraftShare, User
from cms.preview import access, sharing
from home.models import StandardPage
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> User:
    user = User.objects.create_user("editor", password="x", first_name="Ève")
    user.groups.add(Group.objects.get(name=roles.EDITORS))
    client.force_login(user)
    return user


@pytest.fixture
def page(db: None) -> StandardPage:
    page = standard_page(home_page("fr"), "Publiée", slug="page")
    page.title = "Un brouillon"
    page.save_revision()
    return page


def shared(client: Client, page: Page, day: datetime.date | None = None) -> Any:
    """The response to asking for a link."""
    last_day = (day or timezone.localdate() + datetime.timedelta(days=3)).isoformat()
    return client.post(reverse("cms_share", args=(page.pk,)), {"recipient": "Saarmoselle", "last_day": last_day})


def opened(share: DraftShare) -> Any:
    """What anybody with the link sees."""
    return Client().get(sharing.address(share).removeprefix("http://localhost:8000"))


def test_whoever_has_the_link_reads_what_was_shared(client: Client, editor: User, page: StandardPage) -> None:
    assert shared(client, page).status_code == 302
    share = DraftShare.objects.get()
    link = sharing.address(share)
    assert link in client.get(reverse("cms_share", args=(page.pk,))).content.decode()
    answer = opened(share)
    assert "<h1>Un brouillon</h1>" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "<h1>Publiée</h1>" in Client().get("/fr/page/").content.decode()

    page.title = "Un autre brouillon"
    page.save_revision()
    assert "<h1>Un brouillon</h1>" in opened(share).content.decode()
    client.post(reverse("cms_share_renew", args=(share.pk,)))
    assert "<h1>Un autre brouillon</h1>" in opened(share).content.decode()
    assert Client().get("/api/v2/preview/", {"token": access.token_of_share(share)}).json()["title"] == page.title


def test_a_link_ends_with_its_day_its_right_and_when_it_is_withdrawn(
    client: Client, editor: User, page: StandardPage, settings: Any
) -> None:
    shared(client, page)
    share = DraftShare.objects.get()
    states = []

    def state() -> int:
        states.append(str(sharing.states([DraftShare.objects.get()])[share.pk]))
        api = Client().get("/api/v2/preview/", {"token": access.token_of_share(share)}).status_code
        assert opened(share).status_code == api
        return api

    assert state() == 200
    DraftShare.objects.update(last_day=timezone.localdate() - datetime.timedelta(days=1))
    assert state() == 410
    DraftShare.objects.update(last_day=timezone.localdate())
    assert state() == 200
    editor.groups.clear()
    assert state() == 403
    editor.groups.add(Group.objects.get(name=roles.EDITORS))
    client.post(reverse("cms_share_withdraw", args=(share.pk,)))
    assert state() == 410
    assert len(set(states)) == 4
    actions = PageLogEntry.objects.filter(action__startswith="cms.share").values_list("action", flat=True)
    assert set(actions) == {sharing.SHARED, sharing.WITHDRAWN}
    page.delete()
    assert opened_again(share) == 410


def opened_again(share: DraftShare) -> int:
    return Client().get("/preview/", {"token": access.token_of_share(share)}).status_code


def test_a_day_too_far_or_past_is_refused(client: Client, editor: User, page: StandardPage) -> None:
    today = timezone.localdate()
    for day in (today - datetime.timedelta(days=1), today + datetime.timedelta(days=sharing.MOST_DAYS + 1)):
        answer = shared(client, page, day)
        assert answer.status_code == 200
        assert "last_day" in answer.context["form"].errors
    assert not DraftShare.objects.exists()


def test_links_are_listed_for_those_who_may_edit_their_page(client: Client, editor: User, page: StandardPage) -> None:
    shared(client, page)
    address = reverse("cms_shares")
    listed = client.get(address).content.decode()
    assert "Saarmoselle" in listed
    assert reverse("cms_share", args=(page.pk,)) in listed
    documentalist = User.objects.create_user("documentalist", password="x")
    documentalist.groups.add(Group.objects.get(name=roles.DOCUMENTALISTS))
    client.force_login(documentalist)
    assert "Saarmoselle" not in client.get(address).content.decode()
    assert shared(client, page).status_code == 302
    assert DraftShare.objects.count() == 1


def test_what_is_over_is_forgotten_after_a_month(client: Client, editor: User, page: StandardPage) -> None:
    shared(client, page)
    DraftShare.objects.update(last_day=timezone.localdate() - datetime.timedelta(days=30))
    access.prune()
    assert DraftShare.objects.exists()
    DraftShare.objects.update(last_day=timezone.localdate() - datetime.timedelta(days=31))
    access.prune()
    assert not DraftShare.objects.exists()
