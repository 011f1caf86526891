"""A throw-away PostgreSQL server of the machine's own version, without durability."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cms.children import end_with_parent
from tests.services import MissingServiceError, apt
from tests.services.ports import free_port

# A crash loses the data, and nobody minds: writes need not reach the disk. A vacuum that passes by sees empty tables
# where a test's own transaction has thousands of rows, and the plans that are made then take minutes.
FAST = (
    *("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off"),
    *("shared_buffers=256MB", "max_connections=100"),
)
START_SECONDS = 30


def folder() -> Path | None:
    """The folder of the newest installed server's programs, None when there is no server."""
    found = [Path(path).resolve().parent for path in [shutil.which("initdb")] if path]
    found += Path("/usr/lib/postgresql").glob("*/bin")
    usable = [path for path in found if (path / "initdb").exists() and (path / "postgres").exists()]
    return max(usable, key=_version, default=None)


def install() -> Path:
    """The folder of the server's programs, installed first when missing; MissingServiceError when it cannot be."""
    if folder() is None:
        apt.install("postgresql", purpose="The suite on PostgreSQL")
    found = folder()
    if found is None:
        raise MissingServiceError("PostgreSQL's programs initdb and postgres are not on this machine.")
    return found


@contextlib.contextmanager
def running(kept: Path | None = None) -> Iterator[str]:
    """A server of its own on a free port of 127.0.0.1; yields the address of its database as DATABASE_URL wants it.

    Its data is thrown away, or kept in a folder for the next time.
    """
    programs = install()
    with contextlib.nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="mot-postgres-") as parent:
        data = Path(parent) / "data"
        user = _unprivileged(Path(parent))
        if not (data / "PG_VERSION").exists():
            subprocess.run(
                [programs / "initdb", "-D", data, "-U", "mot", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=parent,
                **user,
            )
        port = free_port()
        options = [word for option in FAST for word in ("-c", option)]
        log = Path(parent) / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", *options],
                stdout=output,
                stderr=output,
                cwd=parent,
                start_new_session=True,  # Ctrl-C is for the tests; the server ends after them
                preexec_fn=end_with_parent,
                **user,
            )
        try:
            _wait(server, port, log)
            yield f"postgresql://mot@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # without waiting for clients, and whole
            try:
                server.wait(timeout=60 if kept else 3)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parent.name.split(".") if part.isdigit())


def _unprivileged(parent: Path) -> dict[str, Any]:
    """Popen's arguments for a user that is not root (the server refuses root), who then owns the folder."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    os.chown(parent, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(f"postgresql://mot@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return
