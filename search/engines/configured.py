"""The engines that this site has, the one that answers first."""

from functools import cache
from pathlib import Path

from django.conf import settings

from search.engines.base import Engine
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine


def engines() -> list[Engine]:
    """Elasticsearch where there are hosts, then the embedded engine, which stands by for it."""
    return list(_made(tuple(settings.ELASTICSEARCH_URLS), settings.ELASTICSEARCH_INDEX, settings.SEARCH_DIR))


@cache
def _made(hosts: tuple[str, ...], index: str, folder: Path) -> tuple[Engine, ...]:
    embedded = EmbeddedEngine(folder)
    return (ElasticEngine(hosts, index), embedded) if hosts else (embedded,)
