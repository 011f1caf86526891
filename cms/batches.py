"""What is done to many things some at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of so many values, in their order, the last of what is left; each is read when it is asked for.

    itertools.batched of Python 3.12.
    """
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
