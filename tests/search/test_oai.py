"""Harvesting by OAI-PMH: valid, complete whatever changes meanwhile, and never more than the public may see."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree
from sickle import Sickle

from cms.facts import Office, OfficeName
from resources import merging
from resources.models import Record, RecordCollection, RecordCollectionName, RecordLink
from search.models import HarvestItem, HarvestPosition
from search.oai import register, repository
from tests.factories import borders
from tests.factories import resources as make

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parent / "oai_schemas"
NAMES = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
}
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "all.xsd"))


@pytest.fixture
def ask(client: Client, schema: etree.XMLSchema) -> Any:
    """Asks with a verb and arguments; the answer is valid."""

    def asked(verb: str, *, post: bool = False, **arguments: Any) -> Any:
        given = {"verb": verb, **{name.rstrip("_"): value for name, value in arguments.items()}}
        response = client.post("/oai", given) if post else client.get("/oai", given)
        assert (response.status_code, response["Content-Type"]) == (200, "text/xml; charset=utf-8")
        found = etree.fromstring(response.content)
        schema.assertValid(found)
        return found

    return asked


def look(days: float) -> None:
    """Bring the register up to date, so many days ago."""
    register.bring_up(timezone.now() - days * DAY)


def texts(found: Any, path: str) -> list[str]:
    return [one.text for one in found.iterfind(f".//{path}", NAMES)]


def told(ask: Any, **arguments: Any) -> dict[str, bool]:
    """The numbers in a list, each with whether it is there."""
    found = ask("ListIdentifiers", metadataPrefix="oai_dc", **arguments)
    return {
        header.find("o:identifier", NAMES).text.rpartition(":")[2]: header.get("status") != "deleted"
        for header in found.iterfind(".//o:header", NAMES)
    }


def identifier(record: Record) -> str:
    return f"oai:localhost:{record.code}"


def second(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(record: Record) -> datetime.datetime:
    return HarvestItem.objects.get(code=record.code).datestamp


@pytest.fixture
def study() -> Record:
    """A record with all that Dublin Core can carry."""
    theme = make.concept("mobility")
    collection = RecordCollection(code="cahiers", names=[RecordCollectionName(language="fr", text="Les Cahiers")])
    collection.save()
    record = make.record(
        "Trains & frontières\x0b",
        texts={"de": "Züge"},
        agents={"author": [make.agent("insee")], "editor": [make.agent("anct")], "publisher": [make.agent("mot")]},
        identifiers={"doi": "10.4000/trains", "isbn": "978-2-07-036822-8"},
        type="study",
        date=datetime.date(2019, 3, 1),
        date_precision="month",
        collection=collection,
        collection_number="12",
        host="Revue",
        volume="3",
        issue="2",
        keywords="rail",
        licence="cc-by",
        internal_note="Secret",
    )
    record.concepts = [make.concept("rail", broader=[theme])]
    whole = borders.border("fr-es")
    record.borders = [borders.border("fr-es-sea", parent=whole)]
    record.record_links = [RecordLink(target=make.record("Autre"))]
    record.save()
    return record


def test_every_verb_and_every_error_is_valid(ask, study, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://portail.example.org"
    office = Office(code="mot", email="portail@example.org", names=[OfficeName(language="fr", text="MOT")])
    office.save()
    look(1)
    known = f"oai:portail.example.org:{study.code}"
    for post in (False, True):
        assert texts(ask("Identify", post=post), "o:deletedRecord") == ["persistent"]
        assert texts(ask("ListMetadataFormats", identifier=known, post=post), "o:metadataPrefix") == ["oai_dc"]
        assert "theme:mobility:rail" in texts(ask("ListSets", post=post), "o:setSpec")
        found = ask("GetRecord", identifier=known, metadataPrefix="oai_dc", post=post)
        assert texts(found, "o:setSpec") == ["border:fr-es:fr-es-sea", "theme:mobility:rail"]
        assert len(texts(ask("ListRecords", metadataPrefix="oai_dc", post=post), "o:identifier")) == 2
    prefix = {"metadataPrefix": "oai_dc"}
    for code, verb, arguments in (
        ("badVerb", "Nonsense", {}),
        ("badVerb", ["Identify", "Identify"], {}),
        ("badArgument", "Identify", {"set": "theme"}),
        ("badArgument", "ListRecords", {}),
        ("badArgument", "ListRecords", {**prefix, "until": ["2026-01-01", "2026-01-01"]}),
        ("badArgument", "ListRecords", {**prefix, "from_": "2026-01-01", "until": "2026-01-01T00:00:00Z"}),
        ("badArgument", "ListRecords", {**prefix, "from_": "2026-01-02", "until": "2026-01-01"}),
        ("badArgument", "ListRecords", {**prefix, "from_": "2026-13-01"}),
        ("badArgument", "ListRecords", {**prefix, "from_": "2026-01-01T00:00:00+01"}),
        ("badArgument", "ListRecords", {**prefix, "resumptionToken": "x"}),
        ("badArgument", "ListRecords", {**prefix, "set": "thème\0"}),
        ("badResumptionToken", "ListRecords", {"resumptionToken": "x\x0b"}),
        ("badResumptionToken", "ListSets", {"resumptionToken": "x"}),
        ("cannotDisseminateFormat", "ListRecords", {"metadataPrefix": "marc21"}),
        ("cannotDisseminateFormat", "GetRecord", {"identifier": known, "metadataPrefix": "marc21"}),
        ("idDoesNotExist", "GetRecord", {**prefix, "identifier": study.code}),
        ("idDoesNotExist", "ListMetadataFormats", {"identifier": f"{known}0"}),
        ("noRecordsMatch", "ListRecords", {**prefix, "set": "theme:health"}),
        ("noRecordsMatch", "ListIdentifiers", {**prefix, "until": "2001-01-01"}),
    ):
        error = ask(verb, **arguments).find("o:error", NAMES)
        assert error is not None, (verb, arguments)
        assert error.get("code") == code, (verb, arguments)


def test_a_record_says_all_that_dublin_core_can_carry(ask, study):
    look(1)
    found = ask("GetRecord", identifier=identifier(study), metadataPrefix="oai_dc").find(".//oai_dc:dc", NAMES)
    said: dict[str, set[Any]] = {}
    for one in found:
        language = one.get("{http://www.w3.org/XML/1998/namespace}lang")
        said.setdefault(etree.QName(one).localname, set()).add(f"{one.text} @{language}" if language else one.text)
    related = study.record_links.get().target
    assert said.pop("type") > {"Text", "Étude @fr", "Studie @de"}
    assert said == {
        "title": {"Trains & frontières @fr", "Züge @de"},
        "creator": {"INSEE"},
        "contributor": {"ANCT"},
        "publisher": {"MOT"},
        "date": {"2019-03"},
        "identifier": {
            f"http://localhost:8000/fr/portail/{study.code}/",
            "https://doi.org/10.4000/trains",
            "urn:ISBN:978-2-07-036822-8",
        },
        "source": {"Revue, 3(2)"},
        "language": {"fr"},
        "subject": {"rail (fr) @fr", "rail (en) @en", "rail @fr"},
        "coverage": {"FR-ES-SEA @fr", "FR-ES-SEA (de) @de"},
        "relation": {"Les Cahiers, 12", f"http://localhost:8000/fr/portail/{related.code}/"},
        "rights": {"CC BY", "https://creativecommons.org/licenses/by/4.0/"},
    }


def test_a_datestamp_moves_with_what_is_told_and_with_nothing_else(ask, study):
    look(9)
    first, days = stamp(study), 9

    def moved(*changed: Any) -> bool:
        nonlocal first, days
        for one in changed:
            one.save()
        days -= 0.5
        before, _done = first, look(days)
        first = stamp(study)
        return first > before

    def name(fact: Any, text: str) -> Any:
        row = fact.names.filter(language="fr", kind="preferred").get()
        row.text = text
        return row

    assert not moved()
    study.internal_note = "Other"
    assert not moved(study)
    assert moved(name(study.agent_links.first().agent, "Insee Grand Est"))
    assert moved(name(study.concepts.get(), "chemin de fer"))
    assert moved(name(study.borders.get(), "Mer"))
    assert moved(name(study.collection, "Cahiers"))
    assert moved(name(study.type, "Grande étude"))
    assert not moved(make.concept("health"))
    other = study.record_links.get().target
    other.unpublish()
    assert moved()
    _record, document = make.record_with_text("Texte")
    study.files = [type(_record.files.get())(document=document, language="fr")]
    assert moved(study)
    study.files.update(access="members")
    from resources.files import apply

    apply([document.pk])
    assert moved()
    theme = make.concept("transport")
    study.concepts.get().broader.set([theme])
    study.concepts.get().save()
    concept = study.concepts.get()
    concept.broader.set([theme])
    assert moved(concept)
    assert told(ask, set="theme:transport") == {study.code: True}


def test_what_is_public_no_more_is_told_for_ever(ask, study):
    gone, hidden, merged = (make.record(title) for title in ("Parti", "Retiré", "Doublon"))
    before = make.record("Avant")
    number = before.code
    before.delete()
    draft = make.record("Brouillon")
    Record.objects.filter(pk=draft.pk).update(live=False, first_published_at=None)
    look(5)
    assert told(ask)[number] is False
    assert draft.code not in told(ask)
    hidden.unpublish()
    assert told(ask)[hidden.code] is False  # at once
    others = [code for code, there in told(ask).items() if there and code not in {gone.code, merged.code, study.code}]
    record = ask("GetRecord", identifier=identifier(hidden), metadataPrefix="oai_dc")
    assert record.find(".//o:metadata", NAMES) is None
    gone.delete()
    merging.merge(merged, study)
    look(3)
    since = (timezone.now() - 4 * DAY).date().isoformat()
    assert told(ask, from_=since) == {gone.code: False, hidden.code: False, merged.code: False}
    hidden.save_revision().publish()
    HarvestPosition.objects.all().delete()  # all is looked at
    look(1)
    assert told(ask, from_=second(timezone.now() - 2 * DAY)) == {hidden.code: True}
    HarvestPosition.objects.update(epoch="00000000-0000-4000-8000-000000000000")  # a backup was restored
    look(0.5)
    assert told(ask, from_=second(timezone.now() - 0.6 * DAY)).keys() == {hidden.code, study.code, *others}


def test_sets_and_dates_choose(ask, study):
    other = make.record("Santé")
    territory = borders.territory("gect", borders=[borders.border("fr-de")])
    other.territories = [territory]
    other.save()
    look(2)
    for wanted in ("theme", "theme:mobility", "theme:mobility:rail", "border:fr-es", "border:fr-es:fr-es-sea"):
        assert told(ask, set=wanted) == {study.code: True}, wanted
    assert told(ask, set="border:fr-de") == {other.code: True}
    at = stamp(study)
    moment, day = second(at), at.date().isoformat()
    assert study.code in told(ask, from_=moment, until=moment)
    assert study.code in told(ask, from_=day, until=day)
    later = second(at + datetime.timedelta(seconds=1))
    assert ask("ListIdentifiers", metadataPrefix="oai_dc", from_=later).find("o:error", NAMES) is not None
    study.delete()
    look(1)
    assert told(ask, set="theme:mobility") == {study.code: False}


def test_tokens_survive_changes(ask, monkeypatch):
    monkeypatch.setattr(repository, "PART", 2)
    records = [make.record(f"Titre {number}") for number in range(5)]
    look(3)
    first = ask("ListRecords", metadataPrefix="oai_dc")
    token = first.find(".//o:resumptionToken", NAMES)
    assert (token.get("completeListSize"), token.get("cursor")) == ("5", "0")
    seen = texts(first, "o:identifier")
    records[0].texts.update(title="Autre")
    records[3].delete()
    make.record("Nouveau")
    look(1)
    while token is not None and token.text:
        part = ask("ListRecords", resumptionToken=token.text)
        seen += texts(part, "o:identifier")
        token = part.find(".//o:resumptionToken", NAMES)
    assert set(seen) == {identifier(record) for record in (*records, Record.objects.latest("pk"))}
    assert seen.count(identifier(records[0])) == 2  # as it was, and as it is
    assert token is not None
    assert token.get("cursor") == "6"


def test_what_is_to_come_is_told_when_it_has_come(ask):
    make.record()
    register.bring_up()
    assert HarvestItem.objects.get().datestamp > timezone.now()
    assert ask("ListIdentifiers", metadataPrefix="oai_dc").find("o:error", NAMES).get("code") == "noRecordsMatch"


def test_queries_do_not_grow_with_the_list(ask, study):
    look(2)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask("ListRecords", metadataPrefix="oai_dc")
        return len(captured)

    queries()
    few = queries()
    for number in range(5):
        record = make.record(f"T {number}", agents={"author": [make.agent(f"a{number}")]})
        record.record_links = [RecordLink(target=study)]
        record.concepts, record.borders = list(study.concepts.all()), list(study.borders.all())
        record.save()
    look(1)
    queries()
    assert queries() == few <= 26


def test_a_harvester_reads_all(live_server, study, monkeypatch):
    monkeypatch.setattr(repository, "PART", 3)
    for number in range(7):
        make.record(f"Titre {number}")
    make.record("Parti").delete()
    look(1)
    harvester = Sickle(f"{live_server.url}/oai")
    assert harvester.Identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
    found = list(harvester.ListRecords(metadataPrefix="oai_dc"))
    assert len(found) == 10
    assert sum(record.deleted for record in found) == 1
    headers = harvester.ListIdentifiers(metadataPrefix="oai_dc")
    assert {header.identifier for header in headers} == {record.header.identifier for record in found}
    [one] = [record for record in found if record.header.identifier == identifier(study)]
    assert one.metadata["creator"] == ["INSEE"]
    assert "theme:mobility:rail" in {each.setSpec for each in harvester.ListSets()}
    assert [each.metadataPrefix for each in harvester.ListMetadataFormats()] == ["oai_dc"]
    [chosen] = harvester.ListRecords(metadataPrefix="oai_dc", set="theme:mobility")
    assert chosen.metadata == harvester.GetRecord(identifier=identifier(study), metadataPrefix="oai_dc").metadata
