"""What readers are told of facts."""

from collections import defaultdict

from typing_extensions import TypedDict

from cms.changes.feed.effects import fact_models
from cms.changes.feed.past import Rows, Window, rows_of
from cms.changes.feed.reasons import Reason, State, reasons
from cms.changes.feed.stretch import Stretch

_NOW = 2**63


class FactChange(TypedDict):
    """A fact to fetch again, or whose code is gone; then `reasons` is empty. `type` as in "borders.Border"."""

    type: str
    code: str
    state: State
    reasons: list[Reason]


def fact_changes(stretch: Stretch, window: Window) -> list[FactChange]:
    """The facts that changed, show what did or are gone, by type and code; a few queries a type."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for facts in (stretch.changed.facts, stretch.showing.others.facts):
        for model, keys in facts.items():
            wanted[model] |= keys
    found = [change for model, keys in wanted.items() if keys for change in _of_model(model, keys, stretch, window)]
    return sorted(found, key=lambda change: (change["type"], change["code"], change["state"]))


def _of_model(label: str, keys: set[int], stretch: Stretch, window: Window) -> list[FactChange]:
    model = fact_models()[label]
    now = {
        row["pk"]: row
        for row in model._default_manager.filter(pk__in=keys).values("pk", "code", "live", *model.public_with)
    }
    images = [*now.values(), *stretch.changed.past.get(label, ())]
    needed = {
        column: _Needed(other, {image[column] for image in images} - {None}, window)
        for column, other in model.public_with.items()
    }
    changed = stretch.rows[label]
    rows = rows_of(label, changed, window.first) if changed else Rows(())
    shared = [row for others in needed.values() for found in others.rows.of.values() for row in found]

    def code(pk: int, version: int) -> str | None:
        """The fact's code before a change, where it was public."""
        was = rows.image(pk, version, now.get(pk))
        public = was and was["live"] and all(others.live(was[column], version) for column, others in needed.items())
        return str(was["code"]) if was and public else None

    codes = {pk: current for pk in keys if (current := code(pk, _NOW)) is not None}

    def seen(pk: int) -> list[str]:
        return window.seen([*rows.of[pk], *shared], lambda version: code(pk, version))

    former = {was for pk in keys for was in seen(pk)}
    gone = former - set(codes.values())
    if gone:
        taken = model._default_manager.filter(live=True, code__in=gone).exclude(pk__in=keys)
        gone -= set(taken.values_list("code", flat=True))
    name = model._meta.label
    found: list[FactChange] = []
    for pk, current in codes.items():
        why = reasons(changed.get(pk, ()), "dependency")
        found.append({"type": name, "code": current, "state": "public", "reasons": why})
    found += [{"type": name, "code": was, "state": "gone", "reasons": []} for was in gone]
    return found


class _Needed:
    """Facts that others need to be public, and whether they were published."""

    def __init__(self, label: str, keys: set[int], window: Window) -> None:
        live = fact_models()[label]._default_manager.filter(pk__in=keys, live=True)
        self._live = set(live.values_list("pk", flat=True))
        self.rows = rows_of(label, keys, window.first)

    def live(self, pk: int | None, version: int) -> bool:
        """Whether a fact was published before a change; where none is needed, yes."""
        if pk is None:
            return True
        was = self.rows.image(pk, version, {"live": pk in self._live})
        return bool(was and was["live"])
