"""A record as the meta tags of its page that Zotero and Google Scholar read.

They have the names that Highwire Press gave them (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing);
which ones there are says what kind of document it is.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from resources.record_shapes import RecordFileJson

_HOSTS = {
    "chapter": "citation_inbook_title",
    "paper-conference": "citation_conference_title",
    "article-journal": "citation_journal_title",
    "article-magazine": "citation_journal_title",
    "article-newspaper": "citation_journal_title",
}
"""What the host of a document of a CSL type is called; of others it is a series."""
_PUBLISHERS = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}


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
        ("citation_title", item.get("title")),
        *(("citation_author", _name(author)) for author in item.get("author", ())),
        *(("citation_editor", _name(editor)) for editor in item.get("editor", ())),
        ("citation_publication_date", date),
        *(("citation_language", language) for language in item.get("language", "").split()),
        (_HOSTS.get(item["type"], "citation_series_title"), host),
        (_PUBLISHERS.get(item["type"], "citation_publisher"), item.get("publisher")),
        ("citation_volume", item.get("volume")),
        ("citation_issue", item.get("issue")),
        ("citation_firstpage", first.strip() if ranged else ""),
        ("citation_lastpage", last.strip() if ranged else ""),
        *(("citation_doi", doi) for doi in item.get("DOI", "").split()),
        *(("citation_isbn", isbn) for isbn in item.get("ISBN", "").split()),
        *(("citation_issn", issn) for issn in item.get("ISSN", "").split()),
        ("citation_keywords", item.get("keyword")),
        ("citation_abstract_html_url", address),
        *(
            ("citation_pdf_url", document["url"])
            for file in files
            if (document := file["document"]) and document["file_extension"].lower() == "pdf"
        ),
    ]
    return [Tag(name, content) for name, content in found if content]


def _name(name: dict[str, str]) -> str:
    return name.get("literal") or f"{name['family']}, {name['given']}"
