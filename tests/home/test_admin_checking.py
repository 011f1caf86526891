"""Which pages are due to be checked, who sees them, and what noting a check does and does not do."""

import datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page, PageLogEntry

from borders.models import BorderPage, ObstaclePage
from home.admin import checking
from tests.factories.borders import border, border_index, border_page, obstacle_index, obstacle_page
from tests.factories.pages import home_page

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 23)


def person(name: str, *actions: str, on: Page | None = None) -> Any:
    """An account of the admin whose group has these actions ("change", "publish") on the pages below `on`."""
    group = Group.objects.create(name=name)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for action in actions:
        GroupPagePermission.objects.create(
            group=group,
            page=on or Page.get_first_root_node(),
            permission=Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{action}_page"),
        )
    user = get_user_model()._default_manager.create_user(name, f"{name}@example.org", "a-long-passphrase")
    user.groups.add(group)
    return user


@pytest.fixture
def home() -> Page:
    return home_page()


@pytest.fixture
def fiche(home: Page) -> BorderPage:
    return border_page(border_index(home), border(), "Fiche franco-allemande")


@pytest.fixture
def obstacle(home: Page) -> ObstaclePage:
    return obstacle_page(obstacle_index(home), "Télétravail", last_checked=datetime.date(2026, 11, 1))


@pytest.fixture
def editor(home: Page) -> Any:
    return person("claire", "change", "publish")


