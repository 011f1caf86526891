"""Translation catalogues: compiled without gettext's programs, so that a machine with only Python can run the site."""

from collections.abc import Iterator
from pathlib import Path

import polib
from django.core.exceptions import ImproperlyConfigured


def catalogues(root: Path) -> Iterator[Path]:
    """The project's own .po files: <app>/locale/<language>/LC_MESSAGES/<domain>.po."""
    return root.glob("*/locale/*/LC_MESSAGES/*.po")


def compile_catalogues(root: Path) -> int:
    """Write the .mo file beside each .po that is newer than it; returns how many were written.

    ImproperlyConfigured names a catalogue that cannot be read.
    """
    written = 0
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            polib.pofile(str(source)).save_as_mofile(str(target))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise ImproperlyConfigured(f"The catalogue {source} cannot be compiled: {error}") from error
        written += 1
    return written
