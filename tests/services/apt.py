"""Installing a missing service: with apt where we are root, else a line that says how to."""

import os
import shutil
import subprocess
import sys

from tests.services import MissingServiceError


def install(*packages: str, purpose: str) -> None:
    """Install Debian packages; MissingServiceError where there is no apt, no root, or apt fails."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise MissingServiceError(f"{purpose} needs {names}: install it (Debian: sudo apt-get install {names}).")
    print(f"Installing {names} …", file=sys.stderr, flush=True)
    try:
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", *packages)
    except subprocess.CalledProcessError as error:
        raise MissingServiceError(f"{purpose} needs {names}, and apt failed: {error.output[-2000:]}") from error


def _apt(*words: str) -> None:
    subprocess.run(
        ["apt-get", "-q", *words],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )


if __name__ == "__main__":
    try:
        install(*sys.argv[1:], purpose="This command")
    except MissingServiceError as error:
        sys.exit(str(error))
