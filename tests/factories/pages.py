"""Pages of the smallest kind, and a site to put them in."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Locale, Page, Site

from home.models import HomePage, StandardPage


def locale(code: str) -> Locale:
    """The locale of a language, made when first asked for."""
    return Locale.objects.get_or_create(language_code=code)[0]


def home_page(code: str = "fr", **fields: Any) -> HomePage:
    """A published home page; the French one becomes the site's root and replaces Wagtail's welcome page."""
    page = HomePage(
        **{"title": f"Accueil {code}", "slug": f"accueil-{code}", "locale": locale(code), "live": True, **fields}
    )
    Page.get_first_root_node().add_child(instance=page)
    if code == "fr":
        Site.objects.update_or_create(is_default_site=True, defaults={"root_page": page, "hostname": "localhost"})
        Page.objects.filter(depth=2, content_type__app_label="wagtailcore").delete()
        page.refresh_from_db()
    return page


def standard_page(parent: Page, title: str, **fields: Any) -> StandardPage:
    """A published standard page below another page, in the parent's language."""
    page = StandardPage(**{"title": title, "locale": parent.locale, "live": True, **fields})
    if page.live and page.first_published_at is None:
        page.first_published_at = page.last_published_at = timezone.now()
    parent.add_child(instance=page)
    return page


def expired() -> Any:
    """A moment that is over."""
    return timezone.now() - timedelta(minutes=1)
