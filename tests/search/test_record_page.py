"""The page of a document: what machines read in it, what readers get of it, and what they do not."""

import datetime
import json
import re
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from cms.facts import Office, OfficeName
from cms.languages import CODES
from home.models import SiteSettings
from resources import highwire
from resources.files import FileText
from resources.models import Record, RecordCopy, RecordFile
from resources.record_types import EXPORTED
from search import sitemap
from tests.factories import borders, resources

pytestmark = pytest.mark.django_db


def shown(client: Client, record: Record, locale: str = "fr") -> str:
    response = client.get(f"/{locale}/portail/{record.code}/")
    assert response.status_code == 200
    return response.content.decode()


def tags(page: str) -> list[tuple[str, str]]:
    return [
        (name, unescape(content))
        for name, content in re.findall(r'<meta name="(citation_\w+|z:\w+|prism:\w+)" content="(.*?)">', page)
    ]


def files(record: Record, *rows: RecordFile) -> None:
    record.files = list(rows)
    record.save_revision().publish()


def article() -> Record:
    anna = resources.agent("anna", kind="person")
    anna.names.update(text="Müller, Anna")
    return resources.record(
        "Soins & <frontières>",
        type="article",
        agents={"author": [anna, resources.agent("mot")], "publisher": [resources.agent("puf")]},
        identifiers={"doi": "10.1234/abcd", "issn": "0317-8471"},
        date=datetime.date(2019, 5, 1),
        date_precision="month",
        host="Revue d'Alsace",
        volume="3",
        issue="2",
        pages="12-27",
    )


def test_machines_find_the_reference(client):
    record = article()
    assert tags(shown(client, record)) == [
        ("z:itemType", "journalArticle"),
        ("citation_title", "Soins & <frontières>"),
        ("citation_author", "Müller, Anna"),
        ("citation_author", "MOT"),
        ("citation_publication_date", "2019/05"),
        ("citation_language", "fr"),
        ("citation_journal_title", "Revue d'Alsace"),
        ("citation_publisher", "PUF"),
        ("citation_volume", "3"),
        ("citation_issue", "2"),
        ("citation_firstpage", "12"),
        ("citation_lastpage", "27"),
        ("citation_doi", "10.1234/abcd"),
        ("citation_issn", "0317-8471"),
        ("citation_abstract_html_url", f"http://localhost:8000/fr/portail/{record.code}/"),
    ]


def test_the_reference_is_written_out(client):
    page = shown(client, article())
    assert "<dt>ISO 690</dt><dd>MÜLLER, Anna et MOT, 2019. Soins &amp; &lt;frontières&gt;" in page
    assert "<dt>APA</dt><dd>Müller, A., &amp; MOT. (2019)." in page


def test_the_kind_of_document_shows_in_the_tags(client):
    mot = resources.agent("mot")
    report = resources.record(type="report", agents={"publisher": [mot]}, identifiers={"isbn": "978-2-07-036822-8"})
    assert ("citation_technical_report_institution", "MOT") in tags(shown(client, report))
    assert ("citation_isbn", "978-2-07-036822-8") in tags(shown(client, report))
    assert dict(tags(shown(client, resources.record(type="guide"))))["z:itemType"] == "book"
    plain = dict(tags(shown(client, resources.record(type="report", identifiers={"local": "R-7"}))))
    assert (plain["z:itemType"], plain["citation_technical_report_number"]) == ("report", "R-7")
    press = dict(tags(shown(client, resources.record(type="press-article", host="DNA"))))
    assert (press["z:itemType"], press["prism:publicationName"]) == ("newspaperArticle", "DNA")
    assert "citation_journal_title" not in press, "it would be an article in a journal"
    thesis = resources.record(type="thesis", university="Strasbourg")
    assert ("citation_dissertation_institution", "Strasbourg") in tags(shown(client, thesis))
    assert not [name for name, _text in tags(shown(client, resources.record())) if name == "citation_publication_date"]


