"""What tests leave in the database: nothing, whether they commit or share what they find."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from wagtail.contrib.redirects.models import Redirect

from cms import changes
from tests import migrated, worlds
from tests.changelog import Log

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_is_taken_back() -> None:
    before, roles = changes.position(), set(Group.objects.values_list("pk", "name"))
    Redirect.objects.create(old_path="/old", redirect_link="/new")
    Group.objects.all().delete()
    assert changes.position() != before
    migrated.restore()
    assert not Redirect.objects.exists()
    assert set(Group.objects.values_list("pk", "name")) == roles
    assert changes.position().version == before.version
    Redirect.objects.create(old_path="/old", redirect_link="/new")
    assert changes.position().version == before.version + 1, "triggers are there again"


@worlds.shared
def old() -> Redirect:
    return Redirect.objects.create(old_path="/old", redirect_link="/new")


@worlds.shared
def older(old: Redirect) -> list[Redirect]:
    return [old, Redirect.objects.create(old_path="/older", redirect_link="/new")]


@pytest.mark.parametrize("round", [1, 2])
def test_each_finds_what_is_shared_as_it_was_made(old: Redirect, round: int) -> None:
    assert Redirect.objects.get().old_path == old.old_path == "/old"
    log = Log()
    old.old_path = "/elsewhere"
    old.save()
    assert log.new() == [("update", "wagtailredirects.redirect", old.pk)]
    Redirect.objects.create(old_path="/other", redirect_link="/new")


@pytest.mark.parametrize("round", [1, 2])
def test_what_is_shared_may_stand_on_more_that_is(old: Redirect, older: list[Redirect], round: int) -> None:
    assert older[0] is old
    assert set(Redirect.objects.all()) == set(older)
    old.delete()


def test_nobody_else_finds_it(db: Any) -> None:
    assert not Redirect.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_commits_makes_it_alone(older: list[Redirect]) -> None:
    assert set(Redirect.objects.all()) == set(older)