@pytest.fixture
def signed_in(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


@pytest.mark.parametrize(
    ("last_checked", "months", "is_due"),
    [
        (None, 12, True),
        (datetime.date(2025, 11, 23), 12, True),
        (datetime.date(2025, 11, 24), 12, False),
        (datetime.date(2026, 10, 23), 1, True),
        (datetime.date(2026, 10, 31), 1, False),
        (datetime.date(2021, 11, 23), 60, True),
        (datetime.date(2026, 11, 23), 1, False),
    ],
)
def test_due_when_the_interval_is_over(
    fiche: BorderPage, editor: Any, last_checked: datetime.date | None, months: int, is_due: bool
) -> None:
    BorderPage.objects.update(last_checked=last_checked, review_interval=months)
    assert list(checking.due(editor, TODAY).values_list("pk", flat=True)) == ([fiche.pk] if is_due else [])


def test_the_day_on_which_it_was_due_exists(fiche: BorderPage, editor: Any) -> None:
    BorderPage.objects.update(last_checked=datetime.date(2026, 8, 31), review_interval=1)
    assert checking.due_on(checking.due(editor, TODAY).get()) == datetime.date(2026, 9, 30)


def test_drafts_and_translations_are_nobodys_business(fiche: BorderPage, home: Page, editor: Any) -> None:
    german = home_page("de")
    fiche.copy_for_translation(german.locale, copy_parents=True, alias=True)
    assert checking.due(editor).count() == 1
    fiche.unpublish()
    assert checking.due(editor).count() == 0


def test_never_checked_pages_come_first_and_every_type_is_there(
    fiche: BorderPage, obstacle: ObstaclePage, editor: Any
) -> None:
    due = checking.due(editor, datetime.date(2028, 1, 1))
    assert [page.pk for page in due] == [fiche.pk, obstacle.pk]


def test_checking_reaches_the_live_page_its_aliases_and_the_history(
    fiche: BorderPage, signed_in: Client, editor: Any
) -> None:
    alias = fiche.copy_for_translation(home_page("de").locale, copy_parents=True, alias=True)
    published = fiche.last_published_at
    response = signed_in.post(f"/admin/pages/{fiche.pk}/checked/")
    assert response.status_code == 302
    fiche.refresh_from_db()
    alias.refresh_from_db()
    today = timezone.localdate()
    assert fiche.last_checked == alias.last_checked == today
    assert fiche.last_published_at == published  # readers are not told of news where there is none
    assert not fiche.has_unpublished_changes
    assert fiche.live_revision == fiche.latest_revision
    assert fiche.get_latest_revision_as_object().last_checked == today
    entry = PageLogEntry.objects.get(action=checking.LOG_ACTION)
    assert (entry.page_id, entry.user) == (fiche.pk, editor)
    assert checking.due(editor).count() == 0


def test_checking_publishes_nobodys_draft(fiche: BorderPage, signed_in: Client) -> None:
    fiche.title = "Un titre en travail"
    fiche.save_revision()
    signed_in.post(f"/admin/pages/{fiche.pk}/checked/")
    fiche.refresh_from_db()
    assert fiche.title == "Fiche franco-allemande"
    assert fiche.last_checked == timezone.localdate()
    assert fiche.has_unpublished_changes
    draft = fiche.get_latest_revision_as_object()
    assert (draft.title, draft.last_checked) == ("Un titre en travail", timezone.localdate())


def test_who_may_edit_the_page_sees_it_and_who_may_publish_it_checks_it(
    fiche: BorderPage, obstacle: ObstaclePage, client: Client
) -> None:
    ObstaclePage.objects.update(last_checked=None)

    def tried(user: Any, page: Any) -> tuple[bool, bool, bool]:
        """Whether the page is listed, has its button, and was checked by posting as the button does."""
        client.force_login(user)
        listed = client.get("/admin/reports/to-check/").content.decode()
        client.post(f"/admin/pages/{page.pk}/checked/")
        page.refresh_from_db()
        checked = page.last_checked == timezone.localdate()
        return page.title in listed, f"/admin/pages/{page.pk}/checked/" in listed, checked

    contributor = person("karim", "add", "change", on=obstacle.get_parent())
    assert tried(contributor, fiche) == (False, False, False)
    assert tried(contributor, obstacle) == (True, False, False)
    assert "/checked/" not in client.get("/admin/").content.decode()
    assert tried(person("lea", "change", "publish", on=obstacle.get_parent()), obstacle) == (True, True, True)


def test_a_locked_page_is_not_checked(fiche: BorderPage, signed_in: Client) -> None:
    BorderPage.objects.update(locked=True)
    signed_in.post(f"/admin/pages/{fiche.pk}/checked/")
    fiche.refresh_from_db()
    assert fiche.last_checked is None


def test_a_page_that_nobody_is_to_check(home: Page, signed_in: Client) -> None:
    assert signed_in.post(f"/admin/pages/{home.pk}/checked/").status_code == 404


def test_checking_needs_a_post(fiche: BorderPage, signed_in: Client) -> None:
    assert signed_in.get(f"/admin/pages/{fiche.pk}/checked/").status_code == 405


def test_the_report_filters_and_exports(fiche: BorderPage, obstacle: ObstaclePage, signed_in: Client) -> None:
    anna = person("anna", "change")
    anna.first_name, anna.last_name = "Anna", "Weber"
    anna.save()
    BorderPage.objects.update(responsible=anna)
    ObstaclePage.objects.update(last_checked=None)

    def shown(query: str) -> str:
        return signed_in.get(f"/admin/reports/to-check/?{query}").content.decode()

    both = shown("")
    assert "Fiche franco-allemande" in both
    assert "Télétravail" in both
    assert "Anna Weber" in both
    assert "Télétravail" not in shown(f"responsible={anna.pk}")
    assert "Fiche franco-allemande" not in shown("responsible=null")
    assert "Fiche franco-allemande" not in shown(f"content_type={obstacle.content_type_id}")
    assert "Fiche franco-allemande" in shown(f"locale={fiche.locale_id}")
    export = signed_in.get("/admin/reports/to-check/?export=csv").getvalue().decode()
    assert "Anna Weber" in export
    assert signed_in.get("/admin/reports/to-check/?export=xlsx").status_code == 200


def test_a_responsible_user_who_leaves_blocks_nothing(fiche: BorderPage, signed_in: Client, editor: Any) -> None:
    anna = person("anna", "change", "publish")
    fiche.responsible = anna
    fiche.save_revision(user=anna).publish()
    anna.delete()
    fiche.refresh_from_db()
    assert fiche.responsible is None
    assert signed_in.get("/admin/reports/to-check/").status_code == 200
    assert signed_in.get(f"/admin/pages/{fiche.pk}/edit/").status_code == 200
    assert fiche.get_latest_revision_as_object().responsible_id is None


def test_the_dashboard_shows_ones_own_first(
    fiche: BorderPage, obstacle: ObstaclePage, signed_in: Client, editor: Any
) -> None:
    ObstaclePage.objects.update(responsible=editor, last_checked=datetime.date(2020, 1, 1))
    body = signed_in.get("/admin/").content.decode()
    assert body.index("Télétravail") < body.index("Fiche franco-allemande")


def test_queries_of_the_report_do_not_grow(
    fiche: BorderPage, home: Page, signed_in: Client, django_assert_max_num_queries: Any
) -> None:
    parent = obstacle_index(home)
    for number in range(2):
        obstacle_page(parent, f"Obstacle {number}")
    signed_in.get("/admin/reports/to-check/")
    with django_assert_max_num_queries(40) as few:
        signed_in.get("/admin/reports/to-check/")
    for number in range(20):
        obstacle_page(parent, f"Autre obstacle {number}")
    with django_assert_max_num_queries(len(few)):
        signed_in.get("/admin/reports/to-check/")
