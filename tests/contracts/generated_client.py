"""A TypeScript client generated from the OpenAPI document, compiled under `strict`: it reads a site, and is one."""

import json
import shutil
from collections.abc import Sequence
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


def check_recipes(folder: Path, files: dict[str, str]) -> None:
    """Compile a front end's files, by their paths, beside the types that `build` has generated in a folder."""
    components = """import type { Page } from "./preview";
    export declare function Article(props: { page: Page }): JSX.Element;
    export declare function Sorry(props: { status: number }): JSX.Element;"""
    stubs = {"components.ts": components, "frameworks.d.ts": (node.PROJECT / "frameworks.d.ts").read_text()}
    site = folder / "recipes"
    for name, text in {**files, **stubs, "api.d.ts": (folder / "api.d.ts").read_text()}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    options = {"strict": True, "noEmit": True, "jsx": "preserve", "types": [], "lib": ["es2022", "dom", "dom.iterable"]}
    options |= {"target": "es2022", "module": "esnext", "moduleResolution": "bundler"}
    (site / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    node.run("tsc", "--project", ".", cwd=site)


def run_preview(folder: Path, recipe: str, tokens: Sequence[str]) -> list[Any]:
    """What a front end's `preview.ts` gives for each token, compiled beside the types that `build` has generated."""
    (folder / "preview.ts").write_text(recipe)
    asking = 'import { preview } from "./preview.js";\n'
    asking += "console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(preview))));\n"
    (folder / "ask.js").write_text(asking)
    module = ("--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", "--skipLibCheck")
    node.run("tsc", "--strict", *module, "preview.ts", cwd=folder)
    return list(json.loads(node.run("node", "ask.js", *tokens, cwd=folder)))


def read_site(script: Path, address: str) -> dict[str, Any]:
    """Let the reader visit every page of the site at an address; what it says of them."""
    found: dict[str, Any] = json.loads(node.run("node", script, address, cwd=script.parent))
    return found
