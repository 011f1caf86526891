"""Seconds that each publication of a page takes, as JSON: `python -m tests.benchmarks.publish ours|stock 50`.

A revision with another title is saved and published; indexing is left to the same queue. The pages have translations
in two languages that follow them (first: `… publish prepare 50`). "stock" has none of what this project adds on the
way: neither the triggers of the change log, nor its receivers of signals, nor what its page types do as they are
opened, published and saved.
"""

import json
import sys
import time
import weakref
from typing import Any

import django

django.setup()

from django.db.models import QuerySet  # noqa: E402
from django.db.models import signals as django_signals  # noqa: E402
from wagtail import signals as wagtail_signals  # noqa: E402
from wagtail.models import Locale  # noqa: E402
from wagtail_localize.models import Translation, TranslationSource  # noqa: E402

from cms.changes import triggers  # noqa: E402
from cms.indexing import Queue  # noqa: E402
from cms.pages import SitePage  # noqa: E402
from cms.publishable import Publishable  # noqa: E402
from cms.revisions import OpensWithoutGoneFacts  # noqa: E402
from newsroom.models import NewsPage  # noqa: E402

OURS = ("cms.", "borders.", "resources.", "newsroom.", "home.")
FIRST = 5
"""Publications that fill caches, and do not count."""


def pages(count: int) -> QuerySet[NewsPage]:
    return NewsPage.objects.filter(locale__language_code="fr").order_by("pk")[: count + FIRST]


def prepare(count: int) -> None:
    """Let the translations of the pages follow them, as where they were made with wagtail-localize."""
    for page in pages(count):
        source, _made = TranslationSource.get_or_create_from_instance(page)
        for locale in Locale.objects.filter(language_code__in=["de", "en"]):
            Translation.objects.create(source=source, target_locale=locale)


def strip() -> None:
    """Take away what this project adds to a publication."""
    triggers.uninstall()
    del SitePage.save, SitePage.clean_fields, SitePage.validate_unique
    del Publishable.save, Publishable.save_base, Publishable.publish
    del OpensWithoutGoneFacts.from_serializable_data, Queue.enqueue
    for module in (django_signals, wagtail_signals):
        for signal in vars(module).values():
            if hasattr(signal, "receivers"):
                signal.receivers = [entry for entry in signal.receivers if not _is_ours(entry[1])]
                signal.sender_receivers_cache.clear()


def _is_ours(receiver: Any) -> bool:
    function = receiver() if isinstance(receiver, weakref.ref) else receiver
    return str(getattr(function, "__module__", "")).startswith(OURS)


def publish(count: int) -> list[float]:
    """Seconds of each of so many publications."""
    taken = []
    for page in pages(count):
        page.title = f"{page.title} again"
        begun = time.perf_counter()
        page.save_revision().publish()
        taken.append(time.perf_counter() - begun)
    return taken[FIRST:]


if __name__ == "__main__":
    what, count = sys.argv[1], int(sys.argv[2])
    if what == "prepare":
        prepare(count)
    else:
        if what == "stock":
            strip()
        print(json.dumps(publish(count)))
