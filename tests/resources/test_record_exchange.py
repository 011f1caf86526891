"""Records as files: what other programs read of them, and what comes back."""

import datetime
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import bibtexparser
import latexcodec  # noqa: F401 (registers the codec)
import pybtex.database
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import ModelLogEntry
from wagtail.search.backends import get_search_backend

from cms import labels
from cms.changes.models import Change
from resources import fact_merging
from resources.exchange import importing, names, portable, readers
from resources.exchange.importing import load
from resources.models import (
    Agent,
    ConceptName,
    ImportedRecord,
    Record,
    RecordCollection,
    RecordCollectionName,
    RecordCopy,
)
from resources.record_numbers import permanent_address
from tests.factories import borders
from tests.factories import resources as make
from tests.services import bibutils

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Record:
    """A record with all that a format may carry."""
    collection = RecordCollection(code="cahiers", names=[RecordCollectionName(language="fr", text="Les Cahiers")])
    collection.save()
    person = make.agent("peyrony", kind="person")
    person.names = [type(person.names.get())(language="fr", text="Durand-Élie, Zoé")]
    person.save()
    record = make.record(
        "Santé & frontières",
        texts={"de": "Gesundheit"},
        agents={
            "author": [person, make.agent("insee")],
            "editor": [make.agent("anct")],
            "publisher": [make.agent("mot")],
        },
        identifiers={"doi": "10.4000/sante_1", "isbn": "978-2-07-036822-8", "issn": "0317-8471", "local": "MOT 12"},
        type="study",
        date=datetime.date(2019, 3, 1),
        date_precision="month",
        collection=collection,
        collection_number="12",
        host="Revue des frontières",
        volume="3",
        issue="2",
        pages="12-27",
        edition="2e",
        place="Paris",
        url="https://example.org/a?b=1&c=2",
        keywords="hôpital\nsoins",
        licence="cc-by",
    )
    text = record.texts.get(language="fr")
    text.subtitle, text.abstract = "une étude", "Un résumé à 100 %."
    text.save()
    record.copies = [RecordCopy(shelf_mark="A 12")]
    record.concepts = [make.concept("health")]
    record.borders = [borders.border("fr-de", {"fr": "France – Allemagne"})]
    record.save()
    labels.current()
    return record


def file(client: Client, path: str, status: int = 200) -> str:
    response = client.get(f"/api/v2/{path}")
    assert response.status_code == status, response.content
    return response.content.decode()


def test_ris_is_read_by_another_reader(client: Client, study: Record) -> None:
    text = file(client, f"records/{study.code}/?format=ris")
    assert text.startswith("TY  - RPRT")  # and no numbering, which other readers do not know
    [entry] = rispy.loads(text)
    assert entry["type_of_reference"] == "RPRT"
    assert entry["title"] == "Santé & frontières : une étude"
    assert entry["authors"] == ["Durand-Élie, Zoé", "INSEE"]
    assert (entry["start_page"], entry["end_page"]) == ("12", "27")
    assert (entry["doi"], entry["year"], entry["publisher"]) == ("10.4000/sante_1", "2019", "MOT")
    assert "health (fr)" in entry["keywords"]


