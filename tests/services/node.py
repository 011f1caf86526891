"""Node.js and the packages of tests/contracts/typescript: they read our OpenAPI document as front end teams do."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.services import MissingServiceError, apt

PROJECT = Path(__file__).parents[1] / "contracts" / "typescript"
MODULES = PROJECT / "node_modules"
# Written last: what an interrupted installation left is not taken for whole, nor that of another lock file.
STAMP = MODULES / ".installed"


def _lock() -> str:
    return hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()


def installed() -> bool:
    """Whether Node.js and the packages of the lock file are there."""
    return shutil.which("node") is not None and STAMP.exists() and STAMP.read_text() == _lock()


def install() -> None:
    """Install what is missing; MissingServiceError when it cannot be."""
    if installed():
        return
    if shutil.which("node") is None or shutil.which("npm") is None:
        apt.install("nodejs", "npm", purpose="The generated TypeScript client")
    try:
        subprocess.run(["npm", "ci"], cwd=PROJECT, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise MissingServiceError(f"The generated TypeScript client: npm ci failed: {error.stderr[-2000:]}") from error
    STAMP.write_text(_lock())


def run(*command: str | Path, cwd: Path) -> str:
    """What a program of the packages (or node itself) prints; AssertionError with that where it fails."""
    name, *words = map(str, command)
    program = shutil.which(name, path=str(MODULES / ".bin")) or name
    done = subprocess.run([program, *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{name} failed:\n{done.stdout[-6000:]}{done.stderr[-6000:]}")
    return done.stdout
