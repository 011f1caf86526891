"""Navigation, site settings and members over REST."""

from collections import defaultdict
from typing import Any, TypedDict

from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.models import Site

from cms import representation
from cms.api import params
from cms.api.views import Api
from cms.labels import Coded
from cms.languages import fallbacks
from cms.offices import OfficeCard
from cms.references import References
from home.models import NavigationEntry, SiteSettings
from home.models.navigation import Menu


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

    def get(self, request: Request) -> Response:
        query = self.query(request)
        return Response(navigation(query.locale, query.labels))


class SocialAccountJson(TypedDict):
    network: Coded
    url: str


class SiteJson(TypedDict):
    """What the whole site shares."""

    name: str
    tagline: str
    locale: str
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

    def get(self, request: Request) -> Response:
        query = self.query(request)
        return Response(site_json(query.locale, query.labels))