@pytest.mark.bibutils
def test_a_second_reader_of_ris_finds_all_that_it_can_hold(client: Client, study: Record) -> None:
    """bibutils keeps no accession numbers and takes all that SN holds for one."""
    [found] = ElementTree.fromstring(bibutils.mods(file(client, f"records/{study.code}/?format=ris")).encode())

    def texts(path: str) -> list[str]:
        steps = re.sub(r"(^|/)(?=\w)", r"\1{*}", path)
        return ["".join(one.itertext()).strip() for one in found.findall(steps)]

    assert found.get("ID") == study.code
    assert texts("titleInfo/title") == ["Santé & frontières", "Santé & frontières"]
    assert texts("titleInfo/subTitle") == ["une étude"]
    assert texts("name/namePart") == ["Zoé", "Durand-Élie", "INSEE"]
    assert texts("originInfo/dateIssued") == ["2019-03"]
    assert texts("originInfo/publisher") == ["MOT"]
    assert texts("originInfo/place/placeTerm") == ["Paris"]
    assert texts("originInfo/edition") == ["2e"]
    assert texts("genre") == ["technical report"]
    assert texts("language/languageTerm") == ["fr"]
    assert set(texts("relatedItem//title")) == {"", "Revue des frontières", "Les Cahiers"}
    assert texts("relatedItem/name/namePart") == ["ANCT"]
    assert texts("abstract") == ["Un résumé à 100 %."]
    assert set(texts("subject/topic")) == {"health (fr)", "France – Allemagne", "hôpital", "soins"}
    assert texts("classification") == ["A 12"]
    assert texts("location/url") == ["https://example.org/a?b=1&c=2", permanent_address(study.code)]
    assert set(texts("identifier")) == {"978-2-07-036822-8; 0317-8471", study.code, "10.4000/sante_1"}
    assert texts("part/detail/number") == ["3", "12", "2"]
    assert texts("part/extent/*") == ["12", "27"]


def test_bibtex_is_read_by_another_reader(client: Client, study: Record) -> None:
    text = file(client, "records/?format=bibtex")
    [entry] = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()]).entries
    fields = {name: field.value for name, field in entry.fields_dict.items()}
    assert entry.entry_type == "techreport"
    assert fields["title"] == "Santé & frontières : une étude"
    assert fields["author"].startswith("Durand-Élie, Zoé and ")
    assert (fields["pages"], fields["month"]) == ("12–27", "mar")
    assert r"\&" in text
    assert "100 \\%" in text


def test_a_second_reader_of_bibtex_finds_all_that_it_can_hold(client: Client, study: Record) -> None:
    """Pybtex keeps LaTeX as it is written and splits names; addresses and DOI it must find as they are."""
    [(key, entry)] = pybtex.database.parse_string(file(client, "records/?format=bibtex"), "bibtex").entries.items()
    assert (key, entry.type) == (f"mot:{study.code}:2019", "techreport")
    person, body = entry.persons["author"]
    assert [part.encode().decode("latex+utf-8") for part in (*person.last_names, *person.first_names)] == [
        *("Durand-Élie", "Zoé")
    ]
    assert [str(one) for one in (body, *entry.persons["editor"])] == ["{INSEE}", "{ANCT}"]
    found = {name: re.sub("[{}]", "", value.encode().decode("latex+utf-8")) for name, value in entry.fields.items()}
    keywords = found.pop("keywords").split(", ")
    assert set(keywords) == {"health (fr)", "France – Allemagne", "hôpital", "soins"}
    assert (entry.fields["doi"], entry.fields["url"]) == ("10.4000/sante_1", "https://example.org/a?b=1&c=2")
    del found["doi"], found["url"]
    assert found == {
        "title": "Santé & frontières : une étude",
        "shorttitle": "Santé & frontières",
        "abstract": "Un résumé à 100 %.",
        "year": "2019",
        "month": "mar",
        "series": "Les Cahiers",
        "number": "12",
        "issue": "2",
        "booktitle": "Revue des frontières",
        "volume": "3",
        "pages": "12–27",
        "edition": "2e",
        "address": "Paris",
        "institution": "MOT",
        "type": "Étude",
        "isbn": "978-2-07-036822-8",
        "issn": "0317-8471",
        "language": "fr",
        "note": "MOT 12",
        "library": "A 12",
    }


def test_bibtex_loses_what_it_has_no_field_for_and_nothing_else(client: Client, study: Record) -> None:
    before = json.loads(file(client, "records/?format=jsonl"))
    after = again(study, file(client, "records/?format=bibtex"), "bibtex")
    [original, _translation] = before["texts"]
    assert after["texts"] == [original]
    local = [number for number in after["identifiers"] if number["scheme"] != "local"]
    assert local == [number for number in before["identifiers"] if number["scheme"] != "local"]
    lost = ("number", "texts", "licence", "identifiers")
    assert without(after, *lost) == without(before, *lost)