def test_a_single_author_of_several_words_is_one(client):
    author = resources.agent("author", kind="person")
    author.names.update(text="De La Cruz, María Elena")
    record = resources.record(agents={"author": [author]})
    assert dict(tags(shown(client, record)))["citation_author"] == "De La Cruz, María Elena;"
    record = resources.record(agents={"author": [author, resources.agent("mot")]})
    assert ("citation_author", "De La Cruz, María Elena") in tags(shown(client, record))
    record.texts.update(abstract="Ligne une.\nLigne deux.")
    assert ("citation_abstract", "Ligne une. Ligne deux.") in tags(shown(client, record))


def test_every_kind_has_a_name_in_zotero():
    assert {kind.csl for kind in EXPORTED.values()} <= highwire._ZOTERO.keys()


def test_linked_data_is_that_of_the_api_and_ends_nowhere_else(client):
    record = resources.record("</script><script>alert(1)</script>")
    page = shown(client, record)
    assert "<script>" not in page
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    detail = client.get(f"/api/v2/records/{record.code}/?locale=fr").json()
    assert json.loads(found) == detail["json_ld"]


def test_search_engines_may_keep_the_page_of_a_document(client):
    record = resources.record()
    page = shown(client, record, "de")
    assert "noindex" not in page
    assert f'<link rel="canonical" href="http://localhost:8000/de/portail/{record.code}/">' in page
    assert "noindex" in client.get("/de/portail/never-there/").content.decode()


@pytest.mark.parametrize("format", ["ris", "bibtex", "csl", "csv", "jsonl"])
def test_the_reference_in_every_format(client, format):
    record = resources.record()
    [address] = re.findall(
        f'<a href="(/api/v2/records/{record.code}/[?]format={format}&amp;locale=fr)"', shown(client, record)
    )
    response = client.get(unescape(address))
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("locale", CODES)
def test_every_language(client, locale):
    page = shown(client, resources.record(), locale)
    heading = {"fr": "Citer ce document", "en": "Cite this document", "de": "Dieses Dokument zitieren"}
    heading |= {"es": "Citar este documento", "it": "Cita questo documento", "nl": "Dit document citeren"}
    assert f">{heading[locale]}</h2>" in page


def test_an_open_file_with_its_language_size_and_first_page(client):
    record, document = resources.record_with_text("Text")
    FileText.objects.update(thumbnail=b"webp", key=(key := uuid.uuid4()))
    page = shown(client, record)
    assert f'href="/documents/{document.pk}/' in page
    assert f'<img src="/records/thumbnails/{key}.webp" alt=""' in page
    assert "<strong>Allemand</strong> · PDF · " in page
    assert "1 page</p>" in page
    assert dict(tags(page))["citation_pdf_url"].startswith(f"http://localhost:8000/documents/{document.pk}/")
    assert "Comment le demander" not in page


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"access": "members"}, "Réservé aux adhérents"),
        ({"access": "paper"}, "Sur papier, à consulter sur place"),
        ({"access": "offline"}, "Non disponible en ligne"),
        (
            {"access": "members", "open_from": datetime.date(2999, 1, 15)},
            "Réservé aux adhérents · Disponible à partir du",
        ),
        ({"access": "paper", "open_from": datetime.date(2999, 1, 15)}, "Sur papier, à consulter sur place</p>"),
        ({"open_from": datetime.date(2999, 1, 15)}, "Disponible à partir du 15 janvier 2999"),
    ],
)
def test_of_a_closed_file_nothing_but_a_note(client, row, note):
    record, document = resources.record_with_text("Verschlusssache")
    key = uuid.uuid4()
    files(record, RecordFile(document=document, language="de", **row))
    page = shown(client, record)
    assert note in page
    assert "Comment le demander" in page
    for secret in (document.title, document.filename, f"/documents/{document.pk}", str(key), "Verschlusssache"):
        assert secret not in page
    assert "citation_pdf_url" not in page


