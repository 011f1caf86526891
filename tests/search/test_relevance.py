"""`manage.py eval_relevance`."""

import json

import pytest
from django.core.management import CommandError, call_command

DOCS = [
    {"id": "d1", "title": "Ponts", "text": "Le pont relie les deux villes sur la rivière.", "lang": "fr"},
    {"id": "d2", "title": "Tunnels", "text": "Le tunnel passe sous la montagne.", "lang": "fr"},
    {"id": "d3", "title": "Bridges", "text": "The bridge is over the river and it was built by them."},
]
QUERIES = [
    {"id": "q1", "text": "Où est le pont ?", "lang": "fr"},
    {"id": "q2", "text": "Where is the bridge?", "lang": "en"},
    {"id": "unjudged", "text": "Nothing", "lang": "en"},
]


@pytest.fixture
def collection(tmp_path):
    for name, rows in (("docs", DOCS), ("queries", QUERIES)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "qrels.tsv").write_text("query_id\tdoc_id\trelevance\nq1\td1\t2\nq1\td2\t0\nq2\td3\t1\n")
    return tmp_path


@pytest.mark.django_db
@pytest.mark.parametrize("locale", [[], ["--locale=guess"], ["--locale=de"]])
def test_a_collection_is_measured(collection, capsys, locale):
    call_command("eval_relevance", str(collection), "--engine=embedded", *locale)
    printed = capsys.readouterr().out
    assert "3 documents, 2 queries, embedded" in printed
    assert [line.split()[:5] for line in printed.splitlines()[2:]] == [
        [name, count, "1.000", "1.000", "1.000"] for name, count in (("fr", "1"), ("en", "1"), ("all", "2"))
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("docs.jsonl", "{", "docs.jsonl, line 1: no JSON"),
        ("docs.jsonl", '{"id": 3}', "docs.jsonl, line 1: `text` must be a text"),
        ("queries.jsonl", "[]", "queries.jsonl, line 1: an object is expected"),
        ("qrels.tsv", "a\tb", "qrels.tsv, line 1: a query, a document and a relevance"),
        ("qrels.tsv", "", "no query of queries.jsonl is judged"),
    ],
)
def test_a_broken_collection_is_named(collection, name, text, told):
    (collection / name).write_text(text)
    with pytest.raises(CommandError, match=told.replace(".", r"\.")):
        call_command("eval_relevance", str(collection), "--engine=embedded")


def test_a_missing_server_is_named(collection, settings):
    settings.ELASTICSEARCH_URLS = []
    with pytest.raises(CommandError, match="ELASTICSEARCH_URL"):
        call_command("eval_relevance", str(collection), "--engine=elasticsearch")
