"""Navigation, site settings and members over REST."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from typing_extensions import TypedDict
from wagtail.models import Site

from borders import geojson
from borders.geo_views import GeoDetailApi, GeoListApi
from borders.shapes import Point
from cms import representation, structured_data
from cms.api import params
from cms.api.errors import NotFound
from cms.api.views import Api
from cms.json_types import LocaleCode
from cms.labels import Coded, CodedAs
from cms.languages import fallbacks
from cms.offices import OfficeCard
from cms.references import Context, References
from cms.structured_data import Described, JsonLd
from home.models import Member, NavigationEntry, SiteSettings
from home.models.members import MemberCategory
from home.models.navigation import Menu
from home.models.settings import SocialNetwork


class NavigationItem(TypedDict):
    """An entry with those below it; exactly one of `page` and `url` is there."""

    id: int
    label: str
    page: representation.PageLink | None
    url: str | None
    children: list["NavigationItem"]


class Navigation(TypedDict):
    """All menus in the language of the answer."""

    main: list[NavigationItem]
    footer: list[NavigationItem]


def navigation(locale: str, query_labels: Any) -> Navigation:
    """The menus in one language; an entry whose page is not public is left out with all below it."""
    entries = list(NavigationEntry.objects.prefetch_related("labels"))
    references = References(pages={entry.page_id for entry in entries if entry.page_id})
    context = Api.context(params.Query({"locale": locale}, query_labels), references)
    below: dict[int | None, list[NavigationEntry]] = defaultdict(list)
    for entry in entries:
        below[entry.parent_id].append(entry)

    def items(parent: int | None, menu: str) -> list[NavigationItem]:
        shown = (item(entry) for entry in below[parent] if entry.menu == menu)
        return [found for found in shown if found]

    def item(entry: NavigationEntry) -> NavigationItem | None:
        page = representation.page_link(context.loaded.page(entry.page_id, locale), context)
        if page is None and not entry.url:
            return None
        labels = {label.language: label.text for label in entry.labels.all()}
        label = labels.get(locale) or (page["title"] if page else _nearest(labels, locale)) or entry.url
        return {
            "id": entry.pk,
            "label": label,
            "page": page,
            "url": entry.url or None,
            "children": items(entry.pk, entry.menu),
        }

    return {"main": items(None, Menu.MAIN), "footer": items(None, Menu.FOOTER)}


def _nearest(texts: dict[str, str], locale: str) -> str:
    return next((texts[code] for code in fallbacks(locale) if code in texts), "")


class NavigationView(Api):
    """The main menu and the footer."""

    def answer(self, query: params.Query) -> Navigation:
        return navigation(query.locale, query.labels)


class SocialAccountJson(TypedDict):
    """Where the organisation is on a social network."""

    network: CodedAs[SocialNetwork]
    url: str


class SiteJson(TypedDict):
    """What the whole site shares."""

    name: str
    tagline: str
    locale: LocaleCode
    offices: list[OfficeCard]
    social_accounts: list[SocialAccountJson]
    legal_page: representation.PageLink | None
    privacy_page: representation.PageLink | None
    accessibility_page: representation.PageLink | None


def site_json(locale: str, query_labels: Any) -> SiteJson:
    """The settings of the default site in one language."""
    site = Site.objects.filter(is_default_site=True).first()
    settings = (
        SiteSettings.objects.filter(site=site).prefetch_related("taglines", "social_accounts", "offices").first()
    ) or SiteSettings(site=site)
    references = References()
    pages = ("legal_page", "privacy_page", "accessibility_page")
    references.pages = {pk for name in pages if (pk := getattr(settings, f"{name}_id"))}
    offices = [office.pk for office in settings.offices.all()] if settings.pk else []
    references.facts["cms.Office"] = set(offices)
    context = Api.context(params.Query({"locale": locale}, query_labels), references)
    cards = context.loaded.facts("cms.Office", context)
    taglines = {row.language: row.text for row in settings.taglines.all()} if settings.pk else {}

    def link(name: str) -> representation.PageLink | None:
        return representation.page_link(context.loaded.page(getattr(settings, f"{name}_id"), locale), context)

    with translation.override(locale):
        accounts: list[SocialAccountJson] = [
            {"network": {"code": a.network, "label": a.get_network_display()}, "url": a.url}
            for a in (settings.social_accounts.all() if settings.pk else ())
        ]
    return {
        "name": settings.name,
        "tagline": _nearest(taglines, locale),
        "locale": locale,
        "offices": [cards[pk] for pk in offices if pk in cards],
        "social_accounts": accounts,
        "legal_page": link("legal_page"),
        "privacy_page": link("privacy_page"),
        "accessibility_page": link("accessibility_page"),
    }


class SiteView(Api):
    """The site's name, contacts, social accounts and legal pages."""

    def answer(self, query: params.Query) -> SiteJson:
        return site_json(query.locale, query.labels)


