"""A migrated SQLite database to begin with: migrating an empty one takes half a minute, copying a file none.

It is made once for each state of what it is made from, and kept in var/.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

MADE_FROM = ("*/migrations/*.py", "cms/roles.py", "constraints.txt")


def copy_to(database: Path) -> None:
    """Put a migrated database in the place of a test database."""
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(_kept(), database)


def _kept() -> Path:
    """The file of today's migrations; whoever comes first makes it while the others wait."""
    root, folder = Path(settings.BASE_DIR), Path(settings.VAR_DIR)
    content = b"".join(path.read_bytes() for pattern in MADE_FROM for path in sorted(root.glob(pattern)))
    kept = folder / f"migrated-{hashlib.sha256(content).hexdigest()[:12]}.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in folder.glob("migrated-*"):
                old.unlink()
            making = folder / "migrated-making.sqlite3"
            environment = {**os.environ, "DATABASE_URL": f"sqlite:///{making}"}
            subprocess.run([sys.executable, root / "manage.py", "migrate", "-v0"], env=environment, check=True)
            making.rename(kept)
    return kept
