"""The API does what its OpenAPI document says, whatever schemathesis makes of that document.

To look deeper, beside `make run`: `schemathesis run http://localhost:8000/api/v2/schema/` with the option
`--exclude-checks positive_data_acceptance`.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from tests.api.wsgi import connection_kept
from tests.factories.every_type import every_type

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = 3
"""Of each operation, as many that keep to the document as that do not; always the same ones."""


def in_this_transaction(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    with connection_kept():
        return WSGIHandler()(environ, start_response)


def test_every_answer_is_declared() -> None:
    every_type("Texte")
    # What is valid by the document may still be refused: codes of facts, cursors and tokens are not known beforehand.
    configuration = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"enabled": False}}})
    schema = schemathesis.openapi.from_wsgi("/api/v2/schema/", in_this_transaction, config=configuration)
    failures, cases = [], 0

    def check(case: schemathesis.Case) -> None:
        nonlocal cases
        cases += 1
        case.call_and_validate()

    once = settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    for found in schema.get_all_operations():
        for mode in GenerationMode:
            try:
                once(given(case=found.ok().as_strategy(generation_mode=mode))(check))()
            except Exception as failure:
                failures.append(f"{found.ok().label}: {failure}")
    assert not failures, "\n\n".join(failures)
    assert cases > 100
