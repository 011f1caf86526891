"""Migrated databases to begin with and to go back to: migrating an empty one takes half a minute, a copy next to none.

The original is made once for each state of what it is made from: on SQLite a file in var/, on PostgreSQL a database
beside the test's. `python -m tests.migrated` makes that of DATABASE_URL before anybody needs it.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction

MADE_FROM = ("*/migrations/*.py", "cms/roles.py", "constraints.txt")
FILLED = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0"
"""Tables of PostgreSQL that hold rows, or have held some."""
WRITTEN = (
    "SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
    " WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name"
)
"""The columns of each table that hold what was written to them, not what the database makes of others."""


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Connect this process to a migrated database of its own, which is gone afterwards."""
    before, name = connection.settings_dict["NAME"], connection.creation._get_test_db_name()
    connection.close()
    if connection.vendor == "sqlite":
        _remove(name)
        shutil.copyfile(sqlite_original(), name)
    else:
        with _server() as server:
            _make_original(server, f"{before}_migrated")
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{before}_migrated"')
    connection.settings_dict["NAME"] = name
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)  # triggers and roles as they are now
    _remember(name)
    yield
    connection.close()
    connection.settings_dict["NAME"] = before
    if connection.vendor == "sqlite":
        _remove(name)
    else:
        with _server() as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def restore() -> None:
    """Undo what was committed since: each table holds what it held when the database was made, and nothing else."""
    connection.close()
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        with (
            contextlib.closing(sqlite3.connect(f"{name}-begun")) as begun,
            contextlib.closing(sqlite3.connect(name)) as now,
        ):
            begun.backup(now)
        return
    put_back("begun")
    connection.close()


def keep(schema: str) -> None:
    """PostgreSQL: copy the tables as they are into a schema of their own, for `put_back`."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        cursor.execute(f"SELECT relname {FILLED}")
        for (table,) in cursor.fetchall():
            cursor.execute(f'CREATE TABLE {schema}."{table}" AS TABLE public."{table}"')


def put_back(schema: str) -> None:
    """PostgreSQL: rewrite the tables as `keep` found them; to copy a whole database takes a second."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT relname, to_regclass(format('{schema}.%I', relname)) IS NOT NULL {FILLED}")
        tables = cursor.fetchall()
        cursor.execute(WRITTEN)
        columns = dict(cursor.fetchall())
        statements = ["SET LOCAL session_replication_role = replica"]  # no triggers, no foreign keys
        statements += [f'DELETE FROM public."{table}"' for table, _ in tables]
        statements += [
            f'INSERT INTO public."{table}" ({columns[table]}) SELECT {columns[table]} FROM {schema}."{table}"'
            for table, filled in tables
            if filled
        ]
        cursor.execute("; ".join(statements))


def address(name: str) -> str:
    """DATABASE_URL for a database beside the test's."""
    if connection.vendor == "sqlite":
        return f"sqlite://{name}"
    where = connection.settings_dict
    login = f"{where['USER']}:{where['PASSWORD']}" if where["PASSWORD"] else where["USER"]
    return f"postgresql://{login}@{where['HOST']}:{where['PORT']}/{name}"


def sqlite_original() -> Path:
    """A SQLite file of today's migrations; whoever comes first makes it while the others wait."""
    folder = Path(settings.VAR_DIR)
    kept = folder / f"migrated-{_state()}.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in folder.glob("migrated-*"):
                old.unlink()
            making = folder / "migrated-making.sqlite3"
            _migrate(f"sqlite://{making}")
            making.rename(kept)
    return kept


def _make_original(server: Any, name: str) -> None:
    """See to it that a database of this name holds today's migrations; whoever comes first makes it, others wait."""
    server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
    made_from = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    if server.execute(made_from, [name]).fetchone() != (_state(),):
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
        _migrate(address(name))
        server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{_state()}'")
    server.execute("SELECT pg_advisory_unlock_all()")


def _remember(name: str) -> None:
    """Keep what the database holds now for `restore`."""
    if connection.vendor == "sqlite":
        connection.close()
        shutil.copyfile(name, f"{name}-begun")
        return
    keep("begun")


@functools.cache
def _state() -> str:
    """What tells today's migrations from yesterday's."""
    root = Path(settings.BASE_DIR)
    content = b"".join(path.read_bytes() for pattern in MADE_FROM for path in sorted(root.glob(pattern)))
    return hashlib.sha256(content).hexdigest()[:12]


def _migrate(url: str) -> None:
    command = [sys.executable, Path(settings.BASE_DIR) / "manage.py", "migrate", "-v0"]
    subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True)


def _remove(name: str) -> None:
    for suffix in ("", "-wal", "-shm", "-begun"):
        Path(f"{name}{suffix}").unlink(missing_ok=True)


def _server() -> Any:
    """A connection to the server beside the test's database, each of whose statements is committed at once."""
    import psycopg

    return psycopg.connect(address("postgres"), autocommit=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")
    django.setup()
    with _server() as to_server:
        _make_original(to_server, f"{connection.settings_dict['NAME']}_migrated")
