"""A TypeScript client generated from the OpenAPI document, compiled under `strict`: it reads a site, and is one."""

import json
import shutil
from pathlib import Path
from typing import Any

from cms.api.schema.document import document
from tests.services import node

SOURCES = ("read.ts", "site.ts", "site.html", "process.d.ts", "tsconfig.json", "package.json")


def build(folder: Path) -> Path:
    """Generate types and compile the reader and the front end in an empty folder; the reader's path."""
    for name in SOURCES:
        shutil.copy(node.PROJECT / name, folder)
    (folder / "node_modules").symlink_to(node.MODULES)
    (folder / "openapi.json").write_text(json.dumps(document()))
    node.run("openapi-typescript", "openapi.json", "--output", "api.d.ts", cwd=folder)
    node.run("tsc", "--project", ".", cwd=folder)
    return folder / "read.js"


def read_site(script: Path, address: str) -> dict[str, Any]:
    """Let the reader visit every page of the site at an address; what it says of them."""
    found: dict[str, Any] = json.loads(node.run("node", script, address, cwd=script.parent))
    return found
