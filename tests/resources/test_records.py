"""Records: what follows from the rest, what is refused and on which field, and that their numbers stay."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from resources import record_numbers
from resources.identifiers import normalised
from resources.models import Record, RecordIdentifier, RecordLink, RecordText, RecordType
from resources.record_types import EXPORTED, Kind
from resources.records import title_key
from tests.factories import resources as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("scheme", "typed", "kept"),
    [
        ("doi", " https://doi.org/10.4000/Abc.12 ", "10.4000/abc.12"),
        ("doi", "doi: 10.1000.10/1", "10.1000.10/1"),
        ("isbn", "ISBN-10 2 07 036822 X", "978-2-07-036822-8"),
        ("isbn", "9782070368228", "978-2-07-036822-8"),
        ("issn", "e-ISSN 03178471", "0317-8471"),
        ("local", " A  12 ", "A 12"),
    ],
)
def test_an_identifier_is_kept_in_one_form(scheme: str, typed: str, kept: str) -> None:
    assert normalised(scheme, typed) == kept


@pytest.mark.parametrize(
    ("scheme", "typed"), [("doi", "10.4000"), ("isbn", "9782070368229"), ("issn", "0317-8472"), ("isbn", "")]
)
def test_a_mistyped_identifier_is_refused(scheme: str, typed: str) -> None:
    with pytest.raises(ValidationError):
        normalised(scheme, typed)


def test_every_kind_has_its_names_elsewhere() -> None:
    assert set(EXPORTED) == set(Kind)
    assert {type.kind for type in RecordType.objects.all()} <= set(Kind.values)
    assert RecordType.objects.get(code="thesis").exported.bibtex == "phdthesis"


def test_the_only_title_is_the_original_and_gives_the_language() -> None:
    record = Record(type=RecordType.objects.get(code="guide"))
    record.texts = [RecordText(language="de", title="Über die Grenze: eine Einführung")]
    record.save()
    stored = Record.objects.get()
    assert [row.is_original for row in stored.texts.all()] == [True]
    assert [row.language for row in stored.languages.all()] == ["de"]
    assert stored.title_key == "uber die grenze eine einfuhrung"
    assert stored.name_in("fr") == "Über die Grenze: eine Einführung"


def test_a_title_key_is_of_any_script() -> None:
    assert title_key("L’Été – №2!") == "l ete no2"
    assert title_key("Σύνορα") == "synora"


def test_numbers_are_never_given_twice() -> None:
    first = make.record()
    first.delete()
    second = make.record()
    assert int(second.code) > int(first.code)


def test_what_was_deleted_is_gone_and_what_was_merged_leads_on() -> None:
    first, second, third, draft = (make.record() for _ in range(4))
    Record.objects.filter(pk=draft.pk).update(live=False, first_published_at=None)
    record_numbers.merge(first.code, second.code)
    record_numbers.merge(second.code, third.code)
    for record in (first, second, Record.objects.get(pk=draft.pk)):
        record.delete()
    assert record_numbers.successor(first.code) == third.code
    assert record_numbers.successor(third.code) is None
    assert not record_numbers.gone(third.code)
    third.delete()
    assert record_numbers.gone(third.code)
    assert not record_numbers.gone(draft.code), "nobody ever knew it"
    assert not record_numbers.gone("x" * 30)
    assert record_numbers.successor("9" * 40) is None


def refusals(record: Record) -> dict[str, Any]:
    with pytest.raises(ValidationError) as refused:
        record.save_revision().publish()
    return refused.value.message_dict


def test_publishing_checks_identifiers_again() -> None:
    first = make.record("Premier")
    second = make.record("Second")
    for record in (first, second):  # two drafts claim the same number, which is nobody's yet
        record.identifiers = [RecordIdentifier(scheme="doi", value="10.4000/x")]
    draft = second.save_revision()
    first.save_revision().publish()
    with pytest.raises(ValidationError) as refused:
        draft.publish()
    [message] = refused.value.message_dict["identifiers"]
    assert first.code in message
    assert "Premier" in message
    with transaction.atomic(), pytest.raises(IntegrityError):
        RecordIdentifier.objects.create(record=second, scheme="doi", value="10.4000/x")


def test_several_records_may_bear_one_isbn() -> None:
    for title in ("Premier chapitre", "Deuxième chapitre"):
        make.record(title, type="chapter", identifiers={"isbn": "978-2-07-036822-8"})
    assert RecordIdentifier.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"collection_number": "3"}, "collection_number"),
        ({"date": datetime.date(2999, 1, 1)}, "date"),
        ({"url": "nowhere"}, "url"),
        ({"texts": []}, "texts"),
        ({"texts": [RecordText(language="fr", title="a"), RecordText(language="de", title="b")]}, "texts"),
        ({"texts": [RecordText(language="xx", title="a")]}, "texts"),
        ({"identifiers": [RecordIdentifier(scheme="isbn", value="978")]}, "identifiers"),
    ],
)
def test_what_is_wrong_is_refused_on_its_field(changes: dict[str, Any], field: str) -> None:
    record = make.record()
    for name, value in changes.items():
        setattr(record, name, value)
    assert set(refusals(record)) == {field}


def test_a_record_is_not_related_to_itself() -> None:
    record = make.record()
    record.record_links = [RecordLink(target=record)]
    assert set(refusals(record)) == {"record_links"}


def test_languages_may_exchange_the_mark_of_the_original() -> None:
    record = make.record("Titre", texts={"de": "Titel"})
    french, german = record.texts.all()
    french.is_original, german.is_original = False, True
    record.texts = [french, german]
    record.save_revision().publish()
    assert Record.objects.get(pk=record.pk).original.language == "de"
