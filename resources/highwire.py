"""A record as the meta tags of its page that Zotero and Google Scholar read.

They have the names that Highwire Press gave them (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing);
which ones there are says what kind of document it is. Zotero takes everything else for an article in a journal, and so
is told its own name of the kind as well (https://github.com/zotero/translators, "Embedded Metadata.js" and "RDF.js").
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from resources.record_shapes import RecordFileJson

_HOSTS = {
    "chapter": "citation_inbook_title",
    "paper-conference": "citation_conference_title",
    "article-journal": "citation_journal_title",
    "article-magazine": "citation_journal_title",
    "article-newspaper": "prism:publicationName",
}
"""What the host of a document of a CSL type is called; of others it is a series."""
_PUBLISHERS = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}


_ZOTERO = {
    "article-journal": "journalArticle",
    "article-newspaper": "newspaperArticle",
    "book": "book",
    "chapter": "bookSection",
    "dataset": "dataset",
    "document": "document",
    "legislation": "statute",
    "map": "map",
    "motion_picture": "videoRecording",
    "report": "report",
    "speech": "presentation",
    "thesis": "thesis",
    "webpage": "webpage",
}
"""What Zotero calls a CSL type (https://www.zotero.org/support/kb/item_types_and_fields)."""


class Tag(NamedTuple):
    """<meta name content>"""

    name: str
    content: str


def tags(item: dict[str, Any], files: Iterable["RecordFileJson"], address: str) -> list[Tag]:
    """The tags of a record as CSL (resources.exchange.csl), its files as the API shows them, and its page's address."""
    first, _, last = item.get("page", "").partition("-")
    ranged = first.strip().isdigit() and last.strip().isdigit()
    date = "/".join(f"{part:02}" for part in item.get("issued", {"date-parts": [[]]})["date-parts"][0])
    host = item.get("container-title") or item.get("collection-title")
    found = [
        ("z:itemType", _ZOTERO.get(item["type"])),
        ("citation_title", item.get("title")),
        *(("citation_author", name) for name in _names(item.get("author", ()))),
        *(("citation_editor", name) for name in _names(item.get("editor", ()))),
        ("citation_publication_date", date),
        *(("citation_language", language) for language in item.get("language", "").split()),
        (_HOSTS.get(item["type"], "citation_series_title"), host),
        (_PUBLISHERS.get(item["type"], "citation_publisher"), item.get("publisher")),
        ("citation_technical_report_number", item.get("number") if item["type"] == "report" else ""),
        ("citation_volume", item.get("volume")),
        ("citation_issue", item.get("issue")),
        ("citation_firstpage", first.strip() if ranged else ""),
        ("citation_lastpage", last.strip() if ranged else ""),
        *(("citation_doi", doi) for doi in item.get("DOI", "").split()),
        *(("citation_isbn", isbn) for isbn in item.get("ISBN", "").split()),
        *(("citation_issn", issn) for issn in item.get("ISSN", "").split()),
        ("citation_keywords", item.get("keyword")),
        ("citation_abstract", " ".join(item.get("abstract", "").split())),
        ("citation_abstract_html_url", address),
        *(
            ("citation_pdf_url", document["url"])
            for file in files
            if (document := file["document"]) and document["file_extension"].lower() == "pdf"
        ),
    ]
    return [Tag(name, content) for name, content in found if content]


def _names(names: Sequence[dict[str, str]]) -> list[str]:
    """Names as « Family, Given ».

    Where there is only one, with a space on either side of a comma, Zotero sees two: a semicolon says where it ends.
    """
    found = [name.get("literal") or f"{name['family']}, {name['given']}" for name in names]
    if len(found) == 1 and all(" " in part.strip() for part in [*found[0].split(","), ""][:2]):
        return [f"{found[0]};"]
    return found
