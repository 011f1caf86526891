"""The demo’s documents: enough, in all languages, about facts that there are, each with where it comes from."""

import json
from collections import Counter

import pypdfium2
import yaml
from django.conf import settings

from home.demo import source
from resources.exchange import portable
from resources.identifiers import normalised

FOLDER = settings.BASE_DIR / "home" / "demo"
LINES = (FOLDER / "records.jsonl").read_text(encoding="utf-8").splitlines()
RECORDS = [portable.read(line) for line in LINES]


def codes(kind: str) -> set[str]:
    return {fact["code"] for fact in yaml.safe_load((FOLDER / "facts" / f"{kind}.yaml").read_text(encoding="utf-8"))}


def test_there_are_documents_in_all_languages() -> None:
    assert len(RECORDS) >= 60
    languages = Counter(text["language"] for record in RECORDS for text in record["texts"])
    assert set(languages) == {"fr", "en", "de", "es", "it", "nl"}
    assert min(languages.values()) >= 5


def test_each_is_found_again_and_says_where_it_comes_from() -> None:
    keys = [record["key"] for record in RECORDS]
    assert len(set(keys)) == len(keys)
    assert [record["key"] for record in RECORDS if not record.get("provenance")] == []
    assert [record["key"] for record in RECORDS if not record["texts"][0].get("abstract")] == []


def test_they_are_about_facts_that_there_are() -> None:
    for relation in ("concepts", "borders", "territories", "countries"):
        named = {code for record in RECORDS for code in record.get(relation, ())}
        assert named <= codes(relation), relation
    assert {record["collection"] for record in RECORDS if "collection" in record} <= codes("record_collections")
    assert {by["code"] for record in RECORDS for by in record.get("agents", ()) if "code" in by} <= codes("agents")


def test_numbers_and_dates_are_right() -> None:
    for record in RECORDS:
        portable.known_date(record["date"])
        for number in record.get("identifiers", ()):
            assert normalised(number["scheme"], number["value"]) == number["value"]


def test_a_line_is_written_as_an_export_would() -> None:
    assert [json.dumps(json.loads(line), ensure_ascii=False) for line in LINES] == LINES


def test_files_are_small_and_say_what_they_are() -> None:
    titles = {(one["key"], text["language"]): text["title"] for one in RECORDS for text in one["texts"]}
    files = [(one["record"], file) for one in source.brochures() for file in one["files"]]
    assert len({record for record, _file in files}) >= 10
    assert {path.stem for path in source.BROCHURES.iterdir()} == {file["name"] for _record, file in files}
    for record, file in files:
        path = source.BROCHURES / f"{file['name']}.pdf"
        assert path.stat().st_size < 60_000
        with pypdfium2.PdfDocument(path) as pdf:
            assert pdf.get_metadata_value("Title") == titles[record, file["language"]]
            assert titles[record, file["language"]] in " ".join(pdf[0].get_textpage().get_text_range().split())