class MemberJson(TypedDict):
    """A member of the network; `geometry` and `bbox` repeat the point for maps."""

    code: str
    label: str
    category: CodedAs[MemberCategory] | None
    country: Coded | None
    city: str
    website: str
    point: Point | None
    bbox: list[float] | None
    geometry: geojson.Geometry | None


def members_json(found: Iterable[Member], context: Context) -> list[MemberJson]:
    """Published members in the given order (no query beside the labels')."""
    table = context.labels.table("home.Member").by_pk
    return [_member(member, table[member.pk].label(context.locale), context) for member in found if member.pk in table]


def _member(member: Member, label: str, context: Context) -> MemberJson:
    at = None if member.lat is None or member.lon is None else (member.lon, member.lat)
    return {
        "code": member.code,
        "label": label,
        "category": representation.enum(MemberCategory, member.category),
        "country": context.labels.coded("borders.Country", member.country_id, context.locale),  # type: ignore[attr-defined]
        "city": member.city,
        "website": member.website,
        "point": {"lat": at[1], "lon": at[0]} if at else None,
        "bbox": [*at, *at] if at else None,
        "geometry": {"type": "Point", "coordinates": list(at)} if at else None,
    }


class MemberList(GeoListApi):
    """The members of the network."""

    own_params = (
        params.Param("category", params.choice(MemberCategory), "Kinds of member.", many=True),
        params.Param("country", params.fact("borders.Country"), "In these countries (codes).", many=True),
        params.UPDATED_SINCE,
    )
    orderings = {"code": "code", "city": ("city", "code")}

    def queryset(self, query: params.Query) -> QuerySet[Member]:
        found = params.published_since(Member.objects.filter(live=True), query)
        if query["category"]:
            found = found.filter(category__in=query["category"])
        return found.filter(country__code__in=query["country"]) if query["country"] else found

    def items(self, found: Sequence[Member], query: params.Query) -> list[MemberJson]:
        return members_json(found, self.context(query))


class MemberDetailJson(MemberJson, Described):
    """All that is known of a member of the network."""


def member_json_ld(shown: MemberJson, context: Context) -> JsonLd:
    """A member as an organisation that belongs to the site's publisher."""
    publisher = structured_data.organisation(context)
    address = structured_data.postal_address(shown["country"], shown["city"])
    point = shown["point"]
    own = {
        "@type": "Organization",
        "@id": context.api(f"members/{shown['code']}/"),
        "name": shown["label"],
        "url": shown["website"],
        "address": address,
        "location": structured_data.place(shown["city"], lat=point["lat"], lon=point["lon"]) if point else None,
        "memberOf": {"@id": publisher["@id"]},
    }
    return structured_data.document(structured_data.compact(own), publisher)


class MemberDetail(GeoDetailApi):
    """One member of the network."""

    def item(self, key: str, query: params.Query) -> MemberDetailJson:
        found = self.place(key, query)
        return {**found, "json_ld": member_json_ld(found, self.context(query))}

    def place(self, key: str, query: params.Query) -> MemberJson:
        found = members_json(Member.objects.filter(code=key, live=True), self.context(query))
        if not found:
            raise NotFound("There is nothing with this code.")
        return found[0]
