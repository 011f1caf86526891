"""What the reading view's templates need beside a page's JSON."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django import template
from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from cms import frontend, labels
from cms.representation import UncertainDate, uncertain_date
from home import api, dates, listing, maps, measures, related, wording
from search.facets import PAGE_TYPES

register = template.Library()
Json = dict[str, Any]


@register.simple_tag
def navigation(locale: str) -> api.Navigation:
    """The menus in one language."""
    return api.navigation(locale, labels.current())


@register.simple_tag
def site(locale: str) -> api.SiteJson:
    """The site's settings in one language."""
    return api.site_json(locale, labels.current())


@register.simple_tag
def elsewhere(locale: str) -> bool:
    """Whether readers' pages of a language live on another server, so that search engines must leave this one alone."""
    return frontend.is_elsewhere(locale)


# Lists of other pages


@register.simple_tag(takes_context=True)
def children(context: template.Context, page: Json) -> listing.Listing | None:
    """What an index page lists (None for a page that was never saved); `?page=` chooses the sheet."""
    request = context.get("request")
    return listing.children(page["id"], request.GET.get("page") if request else None) if page["id"] else None


@register.simple_tag
def cards_of(links: list[Json]) -> list[Json]:
    """Cards of linked pages."""
    return listing.cards([link["id"] for link in links])


@register.simple_tag
def read_also(page: Json, count: int) -> list[Json]:
    """Cards of the public pages that have most in common with a page."""
    found = related.related(Page.objects.filter(pk=page["id"]), labels.current(), count)
    return [item["page"] for item in found[0]] if found else []


@register.simple_tag
def upcoming(count: int) -> list[Json]:
    """The next public events in the active language as cards, the soonest first."""
    return listing.upcoming_events(translation.get_language() or "fr", count)


# Templates by type


@register.filter
def template_of_type(page: Json) -> list[str]:
    """The templates for the inside of a page, the best first."""
    return [f"reading/types/{css_class(page)}.html", "reading/types/default.html"]


@register.filter
def template_of_block(item: Json) -> str:
    """The template of a block."""
    return f"reading/blocks/{item['type']}.html"


# Facts and sections: shown only where there is something to say


@register.simple_block_tag
def fact(content: str, name: str) -> SafeString:
    """A row of a list of facts."""
    if not content.strip():
        return SafeString("")
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", wording.LABELS[name], content)


@register.simple_block_tag
def section(content: str, name: str) -> SafeString:
    """A section with its heading."""
    if not content.strip():
        return SafeString("")
    return format_html(
        '<section id="{}" class="section section-{}"><h2>{}</h2>{}</section>', name, name, wording.LABELS[name], content
    )


@register.filter
def prose(html: str) -> SafeString:
    """Rich text of the API, which is clean HTML already."""
    html = html.replace(f' href="{_here()}/', ' href="/')
    return mark_safe(f'<div class="prose">{html}</div>') if html else SafeString("")  # noqa: S308


@register.filter(name="labels")
def joined_labels(values: list[Json] | Json | None) -> str:
    """Codes with labels as text."""
    found = values if isinstance(values, list) else [values]
    return ", ".join(value["label"] for value in found if value)


@register.filter
def chips(values: list[Json] | None) -> SafeString:
    """Codes with labels as a row of small labels."""
    if not values:
        return SafeString("")
    items = format_html_join("", '<li class="chip">{}</li>', ((value["label"],) for value in values))
    return format_html('<ul class="chips">{}</ul>', items)


@register.filter
def kind_of(page: Json) -> str:
    """What sort of page this is, for readers; empty where its place says it."""
    return str(PAGE_TYPES.get(page["type"], ""))


@register.simple_tag
def headings(page: Json, *names: str) -> list[tuple[str, str]]:
    """The second-level headings of the body and the named sections that have something to show: (id, text)."""
    found = [
        (f"b-{item['id']}", item["value"]["text"])
        for item in page.get("body", [])
        if item["type"] == "heading" and (item["value"]["level"] or {}).get("code") != "h3"
    ]
    return found + [(name, str(wording.LABELS[name])) for name in names if _says_something(page.get(name))]


def _says_something(value: Any) -> bool:
    """Whether a section is shown; one of publications, where there are any."""
    return bool(value["records"] if isinstance(value, dict) and "records" in value else value)


# Figures and maps


@register.filter(name="measures")
def measures_of(figures: list[Json]) -> list[measures.Measure]:
    """Key figures, those that measure the same together."""
    return measures.measures(figures)


@register.simple_tag
def figures_beyond_body(page: Json, figures: list[Json], *left_out: str) -> list[Json]:
    """The key figures of a fact without some indicators and without the measures that the page's body shows in full.

    Of a measure that it shows in part, all figures are told: sources that disagree stand together.
    """
    wanted = [figure for figure in figures if figure["indicator"]["code"] not in left_out]
    shown = measures.shown_in(page.get("body", []))
    beyond = {measures.key(figure) for figure in wanted if figure["code"] not in shown}
    return [figure for figure in wanted if measures.key(figure) in beyond]


@register.simple_tag
def figures_about(figures: list[Json], indicator: str) -> list[Json]:
    """The key figures of one indicator."""
    return [figure for figure in figures if figure["indicator"]["code"] == indicator]


