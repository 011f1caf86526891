"""The demo content as files, and what its notations mean."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from django.utils import timezone

FOLDER = Path(__file__).parent
BROCHURES = FOLDER / "brochures"
NAMESPACE = UUID("5f0c4a6e-3c1d-4a39-9d5c-5b3f9f1f7c11")
REFERENCE = re.compile(r"@(page|image|document|figure|border|territory|office|record):([a-z0-9-]+)")
OPENING = re.compile(r"<(p|h[2-6]|li|blockquote)(?=[ >])")
RELATIVE_DATE = re.compile(r"^@today(?:([+-]\d+))?(?:T(\d\d:\d\d))?$")


class DemoError(Exception):
    """The files contradict themselves; the message names the file's key and the place."""


@dataclass(frozen=True)
class PageFile:
    """One page in all its languages."""

    key: str
    type: str
    parent: str | None
    order: int
    facts: dict[str, Any]
    text: dict[str, dict[str, Any]]
    translations: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Any:
    """The content of a YAML file."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def facts(name: str) -> list[dict[str, Any]]:
    """The rows of one file of facts."""
    return read(FOLDER / "facts" / f"{name}.yaml") or []


def brochures() -> list[dict[str, Any]]:
    """Records with their files, each named after its PDF among BROCHURES."""
    return read(FOLDER / "brochures.yaml") or []


@cache
def pages() -> dict[str, PageFile]:
    """All pages by key, parents before children, siblings in their order."""
    files = [read(path) for path in sorted((FOLDER / "pages").rglob("*.yaml"))]
    found = {
        data["key"]: PageFile(
            data["key"],
            data["type"],
            data.get("parent"),
            data.get("order") or 0,
            data.get("facts") or {},
            data["text"],
            data.get("translations") or {},
        )
        for data in files
    }
    ordered: dict[str, PageFile] = {}

    def below(parent: str | None) -> None:
        for page in sorted((p for p in found.values() if p.parent == parent), key=lambda p: (p.order, p.key)):
            ordered[page.key] = page
            below(page.key)

    below(None)
    if lost := set(found) - set(ordered):
        raise DemoError(f"Pages without their parent: {', '.join(sorted(lost))}")
    return ordered


def block_id(*place: Any) -> str:
    """The id of a block by its place: the same in every language and at every loading."""
    return str(uuid5(NAMESPACE, "/".join(str(part) for part in place)))


def rich_text(html: str, *place: Any) -> str:
    """Rich text with the keys that the editor gives its paragraphs and items.

    Without them a page's first saving by hand would show every text of it as changed, in the comparison of versions.
    """
    numbers = count()
    return OPENING.sub(lambda tag: f'{tag[0]} data-block-key="{block_id(*place, next(numbers))[:5]}"', html)


def moment(value: Any) -> Any:
    """A date or moment, where it is given relative to today: "@today+30" or "@today-10T09:00" (Paris time)."""
    if not isinstance(value, str) or not (found := RELATIVE_DATE.match(value)):
        return value
    day = timezone.localdate() + datetime.timedelta(days=int(found.group(1) or 0))
    if not found.group(2):
        return day
    time = datetime.time.fromisoformat(found.group(2))
    return timezone.make_aware(datetime.datetime.combine(day, time))


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Every reference "@kind:key" inside a value."""
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)
