"""Importing records in the admin: looked at first, written by the worker, told line by line."""

import gzip
import io
import itertools
import json
import os
import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from cms import changes
from resources.exchange import bibtex_in, harvest, importing, imports, portable, readers, table
from resources.exchange.importing import load
from resources.files import RecordFullText, open_texts
from resources.merging import merge
from resources.models import ImportFile, ImportLine, Record, RecordImport
from tests.admin import administrator
from tests.cms import killing
from tests.factories import borders
from tests.factories import resources as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signed_in(client: Client) -> None:
    administrator(client)


def upload(client: Client, name: str, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("record_imports"), {"file": file, "source": "catalogue"})


def one(title: str = "Titre", **more: Any) -> dict[str, Any]:
    return {"type": "report", "texts": [{"language": "fr", "title": title}], **more}


def lines(*records: Any) -> str:
    return "\n".join(json.dumps(record) for record in records)


def work() -> RecordImport:
    """What the worker does with the last import."""
    pk = RecordImport.objects.latest("pk").pk
    while RecordImport.objects.get(pk=pk).is_working:
        imports.go_on.func(pk)
    return RecordImport.objects.get(pk=pk)


def told() -> list[tuple[int, str]]:
    return list(RecordImport.objects.latest("pk").lines.values_list("place", "outcome"))


