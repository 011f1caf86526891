"""The prose of a page: the texts that translators see."""

import hashlib
import json

from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing
from wagtail_localize.fields import TranslatableField, get_translatable_fields
from wagtail_localize.models import StringSegment, Translation
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from cms import blocks
from cms.representation import FOOTNOTE

# Every language has its own address; a new French one makes no translation wrong, and an old one none incomplete.
NOT_PROSE = "slug"

# Texts that readers do not see on the page itself, so that nobody wonders why it was found.
_ELSEWHERE = {NOT_PROSE, "title", "seo_title", "search_description", "sharing_title", "sharing_description"}


def fingerprint(page: Page) -> str:
    """A hash (hex, 64 characters) of a specific page's texts: the same as long as no text is added, changed or removed.

    Neither the order of the texts nor the block that holds them counts.
    """
    texts = sorted(
        (segment.path.split(".", 1)[0], segment.string.data)
        for segment in extract_segments(page)
        if isinstance(segment, StringSegmentValue) and segment.path != NOT_PROSE
    )
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()


def progress(translation: Translation) -> tuple[int, int]:
    """How many texts the source has, and how many of them translators have done."""
    segments = StringSegment.objects.filter(source=translation.source).exclude(context__path=NOT_PROSE)
    done = segments.annotate_translation(translation.target_locale).filter(translation__isnull=False)
    return segments.count(), done.count()


def percent_translated(translation: Translation) -> int:
    """The share of the source's texts that translators have done, in whole percent and never rounded up to 100."""
    total, done = progress(translation)
    return 100 * done // total if total else 100


def searchable(page: Page) -> str:
    """The texts of a specific page below its title, without markup or marks of footnotes (no query).

    What the search finds it by and shows of it.
    """
    found: list[str] = []
    for policy in get_translatable_fields(type(page)):
        if not isinstance(policy, TranslatableField) or policy.field_name in _ELSEWHERE:
            continue
        field = policy.get_field(type(page))
        value = field.value_from_object(page)
        if isinstance(field, StreamField):
            found += blocks.texts(field.stream_block, value.get_prep_value())
        elif isinstance(field, RichTextField):
            found.append(get_text_for_indexing(value))
        else:
            found.append(value)
    return FOOTNOTE.sub("", "\n".join(text for text in found if text))
