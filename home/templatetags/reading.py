"""What the reading view's templates need beside a page's JSON."""

import datetime
from typing import Any

from django import template
from django.apps import apps
from django.template.loader import select_template
from django.utils import formats, translation
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from cms import labels, page_json, publication
from home import api, maps

register = template.Library()


@register.simple_tag
def navigation(locale: str) -> api.Navigation:
    """The menus in one language."""
    return api.navigation(locale, labels.current())


@register.simple_tag
def site(locale: str) -> api.SiteJson:
    """The site's settings in one language."""
    return api.site_json(locale, labels.current())


@register.simple_tag
def children(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Public pages below a page as cards: dated ones the latest first, the others in the editors' order."""
    if not page["id"]:
        return []
    parent = Page.objects.get(pk=page["id"])
    found = publication.public(parent.get_children(), labels.current().private_paths).specific()
    cards = page_json.cards(found)
    dated = [card for card in cards if _day(card)]
    if len(dated) == len(cards):
        return sorted(cards, key=_day, reverse=True)
    return cards


def _day(card: dict[str, Any]) -> str:
    sessions = card.get("sessions") or []
    return card.get("date") or (sessions[0]["start"] if sessions else "") or card.get("opens_at") or ""


@register.simple_tag
def upcoming(count: int) -> list[dict[str, Any]]:
    """The next public events in the active language as cards, the soonest first."""
    model: Any = apps.get_model("newsroom.EventPage")
    events = publication.public(
        model.objects.filter(locale__language_code=translation.get_language()), labels.current().private_paths
    )
    return page_json.cards(model.next_first(events)[:count])


@register.simple_tag(takes_context=True)
def show(context: dict[str, Any], item: dict[str, Any]) -> str:
    """One block by the template of its type."""
    found = select_template([f"reading/blocks/{item['type']}.html"])
    return found.render({"value": item["value"], "id": item["id"], "page": context.get("page")})


@register.simple_tag
def body_of_type(page: dict[str, Any]) -> str:
    """What a page type shows above and below its body; nothing special for most."""
    name = page["type"].split(".")[1].lower()
    found = select_template([f"reading/types/{name}.html", "reading/types/default.html"])
    return found.render({"page": page})


@register.simple_tag
def map_of(*groups: Any, title: str = "") -> SafeString:
    """An SVG map of the facts in some lists (or single facts)."""
    shapes: list[dict[str, Any]] = []
    for group in groups:
        shapes += group if isinstance(group, list) else [group] if group else []
    return mark_safe(maps.svg(shapes, title))  # noqa: S308 (every text in it is escaped)


@register.filter
def day(value: dict[str, str] | str | None) -> str:
    """A date as its precision allows: "1713", "août 2009", "22 janvier 2019"."""
    text = value["date"] if isinstance(value, dict) else value
    if not text:
        return ""
    if len(text) == 4:
        return text
    if len(text) == 7:
        return formats.date_format(datetime.date.fromisoformat(f"{text}-01"), "YEAR_MONTH_FORMAT")
    if len(text) == 10 and (found := parse_date(text)):
        return formats.date_format(found, "DATE_FORMAT")
    moment = parse_datetime(text)
    return formats.date_format(moment, "DATETIME_FORMAT") if moment else text


@register.filter
def number(value: float | int | None) -> str:
    """A number with the language's separators."""
    if value is None:
        return ""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def picture(image: dict[str, Any] | None, sizes: str = "(min-width: 60rem) 56rem, 100vw") -> SafeString:
    """An image as <picture> with all its formats; a plain box of the right shape until they are made."""
    if not image:
        return SafeString("")
    if not image["ready"]:
        return format_html(
            '<span class="picture-pending" style="aspect-ratio: {} / {}" role="img" aria-label="{}"></span>',
            image["width"],
            image["height"],
            image["alt"],
        )
    sources = SafeString("")
    for source in image["sources"]:
        srcset = ", ".join(f"{size['url']} {size['width']}w" for size in source["srcset"])
        sources += format_html('<source type="{}" srcset="{}" sizes="{}">', source["type"], srcset, sizes)
    last = image["sources"][-1]["srcset"][-1]
    return format_html(
        '<picture>{}<img src="{}" width="{}" height="{}" alt="{}" loading="lazy"></picture>',
        sources,
        last["url"],
        last["width"],
        last["height"],
        image["alt"],
    )


@register.filter
def native(code: str) -> str:
    """A language's own name for itself."""
    return str(translation.get_language_info(code)["name_local"]).capitalize()
