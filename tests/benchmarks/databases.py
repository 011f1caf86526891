"""The databases that are measured on: made once, kept in var/bench until migrations or their content change."""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import psycopg

from tests.benchmarks.load import ROOT, SERVER_CORE
from tests.services import postgres

FOLDER = Path(os.environ.get("VAR_DIR", ROOT / "var")).absolute() / "bench"
# What the servers run with: production's settings, but for plain HTTP.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "cms.settings.production",
    "SECRET_KEY": hashlib.sha512(b"for benchmarks only").hexdigest(),
    "ALLOWED_HOSTS": "127.0.0.1",
    "BASE_URL": "http://127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "VAR_DIR": str(FOLDER),
    "LOG_LEVEL": "ERROR",
}

KINDS = {"pages": "content", "records": "library"}
"""What there may be many of in a database, by the module that makes them."""


class Databases:
    """A PostgreSQL server and what is in it."""

    def __init__(self, url: str) -> None:
        self._server = url.removesuffix("/postgres")
        paths = [*sorted(ROOT.glob("*/migrations/*.py")), *sorted(ROOT.glob("tests/factories/*.py"))]
        kinds = [Path(__file__).with_name(f"{kind}.py") for kind in KINDS.values()]
        made_from = [path.read_bytes() for path in (*paths, *kinds)]
        made_by = [f"{name} {metadata.version(name)}".encode() for name in ("django", "wagtail", "wagtail-localize")]
        self._version = hashlib.sha256(b"".join([*made_from, *made_by])).hexdigest()[:8]

    def url(self, name: str) -> str:
        return f"{self._server}/{name}"

    def of(self, size: int, kind: str = "pages") -> str:
        """The address of the database with about so many pages, or records."""
        name = f"{kind}_{size}_{self._version}"
        if not self._exists(name):
            for old in self._names(f"{kind}_{size}_"):
                self._sql(f'DROP DATABASE "{old}"')
            begun, making = time.monotonic(), f"making_{size}"
            print(f"Making a site of {size:,} {kind} …", file=sys.stderr, flush=True)
            self._sql(f'DROP DATABASE IF EXISTS "{making}"', f'CREATE DATABASE "{making}"')
            for command in (["manage.py", "migrate", "-v0"], ["-m", f"tests.benchmarks.{KINDS[kind]}", str(size)]):
                environment = {**os.environ, **PRODUCTION, "DATABASE_URL": self.url(making)}
                subprocess.run(
                    # No server runs yet: its core does half of the work, the database's the other.
                    [sys.executable, *command],
                    cwd=ROOT,
                    env=environment,
                    check=True,
                    preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
                )
            self._sql(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
            print(f"… in {time.monotonic() - begun:.0f} seconds.", file=sys.stderr)
        return self.url(name)

    @contextlib.contextmanager
    def copy(self, url: str, name: str) -> Iterator[str]:
        """The address of a copy that may be written to."""
        self._sql(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{url.rpartition("/")[2]}"')
        try:
            yield self.url(name)
        finally:
            self._sql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _exists(self, name: str) -> bool:
        return name in self._names(name)

    def _names(self, prefix: str) -> list[str]:
        with psycopg.connect(self.url("postgres")) as connection:
            rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        return [name for (name,) in rows if name.startswith(prefix)]

    def _sql(self, *statements: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]


@contextlib.contextmanager
def running() -> Iterator[Databases]:
    """The server, on the cores of whoever starts it."""
    folder = FOLDER / "postgres"
    for needed in (folder, FOLDER / "static"):
        needed.mkdir(parents=True, exist_ok=True)
    with postgres.running(folder) as url:
        yield Databases(url)
