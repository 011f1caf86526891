"""`manage.py eval_relevance DIR`: how well the search answers a judged collection, on each engine."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cms import labels
from cms.languages import CODES
from search import relevance
from search.engines.base import Engine, EngineError
from search.engines.elastic import ElasticEngine
from search.engines.embedded import EmbeddedEngine

BATCH = 500


class Command(BaseCommand):
    help = (
        "Read a judged collection (docs.jsonl, queries.jsonl, qrels.tsv) into a scratch index, ask every query as a "
        "reader would, and print MRR, nDCG, Success@5 and the median time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--engine",
            choices=["embedded", "elasticsearch"],
            default="elasticsearch" if settings.ELASTICSEARCH_URLS else "embedded",
        )
        parser.add_argument(
            "--locale",
            choices=[*CODES, "guess"],
            help="the reader's language for all queries, or guess; without it each query's own",
        )

    def handle(self, *, folder: Path, engine: str, locale: str | None, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="mot-relevance-") as scratch:
            used = self.engine(engine, Path(scratch))
            try:
                self.run(used, folder, locale)
            except (relevance.CollectionError, EngineError) as error:
                raise CommandError(str(error)) from error
            finally:
                if isinstance(used, ElasticEngine):
                    used.drop()

    def engine(self, name: str, scratch: Path) -> Engine:
        if name == "embedded":
            return EmbeddedEngine(scratch)
        if not settings.ELASTICSEARCH_URLS:
            raise CommandError("--engine elasticsearch needs the environment variable ELASTICSEARCH_URL.")
        return ElasticEngine(settings.ELASTICSEARCH_URLS, scratch.name)

    def run(self, engine: Engine, folder: Path, locale: str | None) -> None:
        judged = relevance.queries(folder)
        if not judged:
            raise CommandError(f"{folder}: no query of queries.jsonl is judged by qrels.tsv.")
        index = engine.begin()
        documents = list(relevance.documents(folder))
        for start in range(0, len(documents), BATCH):
            index.put(documents[start : start + BATCH])
        engine.swap(index)
        self.stdout.write(
            f"{len(documents)} documents, {len(judged)} queries, {engine.name}, {locale or 'own language'}"
        )
        self.stdout.write(f"{'':8}{'queries':>8}{'MRR':>8}{'nDCG':>8}{'S@5':>8}{'p50 ms':>8}")
        groups = {language: [query for query in judged if query.language == language] for language in CODES}
        names = self.names()
        for name, group in {**groups, "all": judged}.items():
            if group:
                found = relevance.measure(
                    engine, group, lambda query: None if locale == "guess" else locale or query.language, names
                )
                self.stdout.write(
                    f"{name:8}{found.queries:8}{found.mrr:8.3f}{found.ndcg:8.3f}{found.success:8.3f}{found.p50:8.1f}"
                )

    def names(self) -> labels.Labels | None:
        """The names of this site's facts, which expand queries; none without a database."""
        try:
            return labels.current()
        except DatabaseError:
            self.stderr.write("There is no database: no names of concepts, borders and territories expand the queries.")
            return None
