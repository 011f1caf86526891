"""Where a page was leads to where it is, from the very transaction that gives it another address.

Wagtail makes these redirects after the commit of a new slug: a crash in between loses them for good, for the next save
finds nothing to do. (A move makes them on its way, and is one transaction: cms.page_actions.) It can go when
https://github.com/wagtail/wagtail makes them in Page.save.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from wagtail.contrib.redirects.apps import WagtailRedirectsAppConfig
from wagtail.signals import page_slug_changed


class RedirectsConfig(WagtailRedirectsAppConfig):
    """Wagtail's app without its receiver."""

    def ready(self) -> None:
        from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_slug_change

        super().ready()
        page_slug_changed.disconnect(autocreate_redirects_on_slug_change)


@contextmanager
def kept(page: Any) -> Iterator[None]:
    """Around the save of a page (specific) with its slug: redirects from addresses that it and what is below lose."""
    from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_slug_change
    from wagtail.models import Page

    with transaction.atomic():
        moves = page.pk and Page.objects.filter(pk=page.pk).exclude(slug=page.slug).exists()
        before = type(page)._default_manager.get(pk=page.pk) if moves else None
        yield
        if before is not None and before.slug != page.slug:
            autocreate_redirects_on_slug_change(instance_before=before, instance=page)
