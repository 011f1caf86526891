"""bibutils, which reads RIS: programs in C that share nothing with the readers in Python."""

import shutil
import subprocess

from tests.services import apt


def installed() -> bool:
    return shutil.which("ris2xml") is not None


def install() -> None:
    """Install it when missing; MissingServiceError when it cannot be."""
    if not installed():
        apt.install("bibutils", purpose="The second reader of RIS")


def mods(ris: str) -> str:
    """RIS as bibutils understands it, in MODS."""
    found = subprocess.run(
        ["ris2xml", "-i", "utf8", "-un"], input=ris, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return found.stdout
