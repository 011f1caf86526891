"""Loads accounts, menus and site settings."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.models import Site

from cms import indexing
from cms.facts import Office
from cms.languages import CODES
from home.demo import source
from home.demo.accounts import ACCOUNTS
from home.demo.load_pages import find
from home.models import DemoItem, NavigationEntry, NavigationLabel, SiteSettings, SiteTagline, SocialAccount


@indexing.at_once()
def load_accounts() -> None:
    """One account per role; an account that is there keeps its password and groups."""
    users = get_user_model()
    for account in ACCOUNTS:
        if DemoItem.objects.filter(key=f"account:{account.username}").exists():
            continue
        user, created = users.objects.get_or_create(
            username=account.username,
            defaults={
                "email": f"{account.username}@example.org",
                "first_name": account.role,
                "is_superuser": not account.group,
                "is_staff": not account.group,
            },
        )
        if created:
            user.set_password(account.password)
            user.save()
            if account.group:
                user.groups.add(Group.objects.get(name=account.group))
        DemoItem.objects.create(key=f"account:{account.username}", object_id=str(user.pk), done=True)


@indexing.at_once()
def load_navigation() -> None:
    """Menus and footer, once: afterwards they are the editors'."""
    if DemoItem.objects.filter(key="navigation").exists():
        return
    for order, row in enumerate(source.read(source.FOLDER / "navigation.yaml")):
        _entry(row, row["menu"], None, order)
    DemoItem.objects.create(key="navigation", object_id="", done=True)


def _entry(row: dict[str, Any], menu: str, parent: NavigationEntry | None, order: int) -> None:
    page = find(row["page"]) if row.get("page") else None
    if page is None and not row.get("url"):
        raise source.DemoError(f"navigation: no page {row.get('page')!r}")
    entry = NavigationEntry(menu=menu, parent=parent, sort_order=order * 10, page=page, url=row.get("url") or "")
    entry.labels = [  # type: ignore[attr-defined]
        NavigationLabel(language=language, text=text, sort_order=CODES.index(language))
        for language, text in (row.get("labels") or {}).items()
    ]
    entry.save()
    for place, child in enumerate(row.get("children") or []):
        _entry(child, menu, entry, place)


@indexing.at_once()
def load_settings() -> None:
    """Contacts, tagline, legal pages, once."""
    if DemoItem.objects.filter(key="settings").exists():
        return
    data = source.read(source.FOLDER / "settings.yaml")
    settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    settings.name = data["name"]
    settings.taglines = [  # type: ignore[attr-defined]
        SiteTagline(language=language, text=text, sort_order=CODES.index(language))
        for language, text in data["tagline"].items()
    ]
    settings.social_accounts = [  # type: ignore[attr-defined]
        SocialAccount(**row, sort_order=order) for order, row in enumerate(data.get("social_accounts") or [])
    ]
    for name in ("legal_page", "privacy_page", "accessibility_page"):
        setattr(settings, name, find(data[name]) if data.get(name) else None)
    settings.offices.set(Office.objects.filter(code__in=data.get("offices") or []))
    settings.save()
    DemoItem.objects.create(key="settings", object_id=str(settings.pk), done=True)
