"""Putting a page of any type into the tree."""

from typing import TypeVar

from django.utils import timezone
from wagtail.models import Page

P = TypeVar("P", bound=Page)


def published(page: P, parent: Page) -> P:
    """Add a page, live and in its parent's language unless it says otherwise, below another."""
    page.locale = parent.locale
    if page.live and page.first_published_at is None:
        page.first_published_at = page.last_published_at = timezone.now()
    parent.add_child(instance=page)
    return page