@register.simple_tag
def map_of(*groups: Any, title: str = "", shape: str = "wide") -> SafeString:
    """An SVG map of the facts in some lists (or single facts)."""
    shapes: list[Json] = []
    for group in groups:
        shapes += group if isinstance(group, list) else [group] if group else []
    return mark_safe(maps.svg(shapes, title, maps.SIZES[shape]))  # noqa: S308 (every text in it is escaped)


@register.simple_tag
def map_of_links(shapes: list[Json], title: str) -> SafeString:
    """SVG maps of facts that lead to their `address`."""
    return mark_safe(maps.linked(shapes, title))  # noqa: S308 (every text in it is escaped)


@register.simple_tag
def map_of_home() -> SafeString:
    """The borders of France as an ornament."""
    return mark_safe(maps.ornament())  # noqa: S308 (drawn from the project's own files)


@register.filter
def number(value: float | int | None) -> str:
    """A number with the language's separators."""
    return "" if value is None else formats.number_format(value, use_l10n=True, force_grouping=True)


# Dates


@register.filter
def day(value: Json | str | None) -> str:
    """A date as its precision allows: "1713", "août 2009", "22 janvier 2019"."""
    text = value["date"] if isinstance(value, dict) else value
    return dates.uncertain(text) if text else ""


@register.filter
def dated(page: Json) -> UncertainDate | None:
    """The date of a news item or position, as far as it is known."""
    return uncertain_date(page.get("date"), (page.get("date_precision") or {}).get("code") or "day")


register.filter("session_dates", dates.session)
register.filter("sessions_dates", dates.sessions)
register.filter("clock", dates.clock)


# Languages


@register.filter
def native(code: str) -> str:
    """A language's own name for itself."""
    return str(translation.get_language_info(code)["name_local"]).capitalize()


@register.filter
def original(page: Json) -> Json | None:
    """The language version that a fallback shows and a translation was made from: French, else the first there is."""
    own = [other for other in page["meta"]["translations"] if not other["is_fallback"]]
    return next((other for other in own if other["locale"] == "fr"), own[0] if own else None)


@register.filter
def text_language(page: Json) -> str:
    """The language that a page's prose is in."""
    source = original(page) if page["meta"]["is_fallback"] else None
    return source["locale"] if source else page["meta"]["locale"]


@register.filter
def is_going_on(page: Json) -> bool:
    """Whether an event is taking place now, which the API still counts among those to come."""
    return page["type"] == "newsroom.EventPage" and dates.going_on(page["sessions"], timezone.now())


@register.filter
def in_language(code: str) -> str:
    """ "in French"."""
    return str(wording.IN_LANGUAGE[code])


@register.filter
def own_status(page: Json) -> Json | None:
    """The entry of a page among its own translations."""
    same = (other for other in page["meta"]["translations"] if other["locale"] == page["meta"]["locale"])
    return next(same, None)


# Links and pictures


@register.simple_tag
def portal_record(page: Json, record: Json) -> str:
    """The documentary portal's address of a document, in the language of a page."""
    return frontend.portal_path(page["meta"]["locale"], record["code"])


@register.simple_tag
def portal_records(page: Json, facet: str, facts: list[Json] | Json) -> str:
    """Where the documentary portal lists the documents about some facts, the latest first."""
    codes = [fact["code"] for fact in (facts if isinstance(facts, list) else [facts])]
    query = urlencode([*((facet, code) for code in codes), ("kind", "record"), ("order", "-date")])
    return f"{frontend.portal_path(page['meta']['locale'])}?{query}"


def _here() -> str:
    """The address that this server gives itself in the API; a reader may know it by another."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/")


@register.filter
def local(url: str) -> str:
    """An address of this server as a path, others as they are."""
    return url.removeprefix(_here()) or "/"


@register.filter
def path(url: str) -> str:
    """An address of a page as a path, so that a reader stays on this server where the front end is elsewhere."""
    return urlsplit(url).path


@register.filter
def host(url: str) -> str:
    """The name of the site that an address leads to."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


SIZES = {"inline": "(min-width: 60rem) 46rem, 100vw", "card": "(min-width: 40rem) 22rem, 100vw"}
"""How wide pictures are on the page, by profile, in CSS."""


@register.filter
def picture(image: Json | None, profile: str = "inline") -> SafeString:
    """An image as <picture> with all formats of a profile; a plain box of the right shape until they are made."""
    if not image:
        return SafeString("")
    shown = image["profiles"][profile]
    if not shown["sources"]:
        return format_html(
            '<span class="picture-pending" style="aspect-ratio: {} / {}" role="img" aria-label="{}"></span>',
            shown["width"],
            shown["height"],
            image["alt"],
        )
    sources = SafeString("")
    for source in shown["sources"]:
        srcset = ", ".join(f"{local(size['url'])} {size['width']}w" for size in source["srcset"])
        sources += format_html('<source type="{}" srcset="{}" sizes="{}">', source["type"], srcset, SIZES[profile])
    last = shown["sources"][-1]["srcset"][-1]
    color = image["placeholder"]["color"] if image["placeholder"] else None
    return format_html(
        '<picture>{}<img src="{}" width="{}" height="{}" alt="{}" loading="lazy"{}></picture>',
        sources,
        local(last["url"]),
        last["width"],
        last["height"],
        image["alt"],
        format_html(' style="background-color: {}"', color) if color else "",
    )


@register.filter
def css_class(page: Json) -> str:
    """The page's type as a class of its <body>."""
    return page["type"].split(".")[1].lower()
