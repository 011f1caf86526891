"""Markers `[^1]` in a text and the notes that they refer to."""

import json
from collections import Counter

from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue

from cms.representation import FOOTNOTE


def problems(body: StreamValue, footnotes: StreamValue) -> list[str]:
    """What does not fit between a text's markers and its notes, as messages; empty when all is well."""
    # A translation just put together still holds its dates as dates.
    text = json.dumps(body.get_prep_value(), ensure_ascii=False, default=str)
    marks = {int(number) for number in FOOTNOTE.findall(text)}
    numbers = Counter(item["value"].get("number") for item in footnotes.get_prep_value())
    found = [
        _("There is no note %(number)s for the marker [^%(number)s].") % {"number": n} for n in marks - set(numbers)
    ]
    found += [_("Note %(number)s is there twice.") % {"number": n} for n, times in numbers.items() if times > 1]
    found += [_("Note %(number)s has no marker in the text.") % {"number": n} for n in set(numbers) - marks]
    return sorted(found)
