"""The API does what its OpenAPI document says, whatever schemathesis makes of that document.

To look deeper, beside `make run`: `schemathesis run http://localhost:8000/api/v2/schema/` with the option
`--exclude-checks positive_data_acceptance`, for it makes up codes, cursors and tokens that nobody has given it.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from tests.api.wsgi import connection_kept
from tests.factories import borders
from tests.factories.every_type import every_type

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = 3
"""Of each operation, as many that keep to the document as that do not; always the same ones."""

KNOWN: dict[str, Any] = {
    "border": ["fr-de"],
    "country": ["fr"],
    "codes": ["fr-de", "fr-be"],
    **dict.fromkeys(("date_from", "date_to"), "2026-01-31"),
    **dict.fromkeys(("price", "min_amount", "max_amount"), "12.5"),
    "html_path": "/fr/",
    "token": "nobody-has-it",
}
"""What is taken for parameters of which the document cannot say all: codes and keys are in the database, dates have no
bounds in JSON Schema, amounts so many digits."""
LEFT_OUT = {
    *("cursor", "since", "site", "fields", "child_of", "descendant_of", "ancestor_of", "translation_of"),
    *("territory", "indicator", "programme", "collection", "theme", "concept", "broader", "agent", "project"),
}
"""What was taken from an answer before, is a language of its own, or another code or key."""
NEEDED: dict[str, tuple[str, ...]] = {"/pages/find/": ("html_path",), "/preview/": ("token",)}
"""Where the document cannot say that one of several parameters is needed, or that a text may not be empty."""


def answerable(case: schemathesis.Case) -> None:
    """Put what the database knows in place of what was made up; and no control characters, which no text holds."""
    sent = {name: KNOWN.get(name, value) for name, value in (case.query or {}).items() if name not in LEFT_OUT}
    sent |= {name: KNOWN[name] for name in NEEDED.get(case.path, ())}
    case.query = {name: printable(value) for name, value in sent.items()}


def printable(value: Any) -> Any:
    if isinstance(value, list):
        return [printable(one) for one in value]
    return "".join(filter(str.isprintable, value)) if isinstance(value, str) else value


def in_this_transaction(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    with connection_kept():
        return WSGIHandler()(environ, start_response)


def test_every_answer_is_declared() -> None:
    every_type("Texte")
    borders.border("fr-be")
    schema = schemathesis.openapi.from_wsgi("/api/v2/schema/", in_this_transaction)
    failures, cases = [], 0

    def check(case: schemathesis.Case) -> None:
        nonlocal cases
        cases += 1
        if mode is GenerationMode.POSITIVE:
            answerable(case)
        case.call_and_validate()

    once = settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    for found in schema.get_all_operations():
        for mode in GenerationMode:
            try:
                once(given(case=found.ok().as_strategy(generation_mode=mode))(check))()
            except (Exception, BaseExceptionGroup) as failure:
                failures.append(f"{found.ok().label}: {failure}")
    assert not failures, "\n\n".join(failures)
    assert cases > 100
