"""Wagtail's database search, deaf to accents on both databases: "frontiere" finds « Frontière ».

SQLite's full-text tables fold accents by themselves; PostgreSQL needs a configuration that does
(home/migrations/0003_unaccented_search.py).
"""

from typing import Any

from django.db import connection
from modelsearch.backends.database import SearchBackend as DatabaseSearchBackend
from modelsearch.query import PlainText

CONFIGURATION = "mot_unaccented"


def SearchBackend(params: dict[str, Any]) -> Any:
    """The backend of the database in use."""
    backend = DatabaseSearchBackend(params)
    if connection.vendor == "postgresql":
        backend.config = backend.autocomplete_config = CONFIGURATION
    elif connection.vendor == "sqlite":
        for name in ("query_compiler_class", "autocomplete_query_compiler_class"):
            compiler = getattr(backend, name)
            setattr(backend, name, type(compiler.__name__, (_QuotesEscaped, compiler), {}))
    return backend


class _QuotesEscaped:
    """A compiler of searches for SQLite, which reads a quotation mark among the words as syntax and fails on it."""

    def build_search_query_content(self, query: Any, config: Any = None) -> Any:
        if isinstance(query, PlainText):
            query = PlainText(query.query_string.replace('"', '""'), operator=query.operator)
        return super().build_search_query_content(query, config=config)  # type: ignore[misc]
