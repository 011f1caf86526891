"""Run a command with every service started: `python -m tests.services pytest` sets DATABASE_URL for it.

Where a service is missing and may not be installed, the command runs without it: its tests are skipped, and fail
under CI=true.
"""

import contextlib
import os
import signal
import subprocess
import sys

from tests.services import MissingServiceError, chromium, postgres


def main(command: list[str]) -> int:
    """The command's own exit code."""
    # `make` and CI stop us with SIGTERM: leave through the context managers, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    environment = dict(os.environ)
    with contextlib.ExitStack() as services:
        try:
            chromium.install()
        except MissingServiceError as error:
            print(error, file=sys.stderr)
        try:
            environment["DATABASE_URL"] = services.enter_context(postgres.running())
        except MissingServiceError as error:
            print(error, "The suite runs on SQLite instead.", file=sys.stderr)
        try:
            return subprocess.run(command, env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