def test_a_title_is_set_as_in_its_language() -> None:
    assert names.full_title("Titre", "un sous-titre", "fr") == "Titre : un sous-titre"
    assert names.full_title("Titel", "ein Untertitel", "de") == "Titel: ein Untertitel"
    assert names.full_title("Titel", "", "de") == "Titel"


def test_csl(client: Client, study: Record) -> None:
    [item] = json.loads(file(client, "records/?format=csl"))
    assert item["author"] == [{"family": "Durand-Élie", "given": "Zoé"}, {"literal": "INSEE"}]
    assert item["issued"] == {"date-parts": [[2019, 3]]}
    assert (item["type"], item["DOI"], item["page"]) == ("report", "10.4000/sante_1", "12-27")


def test_csv(client: Client, study: Record) -> None:
    head, row = file(client, "records/?format=csv").strip().splitlines()
    assert head.lstrip("\ufeff").startswith("code,title,")
    assert "Durand-Élie, Zoé; INSEE" in row


def test_a_list_is_a_feed(client: Client, study: Record) -> None:
    make.record("Plus récent\x0b")
    feed = ElementTree.fromstring(file(client, "records/?format=atom&type=study,report&locale=fr"))
    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{atom}entry")
    assert [one.findtext(f"{atom}title") for one in entries] == ["Plus récent", "Santé & frontières : une étude"]
    assert entries[1].findtext(f"{atom}id") == f"tag:localhost,2026:records/{study.code}"
    assert entries[1].findtext(f"{atom}summary") == "Un résumé à 100 %."
    own = next(link.get("href") for link in feed.findall(f"{atom}link") if link.get("rel") == "self")
    assert own == "http://localhost:8000/api/v2/records/?format=atom&locale=fr&type=study,report"


def without(one: Any, *names: str) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in names}


def again(record: Record, text: str, format: str) -> Any:
    """The plain form of a record that was deleted and came back from a file."""
    Record.objects.get(pk=record.pk).delete()
    [line] = load(readers.READERS[format](io.BytesIO(text.encode())), "again")
    assert line.outcome == "created", line
    [found] = portable.loaded(Record.objects.filter(code=line.code))
    return portable.portable(found)


def test_json_lines_lose_nothing(client: Client, study: Record) -> None:
    text = file(client, "records/?format=jsonl")
    assert without(again(study, text, "jsonl"), "number") == without(json.loads(text), "number")


def test_ris_loses_what_it_has_no_tag_for_and_nothing_else(client: Client, study: Record) -> None:
    before = json.loads(file(client, "records/?format=jsonl"))
    after = again(study, file(client, "records/?format=ris"), "ris")
    [original, _translation] = before["texts"]
    assert after["texts"] == [original]
    lost = ("number", "texts", "licence")
    assert without(after, *lost) == without(before, *lost)


