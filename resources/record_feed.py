"""A list of records as an Atom feed."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext

from cms import frontend
from cms.api import feeds
from cms.references import Context
from resources.exchange import names
from resources.records import Record


def atom(records: Iterable[Record], asked: str, name: str, context: Context) -> str:
    """The feed of records whose texts are prefetched; `asked` are the list's parameters, `name` is short for them."""
    return feeds.atom(
        f"{gettext('Records')} – {settings.WAGTAIL_SITE_NAME}",
        context.locale,
        frontend.portal_url(context.locale),
        context.api(f"records/?{asked}"),
        f"records/{context.locale}/{name}",
        (_entry(record, context) for record in records),
    )


def _entry(record: Record, context: Context) -> feeds.Entry:
    text = record.text_in(context.locale)
    return feeds.Entry(
        f"records/{record.code}",
        names.full_title(text.title, text.subtitle, text.language) if text else record.code,
        frontend.portal_url(context.locale, record.code),
        text.abstract if text else "",
        record.added_at,
        record.last_published_at,
    )
