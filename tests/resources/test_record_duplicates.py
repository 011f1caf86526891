"""Records of the same document: the warning while one is typed, and the merging of two."""

import datetime
import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail_localize.models import OverridableSegment, Translation, TranslationSource

from cms import roles
from cms.changes.feed import effects
from cms.fact_uses import uses
from cms.models import User
from cms.translation import drafting
from home.models import StandardPage
from resources.duplicates import like
from resources.merging import merge
from resources.models import Record, RecordCopy, RecordLink
from tests.admin import administrator
from tests.factories import borders
from tests.factories import resources as make
from tests.factories.pages import home_page, standard_page

pytestmark = pytest.mark.django_db
YEAR = datetime.date(2019, 1, 1)


def alike(*titles: str, year: int | None = 2019, numbers: Any = (), but: int | None = None) -> list[str]:
    return [str(one.record) for one in like(titles, year, numbers, but=but)]


@pytest.mark.parametrize(
    ("typed", "year", "found"),
    [
        ("La santé sans frontières en Europe", 2019, True),
        ("la sante sans frontieres en europe !", 2020, True),
        ("La santé sans fronteires en Europe", 2018, True),
        ("La santé sans frontières en Europe", None, True),
        ("La santé sans frontières en Europe", 2010, False),
        ("La santé à la frontière des Pyrénées", 2019, False),
        ("La", 2019, False),
    ],
)
def test_nearly_the_same_title_of_about_the_same_year(typed: str, year: int | None, found: bool) -> None:
    make.record("La santé sans frontières en Europe", date=YEAR)
    assert bool(alike(typed, year=year)) is found


def test_the_same_number_is_found_however_it_is_typed() -> None:
    record = make.record("Un", identifiers={"doi": "10.4000/x", "isbn": "978-2-07-036822-8"})
    assert alike(numbers=[("doi", "https://doi.org/10.4000/X")]) == ["Un"]
    assert alike(numbers=[("isbn", "2-07-036822-X")]) == ["Un"]
    assert alike(numbers=[("isbn", "978"), ("doi", ""), ("nothing", "x")]) == []
    assert alike(numbers=[("doi", "10.4000/x")], but=record.pk) == []


def test_the_warning_links_to_the_other(client: Client) -> None:
    administrator(client)
    make.record("La santé sans frontières", date=YEAR)
    other = make.record("La santé sans frontières", date=YEAR)
    address = reverse(Record.snippet_viewset.get_url_name("edit"), args=[other.pk])
    asked = {"title": "La sante sans frontières", "date": "2019", "record": "x", "number": ["doi", "isbn 9", "a b c"]}
    assert address in client.get(reverse("record_duplicates"), asked).content.decode()
    assert client.get(reverse("record_duplicates")).content.decode().strip() == ""
    [first, _second] = Record.objects.order_by("pk")
    assert address in client.get(reverse(Record.snippet_viewset.get_url_name("edit"), args=[first.pk])).content.decode()


@pytest.fixture
def pair() -> tuple[Record, Record]:
    """A record, and the one that it is merged into."""
    record = make.record(
        "Doublon", texts={"de": "Titel"}, identifiers={"doi": "10.4000/x"}, volume="9", host="Revue", date=YEAR
    )
    record.concepts, record.copies = [make.concept("health")], [RecordCopy(shelf_mark="A 12")]
    record.save()
    into = make.record("Titre", agents={"author": [make.agent("insee")]}, volume="3")
    into.borders = [borders.border("fr-de")]
    into.save()
    return record, into


