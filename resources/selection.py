"""Selections of records: their permanent numbers, in the order in which a reader chose them."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from cms.api import params
from resources import record_numbers

_NUMBER = "^[0-9]{1,17}$"


@params.reader(Annotated[str, Field(pattern=_NUMBER)])
def _number(text: str) -> str:
    """The permanent number of a record, whether there is one or not."""
    if not re.fullmatch(_NUMBER, text):
        raise params.Refused("is not the number of a record")
    return text


IDS = params.Param(
    "ids",
    _number,
    "A selection by permanent numbers, in the order given; what was merged is the other, what is gone is left out.",
    many=True,
    default=(),
    most=200,
)


def selected(numbers: Iterable[str]) -> list[str]:
    """The numbers with those of merged records replaced, each once (a query a merging)."""
    return list(dict.fromkeys(record_numbers.successors(numbers).values()))
