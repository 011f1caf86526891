"""Private in one language, private in all."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import PageViewRestriction

from home.models import StandardPage
from tests.translation.conftest import in_german


def seen(client: Client, page: StandardPage) -> list[int]:
    return [client.get(f"/api/v2/pages/{version.pk}/").status_code for version in (page, in_german(page))]


@pytest.mark.parametrize("published", [False, True])
def test_the_fallback_and_the_translation_follow(
    client: Client, french: StandardPage, published: bool, request: pytest.FixtureRequest
) -> None:
    if published:
        request.getfixturevalue("german")
    assert seen(client, french) == [200, 200]
    rule = PageViewRestriction.objects.create(page=french, restriction_type="login")
    assert seen(client, french) == [404, 404]
    rule.delete()
    assert seen(client, french) == [200, 200]


def test_groups_and_passwords_follow(french: StandardPage) -> None:
    rule = PageViewRestriction.objects.create(page=french, restriction_type="groups")
    group = Group.objects.create(name="bureau")
    rule.groups.add(group)
    mirrored = PageViewRestriction.objects.get(page=in_german(french))
    assert list(mirrored.groups.all()) == [group]
    rule.restriction_type, rule.password = "password", "sesame"
    rule.save()
    mirrored = PageViewRestriction.objects.get(page=in_german(french))
    assert (mirrored.restriction_type, mirrored.password) == ("password", "sesame")


def test_a_translations_own_restriction_does_not_reach_its_source(
    client: Client, french: StandardPage, german: StandardPage
) -> None:
    PageViewRestriction.objects.create(page=german, restriction_type="login")
    assert seen(client, french) == [200, 404]


def test_what_is_left_of_a_deleted_private_page_stays_private(
    client: Client, french: StandardPage, german: StandardPage
) -> None:
    PageViewRestriction.objects.create(page=french, restriction_type="login")
    StandardPage.objects.get(pk=french.pk).delete()
    german.refresh_from_db()
    german.save_revision().publish()
    assert PageViewRestriction.objects.filter(page=german).exists()
    assert client.get(f"/api/v2/pages/{german.pk}/").status_code == 404
