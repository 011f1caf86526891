"""What front end teams generate from the OpenAPI document."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cms.api.schema.document import document
from tests.contracts.generated_client import read_site
from tests.factories.every_type import every_type
from tests.services import node

pytestmark = pytest.mark.node


def test_spectral_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    rules = node.PROJECT / "spectral.yaml"
    node.run("spectral", "lint", "openapi.json", "--ruleset", rules, "--fail-severity", "hint", cwd=tmp_path)


@pytest.mark.parametrize("name", ["read.ts", "site.ts"])
def test_a_program_claims_nothing_that_the_types_do_not_say(name: str) -> None:
    source = re.sub(r"//.*|/\*.*?\*/", "", (node.PROJECT / name).read_text())
    assert not re.findall(r"\bas\b|\bany\b|\bunknown\b|[\w)\]]!|@ts-", source)


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_reads_every_type_of_page_without_a_cast(generated_client: Path, live_server: Any) -> None:
    """It compiles under `strict`, narrows on `type`, and finds what the types promise."""
    pages = every_type("Text")
    found = read_site(generated_client, live_server.url)
    assert found["counts"] == Counter(page._meta.label for page in pages.values())
    assert found["left"] > 10
    assert set(found["blocks"]) == set(document()["components"]["schemas"]["BodyBlock"]["discriminator"]["mapping"])
    assert found["home"] == "Text HomePage"
