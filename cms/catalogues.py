"""Translation catalogues: <app>/locale/<language>/LC_MESSAGES/django.po, compiled and checked.

What readers see has the context "reader" and is translated in every language; the rest, which only editors see, is
translated in French. The msgid is English.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.utils.translation.reloader import translation_file_changed

READER = "reader"
BREAKS = re.compile("« | »| [:;?!](?=[\\s<]|$)")
"""Where French has a no-break space, lest a line begin with the sign."""
EDITORS_LANGUAGE = "fr"
READERS_LANGUAGES = ("fr", "de", "es", "it", "nl")
APPS = ("cms", "borders", "resources", "newsroom", "search", "home")
SOURCES = {".py", ".html", ".txt"}

# Context and msgid.
Message = tuple[str | None, str]


def compile_catalogues(root: Path) -> int:
    """Write the .mo file beside each .po that is newer than it; returns how many were written.

    Without gettext's programs, so that a machine with nothing but Python can run the site. What this process has
    loaded of older ones is forgotten. ImproperlyConfigured names a catalogue that cannot be read.
    """
    written = 0
    for source in root.glob("*/locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            polib.pofile(str(source)).save_as_mofile(str(target))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise ImproperlyConfigured(f"The catalogue {source} cannot be compiled: {error}") from error
        translation_file_changed(None, target)
        written += 1
    return written


def problems(root: Path) -> list[str]:
    """One line per missing, superfluous, fuzzy, untranslated, contradicted or badly spaced message, sorted.

    Needs gettext's xgettext; CommandError says so where it is missing.
    """
    found: list[str] = []
    catalogues: dict[str, list[tuple[str, polib.POFile]]] = {language: [] for language in READERS_LANGUAGES}
    for app in APPS:
        wanted = messages_of_sources(root / app)
        for language in READERS_LANGUAGES:
            path = root / app / "locale" / language / "LC_MESSAGES" / "django.po"
            catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
            name = f"{app}/locale/{language}"
            catalogues[language].append((name, catalogue))
            found += (f"{name}: {problem}" for problem in problems_of_catalogue(catalogue, language, wanted))
            if path.exists():
                found += (f"{name}: {problem}" for problem in _format_problems(path))
    for languages_catalogues in catalogues.values():
        found += disagreements(languages_catalogues)
    return sorted(found)


def disagreements(catalogues: Iterable[tuple[str, polib.POFile]]) -> Iterator[str]:
    """Messages that two apps translate differently, given the named catalogues of one language.

    Django makes one catalogue of all, so that one of them would be shown everywhere.
    """
    first: dict[Message, tuple[str, str]] = {}
    for name, catalogue in catalogues:
        for entry in catalogue.translated_entries():
            message = (entry.msgctxt, entry.msgid)
            other, text = first.setdefault(message, (name, entry.msgstr))
            if text != entry.msgstr:
                yield f"{name}: {_shown(message)} is {entry.msgstr!r} here and {text!r} in {other}"


def problems_of_catalogue(catalogue: polib.POFile, language: str, wanted: set[Message]) -> Iterator[str]:
    """What is wrong with one language's catalogue, given the messages of the sources."""
    needed = {message for message in wanted if language == EDITORS_LANGUAGE or message[0] == READER}
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    for message in needed - entries.keys():
        yield f"missing: {_shown(message)}"
    for message in entries.keys() - wanted:
        yield f"no longer in the sources: {_shown(message)}"
    for message, entry in entries.items():
        if "fuzzy" in entry.flags:
            yield f"fuzzy: {_shown(message)}"
        elif message in needed and not entry.translated():
            yield f"not translated: {_shown(message)}"
        elif language == "fr" and any(BREAKS.search(text) for text in (entry.msgstr, *entry.msgstr_plural.values())):
            yield f"a space where a line may break: {_shown(message)}"


def messages_of_sources(app: Path) -> set[Message]:
    """Every message that makemessages finds in an app's Python files and templates."""
    with tempfile.TemporaryDirectory(prefix="mot-messages-") as folder:
        copy = Path(folder)
        for source in app.rglob("*"):
            if source.suffix in SOURCES and "migrations" not in source.parts:
                target = copy / source.relative_to(app)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        (copy / "locale").mkdir()
        _makemessages(copy)
        template = copy / "locale" / "xx" / "LC_MESSAGES" / "django.po"
        if not template.exists():
            return set()
        return {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(template))}


def _makemessages(folder: Path) -> None:
    _gettext(folder, sys.executable, "-m", "django", "makemessages", "--locale", "xx", "--no-location")


def _format_problems(path: Path) -> list[str]:
    """Placeholders that a translation lost or misspelt, which would fail when the text is shown."""
    try:
        _gettext(path.parent, "msgfmt", "--check-format", "--output-file", os.devnull, path.name)
    except CommandError as error:
        return str(error).splitlines()
    return []


def _gettext(folder: Path, *command: str) -> None:
    if shutil.which("msgfmt") is None:
        raise CommandError("Checking the catalogues needs gettext (Debian: sudo apt-get install gettext).")
    # makemessages on a copy has no settings; it needs none.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        raise CommandError(ran.stderr.strip())


def _shown(message: Message) -> str:
    context, text = message
    return f"[{context}] {text!r}" if context else repr(text)
