"""Run a command with every service started: `python -m tests.services pytest`.

It finds DATABASE_URL and TEST_ELASTICSEARCH_URL set. Elasticsearch and the migrations take a while: the tests that need
them wait, the others go ahead.

Where a service is missing and may not be installed, a line says how to get it and the command runs without: its
tests are skipped. Under CI=true that is a failure.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

from tests.services import MissingServiceError, bibutils, chromium, elasticsearch, in_ci, node, postgres


def main(command: list[str]) -> int:
    """The command's own exit code."""
    environment = dict(os.environ)
    with contextlib.ExitStack() as services:
        missing = []
        try:
            chromium.install()
        except MissingServiceError as error:
            missing.append(str(error))
        try:
            bibutils.install()
        except MissingServiceError as error:
            missing.append(str(error))
        try:
            node.install()
        except MissingServiceError as error:
            missing.append(str(error))
        try:
            environment["DATABASE_URL"] = services.enter_context(postgres.running())
        except MissingServiceError as error:
            missing.append(f"{error} The suite runs on SQLite instead.")
        try:
            environment["TEST_ELASTICSEARCH_URL"] = services.enter_context(elasticsearch.running())
        except MissingServiceError as error:
            missing.append(str(error))
        environment.pop("ELASTICSEARCH_URL", None)  # for the tests that name it alone
        print(*missing, sep="\n", end="\n" if missing else "", file=sys.stderr)
        if missing and in_ci():
            return 1
        if "DATABASE_URL" in environment:
            services.enter_context(_migrating(environment))
        try:
            return subprocess.run(command, env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 130


@contextlib.contextmanager
def _migrating(environment: dict[str, str]) -> Iterator[None]:
    """Meanwhile PostgreSQL's database is migrated, which takes one core half a minute."""
    process = subprocess.Popen([sys.executable, "-m", "tests.migrated"], env=environment, start_new_session=True)
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    # `make` and CI stop us with SIGTERM: leave through the context managers, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
