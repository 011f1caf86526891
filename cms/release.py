"""Which release of the code this is, and how it is configured: two that differ may answer differently."""

import hashlib
from functools import cache

from django.apps import apps
from django.conf import settings


@cache
def fingerprint() -> str:
    """A hash of this project's code, catalogues and pinned dependencies, and of its plain settings."""
    found = hashlib.sha256()
    base = settings.BASE_DIR
    folders = [app.path for app in apps.get_app_configs() if app.path.startswith(f"{base}/")]
    files = [base / "constraints.txt", base / "requirements.txt"]
    for folder in folders:
        files += (path for path in (base / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for path in sorted(files):
        found.update(f"{path.relative_to(base)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    for name in sorted(dir(settings)):
        if _is_plain(value := getattr(settings, name, None)):
            found.update(f"{name}={value!r}\n".encode())
    return found.hexdigest()


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):  # such as addresses by language
        return all(isinstance(one, str) for one in value.values())
    return isinstance(value, str | int | float | bool)
