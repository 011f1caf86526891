"""Wagtail's database search as the site needs it on both databases: deaf to accents, and titles first.

SQLite's full-text tables fold accents by themselves; PostgreSQL needs a configuration that does
(home/migrations/0003_unaccented_search.py). Neither knows that « frontières » is the plural of « frontière ».
"""

from typing import Any

from django.db import connection
from django.db.models import F, FloatField, Func, Subquery
from modelsearch.backends.database import SearchBackend as DatabaseSearchBackend
from modelsearch.query import PlainText

CONFIGURATION = "mot_unaccented"
TITLE_WEIGHT = 1000
"""What the relevance of a title is multiplied by: any word in it counts more than a whole text."""


def SearchBackend(params: dict[str, Any]) -> Any:
    """The backend of the database in use."""
    backend = DatabaseSearchBackend(params)
    if connection.vendor == "postgresql":
        backend.config = backend.autocomplete_config = CONFIGURATION
    own = {"postgresql": _PostgreSQLCompiler, "sqlite": _SQLiteCompiler}.get(connection.vendor)
    if own:
        for name in ("query_compiler_class", "autocomplete_query_compiler_class"):
            compiler = getattr(backend, name)
            setattr(backend, name, type(compiler.__name__, (own, compiler), {}))
    return backend


class _PostgreSQLCompiler:
    """A compiler of searches that ranks by the title first, then by the text."""

    def _build_rank_expression(self: Any, vectors: Any, config: Any) -> Any:
        words = self.query
        if isinstance(words, PlainText):  # one word in the title counts, even where the text has the others
            words = PlainText(words.query_string, operator="or")
        in_title = self.build_tsrank(F("index_entries__title"), words, config=config)
        return in_title * TITLE_WEIGHT + super()._build_rank_expression(vectors, config)  # type: ignore[misc]


class _SQLiteCompiler:
    """A compiler of searches that ranks by the title first, then by the text, and takes any characters."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.FTS_TABLE_FIELDS = list(dict.fromkeys([*self.FTS_TABLE_FIELDS, "title"]))

    def build_search_query_content(self, query: Any, config: Any = None) -> Any:
        """A quotation mark among the words is syntax to SQLite, and an error if it is not doubled."""
        if isinstance(query, PlainText):
            query = PlainText(query.query_string.replace('"', '""'), operator=query.operator)
        return super().build_search_query_content(query, config=config)  # type: ignore[misc]

    def search(self: Any, config: Any, start: int, stop: int, score_field: str | None = None) -> Any:
        """As upstream, with scores that weigh titles and are computed once; upstream searches again for each row."""
        if not isinstance(self.query, PlainText) or not (self.order_by_relevance or score_field):
            return super().search(config, start, stop, score_field)  # type: ignore[misc]
        by_relevance, self.order_by_relevance = self.order_by_relevance, False
        found = super().search(config, None, None)  # type: ignore[misc]
        name = score_field or "_score"
        found = found.annotate(**{name: _Score(Subquery(self._scores(config)), F("pk"))})
        self.order_by_relevance = by_relevance
        return (found.order_by(name, "-pk") if by_relevance else found)[start:stop]

    def _scores(self: Any, config: Any) -> Any:
        """Key and score (the smaller, the better) of every entry with the words."""
        from modelsearch.backends.database.sqlite import sqlite

        words = sqlite.MatchExpression(
            self.fields or self.FTS_TABLE_FIELDS, self.build_search_query(self.query, config=config)
        )
        types = sqlite.get_descendants_content_types_pks(self.queryset.model)
        entries = sqlite.SQLiteFTSIndexEntry.objects.filter(words).filter(index_entry__content_type__in=types)
        return entries.values_list("index_entry__object_id", _WeightedBM25())


class _WeightedBM25(Func):
    """SQLite's measure of relevance, which takes a weight for each column: autocomplete, body and title.

    Words that most entries have, such as articles, weigh next to nothing.
    """

    output_field = FloatField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        table = connection.ops.quote_name(compiler.query.model._meta.db_table)
        return f"(bm25({table}, 0, 0, 1) * {TITLE_WEIGHT} + bm25({table}, 1, 1, 0))", ()


class _Score(Func):
    """The score of one row, out of all scores, which SQLite keeps in a temporary table while it answers."""

    output_field = FloatField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        (scores, parameters), (key, more) = (compiler.compile(part) for part in self.source_expressions)
        kept = f"WITH scores (object_id, score) AS MATERIALIZED {scores}"
        sql = f"({kept} SELECT score FROM scores WHERE object_id = CAST({key} AS TEXT))"  # noqa: S608
        return sql, (*parameters, *more)
