"""The judged queries over the demo site: `queries.tsv`, with its works by the keys that the demo gives them.

Judgements were made by reading the demo's pages and records. An answer is worth 2 (it answers), or what follows its
colon: 1 (it helps).
"""

import csv
from pathlib import Path

from wagtail.models import Page

from home.models import DemoItem
from resources.exchange.importing import ImportedRecord
from search import documents, schema
from search.engines import nodes
from search.engines.base import Engine, Request
from search.languages import OTHER, tokens
from search.relevance import DEPTH, Judged

FILE = Path(__file__).with_name("queries.tsv")
PLAIN = f"{schema.BODY}_{OTHER}"


def read() -> dict[str, list[Judged]]:
    """The queries by their kind, with the ids of documents in the index; KeyError names a work that the demo lacks."""
    ids = _ids()
    found: dict[str, list[Judged]] = {}
    with FILE.open(encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), 1):
            graded = [answer.partition(":") for answer in row["answers"].split()]
            answers = {ids[key]: int(grade or 2) for key, _colon, grade in graded}
            found.setdefault(row["kind"], []).append(Judged(str(number), row["query"], row["language"], answers))
    return found


def _ids() -> dict[str, str]:
    pages = dict(Page.objects.values_list("pk", "translation_key"))
    items = DemoItem.objects.filter(key__regex="^page:[^:]+$").values_list("key", "object_id")
    found = {key.partition(":")[2]: documents.page_id(pages[int(pk)]) for key, pk in items}
    numbers = dict(documents.Record.objects.values_list("code", "pk"))
    for key, number in ImportedRecord.objects.filter(source="demo").values_list("key", "number"):
        found[key] = documents.record_id(numbers[str(number)])
    return found


def everything() -> list[schema.Document]:
    """The documents of the site as they are indexed."""
    return [document for works in documents.every().batches() for document in documents.documents(works)]


def in_one_field(document: schema.Document) -> schema.Document:
    """A document with all its text in one field that no language stems: what plain BM25 searches."""
    texts = [text for part in schema.PARTS for text in getattr(document, part).values()]
    return schema.Document(document.id, {}, body={OTHER: "\n".join(texts)})


def plain(engine: Engine, query: Judged) -> list[str]:
    """What plain BM25 answers: every word of the query, in one field."""
    words = tuple(nodes.Text(PLAIN, word) for word in dict.fromkeys(tokens(query.text.lower())))
    return [hit.id for hit in engine.search(Request(nodes.Sum(words), limit=DEPTH)).hits]
