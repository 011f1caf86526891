"""What the portal's templates need beside the JSON of results."""

import json
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy

from cms import frontend
from resources import languages

register = template.Library()

ENDS = (".", "!", "?", "…")
ORDERS = {
    "relevance": pgettext_lazy("reader", "Relevance"),
    "-date": pgettext_lazy("reader", "Most recent"),
    "-added": pgettext_lazy("reader", "Latest additions"),
    "title": pgettext_lazy("reader", "Title"),
}


@register.filter
def order_name(order: str) -> str:
    """What an order is called."""
    return str(ORDERS[order])


@register.filter
def marked(html: str) -> SafeString:
    """A title or passage of the API, which is HTML whose only tag is <mark>, or a reference of resources.citations."""
    return mark_safe(html)  # noqa: S308


@register.filter
def passage(html: str) -> SafeString:
    """A passage of the API, with an ellipsis where it begins or ends within a sentence."""
    text = strip_tags(html).strip()
    return marked(f"{'… ' if text[:1].islower() else ''}{html}{'' if text.endswith(ENDS) else ' …'}")


@register.simple_tag
def linked_data(value: Any) -> SafeString:
    """JSON-LD as the script element that machines look for; nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False).translate({ord(one): f"\\u{ord(one):04x}" for one in "<>&"})
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


@register.filter
def language_name(code: str) -> str:
    """A language in the active one."""
    return languages.coded(code)["label"]


@register.simple_tag
def address_of(result: Any, locale: str) -> str:
    """Where a result is read: a page on the site's front end or here, a document in the portal."""
    if result["kind"] == "record":
        return frontend.portal_path(locale, result["key"])
    return str(result["html_url"] if frontend.is_elsewhere(result["locale"]) else result["html_path"])


@register.simple_tag
def by_email(title: str, address: str) -> str:
    """The address that writes an e-mail which names a page."""
    return "mailto:?" + urlencode({"subject": title, "body": address}, quote_via=quote)


@register.filter
def embargoed(file: Any) -> bool:
    """Whether a file of a record, as the API shows it, is put online on a day that is still to come."""
    return (
        file["access"]["code"] in {"open", "members"}
        and bool(file["open_from"])
        and file["open_from"] > timezone.localdate().isoformat()
    )


@register.filter
def names(agents: list[dict[str, Any]]) -> str:
    """The first three people and bodies, each once, whatever they did for the document."""
    return " · ".join([*dict.fromkeys(str(agent["label"]) for agent in agents)][:3])
