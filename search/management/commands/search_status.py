"""`manage.py search_status`: how far each engine is, and how large."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms import changes
from search.engines.base import Engine, EngineError
from search.engines.configured import engines


class Command(BaseCommand):
    help = "Say of each engine of the portal's search: software, documents, size, position, changes still to index."

    def handle(self, **options: Any) -> None:
        now = changes.position()
        self.stdout.write(f"database: epoch {now.epoch}, version {now.version}")
        failed = [engine.name for engine in engines() if not self.tell(engine, now)]
        if failed:
            raise CommandError(f"Not ready to answer: {', '.join(failed)}.")

    def tell(self, engine: Engine, now: changes.Position) -> bool:
        """Whether the engine answers, be it behind the database."""
        try:
            position = engine.position()
            if position is None:
                self.stdout.write(f"{engine.name}: no index of this release yet; the worker makes it")
                return False
            about, count = engine.about(), engine.count()
        except EngineError as error:
            self.stdout.write(f"{engine.name}: does not answer: {error}")
            return False
        if position.epoch != now.epoch:
            behind = "of another database; the worker makes it anew"
        else:
            behind = f"version {position.version}, {now.version - position.version} changes behind"
        size = f"{count} documents, {about.size / 1e6:.1f} MB"
        self.stdout.write(f"{engine.name}: {about.version}, index {engine.key}, {size}, {behind}")
        return True
