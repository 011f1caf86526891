"""Which words the addresses of the API keep for themselves."""

from functools import cache

from django.urls import get_resolver

ROUTER = "cms.api.router"
"""By name: it imports every endpoint, and they what needs this."""


@cache
def fixed_words() -> frozenset[str]:
    """Words that stand where another address has a code, such as "compare" beside the borders.

    What is called so would have no address of its own.
    """
    routes = [str(pattern.pattern).rstrip("/").rpartition("/") for pattern in get_resolver(ROUTER).url_patterns]
    with_codes = {before for before, _slash, last in routes if last.startswith("<slug:")}
    return frozenset(last for before, _slash, last in routes if before in with_codes and "<" not in last)