def test_a_file_of_everything_ends_somewhere(client: Client, study: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.record_formats.MOST", 1)
    make.record("Autre")
    assert json.loads(file(client, "records/?format=ris", 400))["errors"][0]["parameter"] == "format"
    assert file(client, "records/?format=ris&limit=2").count("ER  -") == 2


def test_nothing_in_a_record_ends_its_reference(client: Client) -> None:
    """Neither line breaks in RIS nor braces in BibTeX, where what follows would be another reference, or LaTeX."""
    evil = "A\nER  - \nTY  - BOOK\nTI  - B\u2028C\x85D"
    address = "https://example.org/x},title={Y\\input{z}"
    doi = {"scheme": "doi", "value": "10.4000/x},note={y"}
    assert outcomes(one(evil, url=address, identifiers=[doi], host="H}\n@book{b,")) == ["created"]
    [entry] = rispy.loads(text := file(client, "records/?format=ris"))
    assert entry["title"] == "A ER - TY - BOOK TI - B C D"
    assert text.count("\nER  -") == 1
    [found] = bibtexparser.parse_string(file(client, "records/?format=bibtex")).entries
    assert found.fields_dict["url"].value == "https://example.org/x%7D,title=%7BY%5Cinput%7Bz%7D"
    assert found.fields_dict["doi"].value == "10.4000/x%7D,note=%7By"
    assert found.fields_dict["title"].value.startswith("A")
    assert "note" not in found.fields_dict


def entries(*records: dict[str, Any]) -> Any:
    text = "\n".join(json.dumps(record) for record in records)
    return readers.json_lines(io.BytesIO(text.encode()))


def one(title: str = "Titre", **more: Any) -> dict[str, Any]:
    return {"type": "report", "texts": [{"language": "fr", "title": title}], **more}


def outcomes(*records: dict[str, Any], **kwargs: Any) -> list[str]:
    return [line.outcome for line in load(entries(*records), "catalogue", **kwargs)]


def test_an_import_is_repeated_without_repeating_anything() -> None:
    agents = [{"name": "Insee", "role": role} for role in ("author", "publisher")]
    first, second = one(key="a", agents=agents), one("Autre", key="b")
    assert outcomes(first, second) == ["created", "created"]
    assert Agent.objects.count() == 1, "whoever plays two roles is made once"
    assert outcomes(first, second) == ["unchanged", "unchanged"]
    assert outcomes({**first, "volume": "3"}, second, origin="b.ris") == ["updated", "unchanged"]
    record = Record.objects.get(title_key="titre")
    assert record.volume == "3"
    history = [(entry.message, entry.user) for entry in ModelLogEntry.objects.for_instance(record)]
    assert history == [("Mise à jour depuis b.ris", None), ("Importée depuis catalogue", None)]
    assert (Record.objects.count(), Agent.objects.count()) == (2, 1)
    assert all(record.live and record.latest_revision_id is None for record in Record.objects.all())


def test_what_an_editor_changed_or_deleted_is_left_alone() -> None:
    changed, deleted = one(key="a"), one("Autre", key="b")
    assert outcomes(changed, deleted) == ["created", "created"]
    record = Record.objects.get(title_key="titre")
    record.volume = "de l’éditeur"
    record.save_revision()
    Record.objects.get(title_key="autre").delete()
    [left, gone] = load(entries({**changed, "volume": "3"}, deleted), "catalogue")
    assert (left.outcome, gone.outcome) == ("left", "left")
    assert Record.objects.get().volume == ""


def test_what_an_editor_does_between_the_look_and_the_writing_counts() -> None:
    changed, other = one(key="a", keywords=["soins"]), one("Autre", key="b", keywords=["soins"])
    assert outcomes(changed, other) == ["created", "created"]
    loader = importing.Loader("catalogue")
    batch = loader.look_at(list(entries({**changed, "volume": "3"}, {**other, "volume": "4"})))
    record = Record.objects.get(title_key="titre")
    record.volume = "de l’éditeur"
    record.save_revision()
    make.concept("care").names.filter(language="en").update(text="soins")
    assert [line.outcome for line in loader.write(batch)] == ["left", "updated"]
    left, updated = Record.objects.order_by("pk")
    assert (left.volume, updated.volume, updated.keywords) == ("", "4", "")


def test_what_an_editor_locked_is_left_alone() -> None:
    outcomes(one(key="a"))
    Record.objects.update(locked=True)
    assert outcomes(one(key="a", volume="3")) == ["left"]
    assert Record.objects.get().volume == ""


def test_a_record_that_is_there_already_is_named_and_left() -> None:
    there = make.record(identifiers={"doi": "10.4000/x"})
    [line] = load(entries(one(identifiers=[{"scheme": "doi", "value": "https://doi.org/10.4000/X"}])), "catalogue")
    assert (line.outcome, line.code) == ("duplicate", there.code)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"type": "nothing"}, "Type"),
        ({"texts": []}, "Titre"),
        ({"texts": [{"language": "xx", "title": "a"}]}, "Langues"),
        ({"texts": [{"language": "fr"}]}, "texts.0.title"),
        ({"date": "hier"}, "Date"),
        ({"borders": ["nowhere"]}, "Frontières"),
        ({"agents": [{"name": "a", "role": "king"}]}, "agents.0.role"),
        ({"identifiers": [{"scheme": "isbn", "value": "978"}]}, "ISBN"),
        ({"surprise": 1}, "surprise"),
        ({"agents": [{"name": str(number), "role": "author"} for number in range(1001)]}, "agents"),
        ({"volume": "x" * 99}, "olume"),
        ({"url": "nowhere"}, "web"),
    ],
)
def test_an_unreadable_line_is_named_and_the_rest_goes_in(wrong: dict[str, Any], named: str) -> None:
    [line, good] = load(entries({**one(), **wrong}, one("Bon")), "catalogue")
    assert line.outcome == "unreadable"
    assert named in line.why
    assert (good.outcome, Record.objects.count()) == ("created", 1)
    assert not Agent.objects.exists()


