"""Reading the change log in tests."""

from django.db import connection

from cms import changes


class Log:
    """What the change log gains; in a test that never commits, versions are given with each statement."""

    def __init__(self) -> None:
        if connection.vendor == "postgresql" and connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS changes_version IMMEDIATE")
        self.position = changes.position()

    def new(self) -> list[tuple[str, str, int]]:
        """(kind, model, object id) of what came since the last call, in order and each once."""
        found = changes.changes_since(self.position)
        self.position = changes.position()
        return list(dict.fromkeys((change.kind, change.model, change.object_id) for change in found))