def test_whom_to_ask_for_a_copy_on_paper(client):
    office = Office(code="doc", email="doc@example.org", names=[OfficeName(language="fr", text="Documentation")])
    office.save()
    site = Site.objects.get(is_default_site=True)
    SiteSettings(site=site, offices=[office]).save()
    record = resources.record()
    record.copies = [RecordCopy(shelf_mark="GV 12", location="Paris")]
    record.save_revision().publish()
    page = shown(client, record)
    main = page[page.index("<main") : page.index("</main>")]
    assert "GV 12</span> (Paris)" in main
    assert "mailto:doc@example.org" in main
    record.url = "https://example.org/study"
    record.save_revision().publish()
    assert "mailto:doc@example.org" not in re.findall("<main.*</main>", shown(client, record), re.DOTALL)[0]


def similar(page: str) -> list[str]:
    found = re.search(r'class="record-similar".*?</section>', page, re.DOTALL)
    return re.findall(r"<h3><a [^>]*>(.*?)</a>", found[0]) if found else []


def about(title: str, **fields) -> Record:
    relations = {name: fields.pop(name) for name in ("concepts", "borders", "territories") if name in fields}
    record = resources.record(title, **fields)
    for name, values in relations.items():
        setattr(record, name, values)
    record.save_revision().publish()
    return record


def test_documents_that_have_most_in_common_come_first(client):
    health, rail, insee = resources.concept("health"), resources.concept("rail"), resources.agent("insee")
    fr_de = borders.border("fr-de")
    asked = about("Asked", concepts=[health, rail], borders=[fr_de], agents={"author": [insee]})
    about("Same border", borders=[fr_de])
    about("Both concepts", concepts=[rail, health])
    about("Same author", agents={"author": [insee]})
    about("One concept, border, author", concepts=[health], borders=[fr_de], agents={"author": [insee]})
    about("Draft", concepts=[health, rail], borders=[fr_de]).unpublish()
    about("Nothing")
    page = shown(client, asked)
    assert similar(page) == ["One concept, border, author", "Both concepts", "Same border"]
    assert similar(shown(client, Record.objects.get(texts__title="Nothing"))) == []


def test_facts_that_are_unpublished_make_nothing_similar(client):
    hidden = resources.concept("hidden")
    asked = about("Asked", concepts=[hidden])
    about("Other", concepts=[hidden])
    assert similar(shown(client, asked)) == ["Other"]
    hidden.unpublish()
    assert similar(shown(client, asked)) == []


def test_the_page_takes_the_same_queries_however_much_it_shows(client):
    health = resources.concept("health")
    asked = about("Asked", concepts=[health])
    about("One", concepts=[health], agents={"author": [resources.agent("a")]})
    shown(client, asked)
    with CaptureQueriesContext(
        connection,
    ) as few:
        shown(client, asked)
    for number in range(4):
        about(f"More {number}", concepts=[health], agents={"author": [resources.agent(f"a{number}")]})
    shown(client, asked)
    with CaptureQueriesContext(connection) as many:
        shown(client, asked)
    assert len(many) == len(few)


def test_the_sitemap_has_every_language_of_published_documents(client, settings, monkeypatch):
    monkeypatch.setattr(sitemap, "LARGEST", 2)
    records = [resources.record(f"Étude {number}") for number in range(3)]
    records[0].unpublish()
    settings.FRONTEND_URLS = dict.fromkeys(CODES, "https://front.example")  # documents are here all the same
    index = client.get("/sitemap.xml").content.decode()
    found = re.findall("<loc>http://localhost:8000(.*?)</loc>", index)
    assert found == [f"/sitemap-portail-{locale}-1.xml" for locale in CODES]
    with CaptureQueriesContext(connection) as taken:
        file = client.get("/sitemap-portail-de-1.xml").content.decode()
    assert len(taken) <= 4
    pages = re.findall("<loc>(.*?)</loc>", file)
    assert pages == [f"http://localhost:8000/de/portail/{record.code}/" for record in records[1:]]
    assert file.count(f'hreflang="it" href="http://localhost:8000/it/portail/{records[1].code}/"') == 1
    assert client.get("/sitemap-portail-de-2.xml").status_code == 404