def test_words_that_are_concepts_become_concepts() -> None:
    concept = make.concept("health")
    assert outcomes(one(concepts=["HEALTH (FR)", "inconnu"], keywords=["health bis", "soins"])) == ["created"]
    record = Record.objects.get()
    assert list(record.concepts.all()) == [concept]
    assert record.keyword_list == ["soins", "inconnu"]


def test_a_dry_run_writes_nothing() -> None:
    assert outcomes(one(agents=[{"name": "Insee", "role": "author"}]), dry_run=True) == ["created"]
    assert not Record.objects.exists()
    assert not ImportedRecord.objects.exists()


def test_of_two_lines_with_one_key_or_number_the_first_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    doi = [{"scheme": "doi", "value": "10.4000/x"}]
    records = [
        one("Un titre assez long", key="a", identifiers=doi, date="2019"),
        one("Autre", key="a"),
        one("Encore un", key="b", identifiers=[{"scheme": "doi", "value": "https://doi.org/10.4000/X"}]),
        one("Un titre assez long", key="c", date="2020"),
        one("Dernier", key="a"),
    ]
    expected = ["created", "repeated", "repeated", "duplicate", "repeated"]
    for size in (2, 10):
        monkeypatch.setattr(importing, "BATCH", size)
        told = list(load(entries(*records), "catalogue", dry_run=True, leave_alike=True))
        assert [line.outcome for line in told] == expected, size
        assert all("ligne 1" in line.why for line in told[1:])
    told = list(load(entries(*records), "catalogue", leave_alike=True))
    assert [line.outcome for line in told] == expected
    assert str(Record.objects.get()) == "Un titre assez long"
    assert outcomes(*records[:2]) == ["unchanged", "repeated"]


def test_a_line_that_the_database_refuses_is_told_and_the_rest_goes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    make.record(identifiers={"doi": "10.4000/x"})
    monkeypatch.setattr(importing, "holders", lambda numbers: {})  # somebody was quicker
    agents = [{"name": "Insee", "role": "author"}]
    records = [one(f"Titre {number}", key=str(number), agents=agents) for number in range(3)]
    records[1]["identifiers"] = [{"scheme": "doi", "value": "10.4000/x"}]
    told = list(load(entries(*records), "catalogue"))
    assert [line.outcome for line in told] == ["created", "unreadable", "created"]
    assert "resources_recordidentifier" in told[1].why
    assert Agent.objects.count() == 1
    assert outcomes(*records)[::2] == ["unchanged", "unchanged"]


def test_the_queries_of_a_batch_do_not_grow_with_it(django_assert_max_num_queries: Any) -> None:
    concept, border = make.concept("health"), borders.border("fr-de")
    make.agent("insee")

    def some(source: str, count: int) -> list[Any]:
        return [
            one(
                f"Titre {number}",
                key=f"{source}-{number}",
                agents=[{"name": name, "role": "author"} for name in ("Insee", "Anct")],
                identifiers=[{"scheme": "doi", "value": f"10.4000/{source}{number}"}],
                concepts=[concept.code],
                borders=[border.code],
                full_text=[{"language": "fr", "pages": ["a"]}],
            )
            for number in range(count)
        ]

    for count in (2, 20):
        with django_assert_max_num_queries(75):
            assert outcomes(*some(str(count), count)) == ["created"] * count
        with django_assert_max_num_queries(75):
            updated = [{**record, "volume": "3"} for record in some(str(count), count)]
            assert [line.outcome for line in load(entries(*updated), "catalogue")] == ["updated"] * count


