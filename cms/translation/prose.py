"""The prose of a page: the texts that translators see."""

import hashlib
import json

from wagtail.models import Page
from wagtail_localize.models import StringSegment, Translation
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

# Every language has its own address; a new French one makes no translation wrong, and an old one none incomplete.
NOT_PROSE = "slug"


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


def percent_translated(translation: Translation) -> int:
    """The share of the source's texts that translators have done, in whole percent and never rounded up to 100."""
    segments = StringSegment.objects.filter(source=translation.source).exclude(context__path=NOT_PROSE)
    total = segments.count()
    done = segments.annotate_translation(translation.target_locale).filter(translation__isnull=False).count()
    return 100 * done // total if total else 100
