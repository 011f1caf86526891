"""The engines that this site has, the one that answers first."""

from functools import cache

from django.conf import settings

from search.engines.base import Engine
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine


def engines() -> list[Engine]:
    """Elasticsearch where there are hosts, then the embedded engine, which stands by for it."""
    return list(_made(tuple(settings.ELASTICSEARCH_URLS), settings.ELASTICSEARCH_INDEX, settings.SEARCH_DIR))


@cache
def _made(hosts: tuple[str, ...], index: str, folder: object) -> tuple[Engine, ...]:
    embedded = EmbeddedEngine(settings.SEARCH_DIR)
    return (ElasticEngine(hosts, index), embedded) if hosts else (embedded,)