def test_a_new_record_is_one_change_and_in_the_search_of_the_list() -> None:
    agents = [{"name": "Insee", "role": "author"}]
    assert outcomes(one("Ornithorynque", agents=agents, keywords=["a"])) == ["created"]
    record = Record.objects.get()
    told = Change.objects.filter(model="resources.record", object_id=record.pk)
    assert [change.kind for change in told] == ["publish"]
    assert list(get_search_backend().search("Ornithorynque", Record)) == [record]
    assert list(get_search_backend().search("Insee", Agent)) == [record.agent_links.get().agent]


def test_what_editors_name_anew_meanwhile_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    by = {"name": "Institut", "role": "author"}
    records = [one(f"Titre {number}", key=str(number), keywords=["soins"], agents=[by]) for number in range(3)]
    begun = load(entries(*records), "catalogue")
    next(begun)
    insee, concept = make.agent("insee"), make.concept("care")
    ConceptName.objects.filter(fact=concept, language="en").update(text="soins")
    fact_merging.merge(Agent.objects.get(names__text="Institut"), insee)
    assert [line.outcome for line in begun] == ["created", "created"]
    found = Record.objects.order_by("pk")
    assert [[each.code for each in record.concepts.all()] for record in found] == [[], ["care"], ["care"]]
    assert {link.agent for record in found for link in record.agent_links.all()} == {insee}


@pytest.mark.parametrize("format", ["ris", "bibtex"])
def test_a_reference_of_ours_is_known_by_its_number(client: Client, study: Record, format: str) -> None:
    Record.objects.update(latest_revision=None)  # as an import leaves it
    text = file(client, f"records/{study.code}/?format={format}")

    def loaded(text: str) -> importing.Line:
        read = readers.READERS[format](io.BytesIO(text.encode()))
        [line] = load(read, "zotero", carried=readers.carried(format))
        return line

    assert (loaded(text).outcome, loaded(text).code) == ("unchanged", study.code)
    changed = loaded(text.replace("Paris", "Lyon"))
    assert (changed.outcome, changed.code) == ("left", study.code)
    assert Record.objects.count() == 1
    assert list(portable.loaded([study])[0].texts.all()) == list(study.texts.all())


def test_an_interrupted_import_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    records = [one(f"Titre {number}", key=str(number)) for number in range(5)]
    begun = load(entries(*records), "catalogue")
    next(begun)
    begun.close()
    assert Record.objects.count() == 2
    assert outcomes(*records) == ["unchanged", "unchanged", "created", "created", "created"]


def test_the_command_reports_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "catalogue.jsonl"
    path.write_text(json.dumps(one()) + "\nnonsense\n", encoding="utf-8")
    call_command("import_records", path, "--dry-run")
    assert "nothing was written" in capsys.readouterr().out
    call_command("import_records", path)
    told = capsys.readouterr().out
    assert "2: unreadable" in told
    assert "created 1, unreadable 1" in told
    with pytest.raises(CommandError, match="--format"):
        call_command("import_records", tmp_path / "catalogue.xyz")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_records", tmp_path / "nowhere.ris")


def test_ris_of_other_programs_is_read() -> None:
    text = """TY  - JOUR
AU  - Durand, Zoé
T1  - Un article
JO  - Revue
PY  - 2019/03//
LA  - fre
SN  - 0317-8471
SP  - 3
KW  - santé
ER  -

TY  - GEN
ER  -
"""
    [line, empty] = load(readers.READERS["ris"](io.BytesIO(text.encode())), "zotero")
    assert (line.outcome, empty.outcome) == ("created", "unreadable"), line
    record = Record.objects.get()
    assert (record.type.code, record.host, record.pages, record.year) == ("article", "Revue", "3", 2019)
    assert record.languages.get().language == "fr"
    assert record.agent_links.get().agent.kind == "person"