def test_merging_loses_nothing_and_keeps_both_numbers(client: Client, pair: tuple[Record, Record]) -> None:
    record, into = pair
    third = make.record("Troisième")
    third.record_links = [RecordLink(target=record)]
    third.save()
    merged = merge(record, into)
    assert (merged.volume, merged.host, merged.date) == ("3", "Revue", YEAR)
    assert {text.language: (text.title, text.is_original) for text in merged.texts.all()} == {
        "fr": ("Titre", True),
        "de": ("Titel", False),
    }
    assert [str(row) for row in merged.identifiers.all()] == ["DOI 10.4000/x"]
    assert [fact.code for fact in (*merged.concepts.all(), *merged.borders.all())] == ["health", "fr-de"]
    assert merged.copies.get().shelf_mark == "A 12"
    assert third.record_links.get().target == merged
    assert not Record.objects.filter(pk=record.pk).exists()
    moved = client.get(f"/api/v2/records/{record.code}/")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/api/v2/records/{into.code}/")


def test_pages_show_the_record_that_another_was_merged_into(client: Client, pair: tuple[Record, Record]) -> None:
    record, into = pair
    page = standard_page(home_page("fr"), "Lectures", body=json.dumps(_records(record, into)))
    page.save_revision().publish()
    source, _created = TranslationSource.update_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=home_page("de").locale)
    drafting.save(translation, publish=True)
    german = translation.get_target_instance()
    draft = StandardPage.objects.get(pk=page.pk)
    draft.body = json.dumps(_records(record))
    draft.save_revision()
    merged = merge(record, into)
    for one in (page, german):
        shown = client.get(f"/api/v2/pages/{one.pk}/").json()["body"][0]["value"]["records"]
        assert [card["code"] for card in shown] == [merged.code]
    waiting = StandardPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert list(waiting.body[0].value["records"]) == [merged]
    source.refresh_from_db()
    assert list(source.as_instance().body[0].value["records"]) == [merged]
    segments = OverridableSegment.objects.filter(source=source).values_list("data_json", flat=True)
    assert set(segments) == {str(merged.pk)}
    assert {use.user.pk for use in uses(merged)} == {page.pk, german.pk}
    assert effects.pages_referring({"resources.record": [merged.pk]}) == {page.pk, german.pk}


def _records(*records: Record) -> list[dict[str, Any]]:
    chosen = [{"type": "item", "value": record.pk, "id": f"item-{record.pk}"} for record in records]
    return [{"type": "records", "value": {"title": "", "records": chosen}, "id": "block"}]


def test_what_somebody_is_still_writing_is_not_merged_away(pair: tuple[Record, Record]) -> None:
    record, into = pair
    with pytest.raises(ValidationError):
        merge(into, into)
    record.save_revision()
    with pytest.raises(ValidationError, match=record.code):
        merge(Record.objects.get(pk=record.pk), into)
    Record.objects.filter(pk=into.pk).update(live=False)
    Record.objects.filter(pk=record.pk).update(has_unpublished_changes=False)
    with pytest.raises(ValidationError, match=into.code):
        merge(Record.objects.get(pk=record.pk), Record.objects.get(pk=into.pk))
    assert Record.objects.count() == 2


def test_merging_in_the_admin(client: Client, pair: tuple[Record, Record]) -> None:
    administrator(client)
    record, into = pair
    address = reverse("record_merge", args=[record.pk])
    assert "Titre" in client.get(address, {"into": into.code}).content.decode()
    assert client.post(address, {"into": "999"}).status_code == 422
    assert client.post(address, {"into": record.code}).status_code == 422
    assert address in client.get(reverse(Record.snippet_viewset.get_url_name("list"))).content.decode()
    assert client.post(address, {"into": into.code}).status_code == 302
    assert Record.objects.get() == into


@pytest.mark.parametrize(("role", "may"), [(roles.DOCUMENTALISTS, True), (roles.EDITORS, False)])
def test_merging_takes_the_right_to_delete(client: Client, pair: tuple[Record, Record], role: str, may: bool) -> None:
    user = User.objects.create_user("somebody", password="x")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    record, into = pair
    client.post(reverse("record_merge", args=[record.pk]), {"into": into.code})
    assert (Record.objects.count() == 1) is may
