"""Rich text at its entry, in the editor and where Wagtail expands it: an internal link names a key, or is no link.

Wagtail 8.0 stores whatever the browser says a link leads to and fails on it when the text is opened, compared or
shown (the same for pictures: https://github.com/wagtail/wagtail/issues/13815). Its own converters and handlers do
the work here; this stands before them and can go once they look at keys themselves.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from django.core.exceptions import BadRequest
from django.utils.html import escape
from django.utils.translation import gettext, gettext_noop
from draftjs_exporter.error import ExporterException
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.rich_text.converters.contentstate import link_entity
from wagtail.admin.rich_text.converters.html_to_contentstate import ExternalLinkElementHandler, PageLinkElementHandler
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.documents.rich_text.contentstate import DocumentLinkElementHandler, document_link_entity
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler

from cms.references import key

logger = logging.getLogger(__name__)


def link(props: dict[str, Any]) -> Any:
    """A link that the editor sends, as it is stored: to a page, else to an address, else its bare text."""
    if key(props.get("id")) is not None:
        return link_entity(props)
    if isinstance(props.get("url"), str):
        return link_entity({**props, "id": None})
    return props["children"]


def document_link(props: dict[str, Any]) -> Any:
    """A link to a document, as it is stored; its bare text where there can be no such document."""
    return document_link_entity(props) if key(props.get("id")) is not None else props["children"]


class _ToKeysOnly:
    """For the editor: a stored link that names no key is shown as a broken one."""

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = super().get_attribute_data(attrs) if key(attrs.get("id")) is not None else {}  # type: ignore[misc]
        return found


class PageElement(_ToKeysOnly, PageLinkElementHandler):
    pass


class DocumentElement(_ToKeysOnly, DocumentLinkElementHandler):
    pass


class _OfKeysOnly:
    """For display and for the reference index: a link that names no key leads nowhere."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        found: list[Any] = super().get_many([{**attrs, "id": key(attrs.get("id"))} for attrs in attrs_list])  # type: ignore[misc]
        return found

    @classmethod
    def extract_references(cls, attrs: dict[str, str]) -> Iterator[tuple[Any, ...]]:
        if key(attrs.get("id")) is not None:
            yield from super().extract_references(attrs)  # type: ignore[misc]


class PageLinks(_OfKeysOnly, PageLinkHandler):
    pass


class DocumentLinks(_OfKeysOnly, DocumentLinkHandler):
    pass


def register_features(features: FeatureRegistry) -> None:
    """register_rich_text_features, after Wagtail's own."""
    features.register_converter_rule(
        "contentstate",
        "link",
        {
            "from_database_format": {
                "a[href]": ExternalLinkElementHandler("LINK"),
                'a[linktype="page"]': PageElement("LINK"),
            },
            "to_database_format": {"entity_decorators": {"LINK": link}},
        },
    )
    features.register_converter_rule(
        "contentstate",
        "document-link",
        {
            "from_database_format": {'a[linktype="document"]': DocumentElement("DOCUMENT")},
            "to_database_format": {"entity_decorators": {"DOCUMENT": document_link}},
        },
    )
    features.register_link_type(PageLinks)
    features.register_link_type(DocumentLinks)


_MALFORMED = gettext_noop(
    "This text was stored with mistakes in its markup and is shown as far as it can be read. Look it through and "
    "save it. This line is not stored."
)
_LINE: dict[str, Any] = {
    "key": "malformed",
    "type": "unstyled",
    "depth": 0,
    "inlineStyleRanges": [],
    "entityRanges": [],
}


def _without_line(sent: str) -> str:
    state = json.loads(sent)
    written = {"key": _LINE["key"], "text": gettext(_MALFORMED)}
    state["blocks"] = [block for block in state["blocks"] if not written.items() <= block.items()]
    return json.dumps(state)


class RichTextArea(DraftailRichTextArea):
    """Wagtail's editor; what is not the text of an editor is answered by 400 and stores nothing.

    A stored text that Wagtail cannot read (its tags do not match: no editor makes such) opens repaired, or as bare
    text, below a line that says so. That line is not stored.
    """

    def format_value(self, value: Any) -> str:
        try:
            return str(super().format_value(value))
        except Exception:
            logger.warning("A rich text is malformed: %.200r", value)
            state = json.loads(self._repaired(str(value)))
            state["blocks"].insert(0, {**_LINE, "text": gettext(_MALFORMED)})
            return json.dumps(state)

    def _repaired(self, html: str) -> str:
        soup = BeautifulSoup(html, "html.parser")
        try:
            return str(self.converter.from_database_format(soup.decode_contents()))
        except Exception:
            lines = filter(str.strip, soup.get_text("\n").split("\n"))
            return str(self.converter.from_database_format("".join(f"<p>{escape(line)}</p>" for line in lines)))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        try:
            if _LINE["key"] in data.get(name, ""):
                data = {name: _without_line(data[name])}
            html: str | None = super().value_from_datadict(data, files, name)
            (html or "").encode()  # JSON can say half of a character, which no database takes
        except (ExporterException, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
            raise BadRequest(f"{name} is not the text of the rich text editor.") from None
        return html
