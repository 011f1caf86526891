"""Wagtail's database search, deaf to accents on both databases: "frontiere" finds « Frontière ».

SQLite's full-text tables fold accents by themselves; PostgreSQL needs a configuration that does
(home/migrations/0003_unaccented_search.py).
"""

from typing import Any

from django.db import connection
from modelsearch.backends.database import SearchBackend as DatabaseSearchBackend

CONFIGURATION = "mot_unaccented"


def SearchBackend(params: dict[str, Any]) -> Any:
    """The backend of the database in use."""
    backend = DatabaseSearchBackend(params)
    if connection.vendor == "postgresql":
        backend.config = backend.autocomplete_config = CONFIGURATION
    return backend
