"""Where a page was leads to where it is, from the very transaction that gives it another address.

Wagtail makes these redirects after the commit of a new slug: a crash in between loses them for good, for the next save
finds nothing to do. (A move makes them on its way, and is one transaction: cms.page_actions.) It can go when
https://github.com/wagtail/wagtail makes them in Page.save.
"""

import copy
from typing import Any

from wagtail.contrib.redirects.apps import WagtailRedirectsAppConfig
from wagtail.signals import page_slug_changed


class RedirectsConfig(WagtailRedirectsAppConfig):
    """Wagtail's app without its receiver."""

    def ready(self) -> None:
        from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_slug_change

        super().ready()
        page_slug_changed.disconnect(autocreate_redirects_on_slug_change)


def lead_on(page: Any, old_url_path: str) -> None:
    """Redirects from the addresses that a page (specific) and what is below lose by its new slug."""
    from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_slug_change

    before = copy.copy(page)
    before.url_path = old_url_path
    autocreate_redirects_on_slug_change(instance_before=before, instance=page)
