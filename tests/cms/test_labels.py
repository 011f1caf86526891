"""What is held in memory of facts and private pages: never what a transaction saw that nobody else may see."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from wagtail.models import Page, PageViewRestriction

from cms import labels


class RolledBackError(Exception):
    pass


@pytest.fixture
def home(transactional_db: None) -> Page:
    return Page.objects.get(depth=2)


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked_before", [True, False], ids=["a snapshot from before", "one of its own"])
def test_what_was_rolled_back_was_never_read(home: Page, asked_before: bool) -> None:
    before = labels.current()
    with pytest.raises(RolledBackError), transaction.atomic():  # noqa: PT012
        PageViewRestriction.objects.create(page=home, restriction_type="login")
        asked = before if asked_before else labels.current()
        assert asked.private_paths == (home.path,)
        raise RolledBackError

    assert before.private_paths == ()
    assert labels.current().private_paths == ()
    assert labels.held().private_paths == ()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_version_that_was_rolled_back_comes_again_with_other_content(home: Page) -> None:
    with pytest.raises(RolledBackError), transaction.atomic():  # noqa: PT012
        PageViewRestriction.objects.create(page=home, restriction_type="login")
        assert labels.current().private_paths == (home.path,)
        assert in_another_thread(lambda: labels.held().private_paths) == ()
        raise RolledBackError
    Page.objects.filter(pk=home.pk).update(title="Accueil")
    assert labels.current().private_paths == ()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_transaction_sees_its_own_change_and_others_do_not(home: Page) -> None:
    assert labels.current().private_paths == ()
    with transaction.atomic():
        restriction = PageViewRestriction.objects.create(page=home, restriction_type="login")
        assert labels.current().private_paths == labels.held().private_paths == (home.path,)
        assert in_another_thread(lambda: labels.current().private_paths) == ()
        restriction.delete()
        assert labels.current().private_paths == ()
    assert labels.current().private_paths == ()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_decorated_function_finds_nothing_of_its_last_call(home: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    @transaction.atomic
    def fail() -> None:
        PageViewRestriction.objects.create(page=home, restriction_type="login")
        assert labels.held().private_paths == (home.path,)
        raise RolledBackError

    for _call in range(2):
        with pytest.raises(RolledBackError):
            fail()
    with transaction.atomic():
        with pytest.raises(RolledBackError):
            fail()
        assert labels.held().private_paths == ()


def in_another_thread(ask: Any) -> Any:
    """The answer of a reader with a connection of its own."""
    answers = []

    def run() -> None:
        answers.append(ask())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]