def test_a_file_is_looked_at_and_goes_in_once_it_is_confirmed(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("resources.exchange.importing.BATCH", 2)
    there = make.record("Un rapport assez long")
    content = lines(one("A"), one("B"), one("C", date="hier"), one("Un rapport assez long"), one("E")) + "\nrien"
    address = upload(client, "c.jsonl", content).url
    assert DBTaskResult.objects.filter(task_path__endswith="go_on").count() == 1
    assert work().state == "checked"
    outcomes = ["created", "created", "unreadable", "duplicate", "created", "unreadable"]
    assert told() == list(enumerate(outcomes, start=1))
    assert (Record.objects.count(), ImportFile.objects.count()) == (1, 0)
    page = client.get(address).content.decode()
    assert "hier" in page
    assert f">{there.code}</a>" in page

    client.post(reverse("record_import_write", args=[RecordImport.objects.get().pk]))
    imports.step(RecordImport.objects.get().pk)  # and then the worker dies
    assert (Record.objects.count(), RecordImport.objects.get().done) == (3, 2)
    assert "2 / 6" in client.get(address).content.decode()
    assert work().state == "done"
    assert Record.objects.count() == 4
    made = Record.objects.exclude(pk=there.pk)
    assert {record.cataloguer.username for record in made} == {"admin"}
    history = client.get(reverse("wagtailsnippets_resources_record:history", args=[made[0].pk])).content.decode()
    assert "Importée depuis c.jsonl" in history
    assert not ImportLine.objects.exclude(given=None).exists()
    report = b"".join(client.get(reverse("record_import_report", args=[RecordImport.objects.get().pk]))).decode()
    assert len(report.splitlines()) == 7

    upload(client, "c.jsonl", content)
    work()
    assert [outcome for _place, outcome in told()][:2] == ["unchanged", "unchanged"]
    assert client.get(reverse("record_imports")).content.decode().count("c.jsonl") == 2


def test_an_import_that_nobody_works_at_is_taken_up_again(client: Client) -> None:
    upload(client, "c.jsonl", lines(one("A")))
    assert imports.go_on_with_still() == 0
    DBTaskResult.objects.all().delete()
    RecordImport.objects.update(moved_at=timezone.now() - imports.STILL * 2)
    assert (imports.go_on_with_still(), imports.go_on_with_still()) == (1, 0)
    assert DBTaskResult.objects.filter(task_path__endswith="go_on").count() == 1


def test_repetitions_are_told_across_batches_and_after_a_kill(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("resources.exchange.importing.BATCH", 2)
    long = "Un rapport assez long"
    records = [one(long, key="a"), one("B", key="b"), one("C", key="a"), one(long, key="d"), one("E", key="a")]
    upload(client, "c.jsonl", lines(*records))
    pk = RecordImport.objects.get().pk
    imports.step(pk)
    imports.step(pk)
    imports._going.clear()  # and then the worker dies
    assert work().state == "checked"
    outcomes = ["created", "created", "repeated", "duplicate", "repeated"]
    assert told() == list(enumerate(outcomes, start=1))
    assert ImportLine.objects.get(place=5).why == ImportLine.objects.get(place=3).why
    client.post(reverse("record_import_write", args=[pk]), {"alike": "on"})
    while RecordImport.objects.get(pk=pk).is_working:
        imports.step(pk)
        imports._going.clear()
    assert [outcome for _place, outcome in told()] == ["created", "created", "repeated", "created", "repeated"]
    assert sorted(map(str, Record.objects.all())) == ["B", long, long]


@pytest.mark.django_db(transaction=True)
def test_a_line_that_kills_the_worker_is_named_and_the_rest_goes_in(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("resources.exchange.importing.BATCH", 3)
    decided = importing.Batch._decide

    def deadly(batch: Any, place: int, given: Any) -> Any:
        if place == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return decided(batch, place, given)

    monkeypatch.setattr(importing.Batch, "_decide", deadly)
    upload(client, "c.jsonl", lines(*(one(f"Titre {number}", key=str(number)) for number in range(1, 9))))
    pk = RecordImport.objects.get().pk

    def worked() -> int:
        deaths = 0
        while RecordImport.objects.get(pk=pk).is_working:
            deaths += killing.run(lambda: imports.go_on.func(pk))
        return deaths

    assert worked() == 2 * imports.TRIES
    expected = [(place, "unreadable" if place == 5 else "created") for place in range(1, 9)]
    assert told() == expected
    assert "s’est arrêté" in ImportLine.objects.get(place=5).why
    client.post(reverse("record_import_write", args=[pk]))
    assert worked() == 0, "it is not tried again"
    assert told() == expected
    assert Record.objects.count() == 7


def test_a_file_that_kills_the_worker_is_given_up(client: Client, monkeypatch: Any) -> None:
    def dies(stream: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setitem(readers.READERS, "jsonl", dies)
    upload(client, "c.jsonl", lines(one("A")))
    for _death in range(imports.TRIES):
        with pytest.raises(KeyboardInterrupt):
            imports.step(RecordImport.objects.get().pk)
    assert work().state == "failed"
    assert RecordImport.objects.get().problem


def test_what_only_looks_alike_goes_in_where_it_is_wanted(client: Client) -> None:
    make.record("Un rapport assez long")
    upload(client, "c.jsonl", lines(one("Un rapport assez long")))
    client.post(reverse("record_import_write", args=[work().pk]), {"alike": "on"})
    assert work().state == "done"
    assert told() == [(1, "created")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"\x00\xff\xfe" * 100),
        ("a.csv", "type;title;nothing\nreport;a;b"),
        ("a.csv", "title\na"),
        ("a.csv", "title;" * 300_000),
        ("a.bib", b"\x89PNG\r\n" * 50),
        ("a.ris", ""),
        ("a.ris", "\n\n"),
        ("a.exe", "x"),
    ],
)
def test_hostile_files_are_refused_with_a_message(client: Client, name: str, content: str | bytes) -> None:
    answer = upload(client, name, content)
    if answer.status_code == 302:
        assert work().state == "failed"
        assert RecordImport.objects.get().problem
    else:
        assert answer.status_code == 422
        assert "file" in answer.context["form"].errors


def test_lines_of_nonsense_are_told(client: Client) -> None:
    deep = "[" * 100_000
    odd = [b'{"type":"report","texts":[{"language":"fr","title":"a\\u0000b"}]}', b"\xff\xfe{", deep.encode(), b"{}"]
    upload(client, "a.jsonl", b"\n".join(odd))
    client.post(reverse("record_import_write", args=[work().pk]))
    assert work().state == "done"
    assert [outcome for _place, outcome in told()] == ["created", "unreadable", "unreadable", "unreadable"]
    assert Record.objects.get().title_key == "ab"


def test_the_export_comes_back_unchanged(client: Client) -> None:
    record = make.record(
        "=Santé; frontières", texts={"de": "Gesundheit"}, agents={"author": [make.agent("insee")]}, volume="-3"
    )
    record.concepts, record.borders = [make.concept("health")], [borders.border("fr-de")]
    record.save()
    exported = b"".join(client.get(reverse(Record.snippet_viewset.get_url_name("list")), {"export": "csv"}))
    [line] = load(table.read(io.BytesIO(exported)), "x")
    assert (line.outcome, line.code) == ("unchanged", record.code), line
    Record.objects.update(latest_revision=None)  # as an import leaves it
    [line] = load(table.read(io.BytesIO(exported.replace(b"'-3", b"5"))), "x")
    assert (line.outcome, Record.objects.get().volume) == ("updated", "5")
    [line] = load(table.read(io.BytesIO(exported.replace("frontières".encode(), b"autre"))), "x")
    assert (line.outcome, line.code) == ("left", record.code)


def test_files_are_in_the_language_of_the_admin(client: Client) -> None:
    make.record("Titre")
    upload(client, "c.jsonl", lines(one()))
    report = reverse("record_import_report", args=[work().pk])
    for address in (reverse(Record.snippet_viewset.get_url_name("list")), report):
        answer = client.get(address, {"export": "csv"})
        with translation.override("de"):  # as a reader's request may leave the thread
            told = b"".join(answer).decode()
        assert "Titre" in told
        assert "Titel" not in told
    assert "nouvelle" in told
    headings = Record.snippet_viewset.export_headings.values()  # type: ignore[attr-defined]
    with translation.override("de"):
        assert "Titel" in map(str, headings)
    assert "Titre" in map(str, headings)


def test_the_table_holds_all_of_a_record(client: Client) -> None:
    whole = one(
        "Titre",
        agents=[{"name": "Durand, Zoé", "role": "client"}],
        date="2019-03",
        languages=["fr", "pt"],
        identifiers=[{"scheme": "isbn", "value": "978-2-07-036822-8"}],
        copies=[{"shelf_mark": "A 12", "location": "Salle 2"}],
        keywords=["a", "b"],
        licence="cc-by",
    )
    whole["texts"].append({"language": "de", "title": "Titel", "abstract": "Kurz,\nzwei Zeilen"})
    [(place, again)] = table.read(io.BytesIO(table.write([whole]).encode()))  # type: ignore[list-item]
    assert place == 2
    assert portable.says_the_same(again, whole), again  # type: ignore[arg-type]
    excel = 'Titre;Type;"Langue du titre";Auteur\r\n"Été; deux";report;fr;"Durand, Zoé ; Insee"'.encode("cp1252")
    [(_place, western)] = table.read(io.BytesIO(excel))
    assert [by["name"] for by in western["agents"]] == ["Durand, Zoé", "Insee"]  # type: ignore[index]
    with pytest.raises(
        portable.Unreadable,
        match="auteure \\(«\u00a0Auteur\u00a0»\u00a0\\?\\), editeurrs \\(«\u00a0Éditeur\u00a0»\u00a0\\?\\)",
    ):
        list(table.read(io.BytesIO(b"titres;TYPE;auteure;Langue;editeurrs")))
    head = client.get(reverse("record_import_template")).content
    assert "Titre;Sous-titre;Langue du titre" in head.decode()
    assert list(table.read(io.BytesIO(head))) == []


def test_bibtex_of_other_programs_is_read() -> None:
    text = r"""@article{durand2019,
  author = {Durand, Zo{\'e} and Jean Martin and {INSEE Grand Est}},
  title = {Sant\'e \& fronti\`eres}, journal = {Revue}, year = 2019, month = mar, pages = {12--27},
  doi = {https://doi.org/10.4000/X}, keywords = {a, b}, language = {french}
}
@book{broken, title = {unclosed
@phdthesis{t, title = {Th{\`e}se}, author = {Durand, Zoé}, school = {Université}, date = {2020-05-03}}
@report{t, title = {Autre}}
"""
    [article, broken, thesis, other] = load(bibtex_in.read(io.BytesIO(text.encode())), "zotero")
    assert [line.outcome for line in (article, broken, thesis, other)] == [
        "created",
        "unreadable",
        "created",
        "created",
    ]
    assert (broken.place, other.place) == (6, 8)
    [found] = portable.loaded(Record.objects.filter(code=article.code))
    told = portable.portable(found)
    assert told["texts"][0]["title"] == "Santé & frontières"
    assert [(by["name"], by.get("kind")) for by in told["agents"]] == [
        ("Durand, Zoé", "person"),
        ("Martin, Jean", "person"),
        ("INSEE Grand Est", "body"),
    ]
    assert (told["date"], told["pages"], told["host"], told["languages"]) == ("2019-03", "12-27", "Revue", ["fr"])
    assert told["identifiers"] == [{"scheme": "doi", "value": "10.4000/x"}]
    assert Record.objects.get(code=thesis.code).university == "Université"


def test_every_ending_has_a_reader() -> None:
    assert set(readers.ENDINGS.values()) == set(readers.READERS)


RECORD = """<record><header><identifier>oai:x:{0}</identifier></header><metadata>
<d:dc xmlns:d="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title xml:lang="fr">Santé {0}</dc:title><dc:title xml:lang="de">Gesundheit {0}</dc:title>
<dc:creator>Durand, Zoé</dc:creator>
<dc:date>2019-03</dc:date><dc:language>fre</dc:language><dc:type>info:eu-repo/semantics/article</dc:type>
<dc:identifier>https://doi.org/10.4000/x{0}</dc:identifier><dc:identifier>https://example.org/{0}</dc:identifier>
<dc:rights>http://creativecommons.org/licenses/by/3.0/fr/</dc:rights></d:dc></metadata></record>"""
GONE = '<record><header status="deleted"><identifier>oai:x:9</identifier></header></record>'


@pytest.fixture
def catalogue(settings: Any) -> Iterator[Any]:
    """A catalogue of three records on this machine, in two answers; the first is asked for by a redirection."""
    settings.WEBHOOKS_ALLOWED_NETWORKS = [ip_network("127.0.0.1")]

    class Catalogue(BaseHTTPRequestHandler):
        asked: ClassVar[list[dict[str, list[str]]]] = []
        packed = False

        def listed(self, query: Any) -> str:
            first = RECORD.format(1) + RECORD.format(2) + "<resumptionToken>more</resumptionToken>"
            return GONE + RECORD.format(3) if "resumptionToken" in query else first

        def do_GET(self) -> None:
            if self.path.startswith("/old"):
                self.send_response(301)
                self.send_header("Location", self.path.replace("/old", "/oai"))
                self.end_headers()
                return
            query = parse_qs(self.path.partition("?")[2])
            self.asked.append(query)
            root = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{self.listed(query)}'
            body = f"{root}</ListRecords></OAI-PMH>".encode()
            self.send_response(200)
            if self.packed:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(gzip.compress(body) if self.packed else body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
    Thread(target=server.serve_forever, daemon=True).start()
    Catalogue.address = f"http://127.0.0.1:{server.server_port}/old"  # type: ignore[attr-defined]
    yield Catalogue
    server.shutdown()
    server.server_close()


def test_a_catalogue_is_harvested(client: Client, catalogue: Any, capsys: pytest.CaptureFixture[str]) -> None:
    form = {"address": catalogue.address, "set": "borders", "since": "2024-01-31"}
    client.post(reverse("record_imports"), form)
    begun = RecordImport.objects.get()
    imports.step(begun.pk)  # and then the worker dies
    assert RecordImport.objects.get().token == "more"
    assert work().state == "checked"
    first, second = catalogue.asked
    assert (first["set"], first["from"], first["metadataPrefix"]) == (["borders"], ["2024-01-31"], ["oai_dc"])
    assert second == {"verb": ["ListRecords"], "resumptionToken": ["more"]}
    client.post(reverse("record_import_write", args=[begun.pk]))
    work()
    assert [outcome for _place, outcome in told()] == ["created", "created", "unreadable", "created"]
    [found] = portable.loaded(Record.objects.filter(identifiers__value="10.4000/x1"))
    told_of = portable.portable(found)
    assert [text["title"] for text in told_of["texts"]] == ["Santé 1", "Gesundheit 1"]
    assert (told_of["type"], told_of["licence"], told_of["url"]) == ("article", "cc-by", "https://example.org/1")
    call_command("import_records", "--oai", catalogue.address)
    assert "unchanged 3, unreadable 1" in capsys.readouterr().out


def test_a_catalogue_that_never_ends_or_is_too_large_is_given_up(
    client: Client, catalogue: Any, monkeypatch: Any
) -> None:
    answers = (f"<resumptionToken>{number % 2}</resumptionToken>" for number in itertools.count())
    monkeypatch.setattr(catalogue, "listed", lambda self, query: next(answers))
    client.post(reverse("record_imports"), {"address": catalogue.address})
    assert "sans donner de notice" in work().problem

    monkeypatch.setattr(catalogue, "listed", lambda self, query: " " * harvest.MOST_BYTES)
    monkeypatch.setattr(catalogue, "packed", True)
    client.post(reverse("record_imports"), {"address": catalogue.address})
    assert work().problem == "La réponse du catalogue est trop volumineuse."


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1/oai", "https://[::1]/oai", "http://169.254.169.254/", "ftp://x"]
)
def test_a_catalogue_beside_this_server_is_not_asked(client: Client, address: str, settings: Any) -> None:
    settings.WEBHOOKS_ALLOWED_NETWORKS = []
    answer = client.post(reverse("record_imports"), {"address": address})
    assert answer.status_code == 422
    assert "address" in answer.context["of_catalogue"].errors
    with pytest.raises(portable.Unreadable):
        harvest.page(address)


def test_editors_see_and_remove_the_text_that_an_import_gave(client: Client) -> None:
    text = {"language": "fr", "pages": ["Première page", "<b>Seconde</b> page"]}
    list(load(readers.json_lines(io.BytesIO(lines(one(key="a", full_text=[text])).encode())), "ministère"))
    record = Record.objects.get()
    edit = reverse(Record.snippet_viewset.get_url_name("edit"), args=[record.pk])
    address = reverse("record_files", args=[record.pk])
    for page in (client.get(edit).content.decode(), client.get(address).content.decode()):
        assert "ministère" in page
        assert "Première page<br>&lt;b&gt;Seconde&lt;/b&gt; page" in page
        assert "2 pages, 32 caractères" in page
    before = changes.content_version("records")
    assert client.post(address, {"text": "99999"}).status_code == 404
    assert client.post(address, {"text": RecordFullText.objects.get().pk}).status_code == 302
    assert open_texts([record.pk], ()) == {}
    assert changes.content_version("records") > before
    assert "ministère" not in client.get(address).content.decode()
    client.logout()
    assert client.post(address, {"text": "1"}).status_code == 302


def test_the_whole_text_is_searched_and_kept_until_it_is_taken_back() -> None:
    def imported(**more: Any) -> str:
        [line] = load(readers.json_lines(io.BytesIO(lines(one(key="a", **more)).encode())), "x")
        return line.outcome

    pages = ["Première page", "Seconde page"]
    assert imported(full_text=[{"language": "fr", "pages": pages}]) == "created"
    record = Record.objects.get()
    [text] = open_texts([record.pk], ())[record.pk]
    assert (text.language, text.pages) == ("fr", pages)
    assert imported(volume="3") == "updated"
    into = make.record("Autre")
    merge(record, into)
    assert open_texts([into.pk], ())[into.pk] == [text]
    exported = json.dumps({**one("Autre", full_text=[]), "number": into.code})
    Record.objects.update(latest_revision=None)
    [line] = load(readers.json_lines(io.BytesIO(exported.encode())), "x")
    assert (line.outcome, open_texts([into.pk], ())) == ("updated", {})


RIS = "TY  - RPRT\r\nTI  - Été à Kehl\r\nER  - \r\n"
TABLE = "Titre;Type\r\nÉté à Kehl;report\r\n"
BIBTEX = "@report{a, title = {Été à Kehl}}"


@pytest.mark.parametrize(("format", "text"), [("ris", RIS), ("csv", TABLE), ("bibtex", BIBTEX)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_read_in_what_programs_write(format: str, text: str, encoding: str) -> None:
    [(_place, found)] = readers.READERS[format](io.BytesIO(text.encode(encoding)))
    assert found["texts"][0]["title"] == "Été à Kehl"  # type: ignore[index]


def test_a_broken_character_does_not_make_another_encoding() -> None:
    [(_place, found)] = readers.READERS["ris"](io.BytesIO(RIS.encode().replace(b"Kehl", b"Kehl \xff")))
    assert found["texts"][0]["title"] == "Été à Kehl \ufffd"  # type: ignore[index]


def test_a_file_without_a_readable_line_waits_for_nobody(client: Client) -> None:
    address = upload(client, "photo.ris", bytes(range(256))).url
    assert work().state == "done"
    shown = client.get(address).content.decode()
    assert "n’est pas une référence RIS" in shown
    assert reverse("record_import_write", args=[RecordImport.objects.get().pk]) not in shown
