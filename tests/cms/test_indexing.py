"""Imports index what they write in the transaction that writes it; everybody else leaves that to the worker."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from wagtail.models import Comment, Page, ReferenceIndex
from wagtail.search.backends import get_search_backend

from cms import indexing
from cms.facts import Office, OfficeName
from cms.worker import TaskRunner
from home.models import StandardPage
from resources.models import Concept, PageTheme
from tests.factories import pictures, resources
from tests.factories.pages import home_page, standard_page

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def home() -> Page:
    home = home_page()
    DBTaskResult.objects.all().delete()
    return home


def queued() -> set[str]:
    return set(DBTaskResult.objects.values_list("task_path", flat=True))


def used_by(fact: Concept) -> set[tuple[str, str]]:
    """What refers to a concept, as Wagtail's index of references has it: model and key."""
    references = ReferenceIndex.get_references_to(fact).select_related("content_type")
    return {(reference.content_type.model, reference.object_id) for reference in references}


def about_health(home: Page, title: str, theme: Concept) -> StandardPage:
    page = standard_page(home, title, slug=title.lower(), introduction="Un quinconce")
    PageTheme.objects.create(page=page, fact=theme)
    return page


def test_a_block_is_indexed_at_its_end_and_leaves_the_worker_the_pictures_only(home: Page) -> None:
    with indexing.at_once():
        theme = resources.concept("health")
        pages = [about_health(home, f"Page{number}", theme) for number in range(3)]
        picture = pictures.image(title="Quinconce")
        assert list(Page.objects.search("quinconce")) == []
    assert queued() == {"cms.renditions.make_renditions"}
    assert set(Page.objects.search("quinconce").get_queryset()) == {Page.objects.get(pk=page.pk) for page in pages}
    assert list(get_search_backend().search("health", Concept)) == [theme]
    assert list(get_search_backend().search("quinconce", type(picture))) == [picture]
    assert used_by(theme) == {("standardpage", str(page.pk)) for page in pages}


def test_what_is_changed_and_removed_in_a_block_is_indexed_as_it_is_at_the_end(home: Page) -> None:
    theme = resources.concept("health")
    with indexing.at_once():
        kept, gone = about_health(home, "Reste", theme), about_health(home, "Part", theme)
    with indexing.at_once():
        kept.introduction = "Une pergola"
        kept.save()
        PageTheme.objects.filter(page=kept).delete()
        Page.objects.get(pk=kept.pk).save()
        gone.save()
        gone.delete()
    assert [page.title for page in Page.objects.search("pergola")] == ["Reste"]
    assert list(Page.objects.search("quinconce")) == []
    assert used_by(theme) == set()


def test_what_is_rolled_back_is_not_indexed_and_the_next_write_is_queued_again(home: Page) -> None:
    def interrupted() -> None:
        with indexing.at_once():
            standard_page(home, "Perdue", introduction="Un quinconce")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(Page.objects.search("quinconce")) == []
    standard_page(home, "Suivante")
    assert queued() == {indexing.SEARCH, indexing.REFERENCES}


def test_blocks_inside_a_block_are_indexed_with_it(home: Page) -> None:
    with indexing.at_once():
        with indexing.at_once():
            standard_page(home, "Une", introduction="Un quinconce")
        assert list(Page.objects.search("quinconce")) == []
    assert [page.title for page in Page.objects.search("quinconce")] == ["Une"]


def test_an_import_names_what_came_without_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "CHUNK", 7)
    with indexing.at_once() as written:
        offices = Office.objects.bulk_create([Office(code=f"bureau-{number}") for number in range(20)])
        OfficeName.objects.bulk_create([OfficeName(fact=office, language="fr", text="Quinconce") for office in offices])
        written.add(offices)
    assert queued() == set()
    assert set(get_search_backend().search("quinconce", Office)[:50]) == set(offices)


def test_a_published_page_is_indexed_with_its_rows_which_have_no_tasks_of_their_own(home: Page) -> None:
    theme = resources.concept("health")
    page = standard_page(home, "Page", slug="page", introduction="Un quinconce")
    page.theme_links = [PageTheme(fact=theme)]
    page.save_revision().publish()
    named = DBTaskResult.objects.filter(task_path=indexing.REFERENCES).values_list("args_kwargs__args__1", flat=True)
    assert set(named) <= {"page", "standardpage", "concept"}
    for result in DBTaskResult.objects.ready():
        TaskRunner("here").run_task(result)
    assert used_by(theme) == {("standardpage", str(page.pk))}


def test_a_draft_leaves_nothing_to_index_until_it_is_published(home: Page, admin_user: User) -> None:
    page = standard_page(home, "Essai")
    DBTaskResult.objects.all().delete()
    page.introduction = "Un quinconce"
    draft = page.save_revision()
    assert queued() == set()
    draft.publish()
    assert queued() == {indexing.SEARCH, indexing.REFERENCES}
    DBTaskResult.objects.all().delete()
    page = StandardPage.objects.get(pk=page.pk)
    page.wagtail_admin_comments.add(Comment(user=admin_user, text="À revoir", contentpath="title"))
    page.save_revision()
    assert indexing.REFERENCES in queued(), "a comment refers to its writer"


def test_so_does_the_draft_of_a_fact() -> None:
    theme = resources.concept("health")
    DBTaskResult.objects.all().delete()
    draft = theme.save_revision()
    assert queued() == set()
    draft.publish()
    assert indexing.SEARCH in queued()


def test_the_worker_indexes_rows_that_a_later_save_has_replaced(home: Page) -> None:
    theme = resources.concept("health")
    page = about_health(home, "Page", theme)
    with transaction.atomic():
        page.theme_links = [PageTheme(fact=theme)]
        page.save()
        page.theme_links = [PageTheme(fact=theme)]
        page.save()
    rows = DBTaskResult.objects.filter(task_path=indexing.REFERENCES, args_kwargs__args__1="pagetheme")
    assert rows.count() > 1
    for result in DBTaskResult.objects.ready():
        TaskRunner("here").run_task(result)
    assert not DBTaskResult.objects.failed().exists()
    assert used_by(theme) == {("standardpage", str(page.pk))}
    assert [found.pk for found in Page.objects.search("quinconce")] == [page.pk]
