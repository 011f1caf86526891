"""The system's Chromium, which the browser tests drive."""

import shutil
from pathlib import Path

from tests.services import MissingServiceError, apt

# No sandbox: CI runs as root. The rest keeps it from asking hosts outside for things no test needs.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def program() -> Path | None:
    """The path of Chromium or Chrome, None when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return Path(path)
    return None


def install() -> Path:
    """The browser's path, installed first when missing; MissingServiceError when it cannot be."""
    if program() is None:
        apt.install("chromium", "fonts-liberation", purpose="The browser")
    found = program()
    if found is None:
        raise MissingServiceError("Chromium is not on this machine.")
    return found
