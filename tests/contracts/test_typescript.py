"""What front end teams generate from the OpenAPI document."""

import json
import re
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cms.api.schema.document import document
from cms.models import User
from cms.preview import access
from tests.contracts.generated_client import check_recipes, read_site, run_preview
from tests.factories.every_type import every_type
from tests.services import node

pytestmark = pytest.mark.node


def test_spectral_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    rules = node.PROJECT / "spectral.yaml"
    node.run("spectral", "lint", "openapi.json", "--ruleset", rules, "--fail-severity", "hint", cwd=tmp_path)


def recipes() -> dict[str, str]:
    """The programs in docs/api.md by their paths; those that say none are one, reading.ts."""
    found: dict[str, str] = {"reading.ts": ""}
    text = (settings.BASE_DIR / "docs" / "api.md").read_text()
    for indent, language, block in re.findall(r"^( *)```(ts|tsx|vue|astro)\n(.*?)^ *```$", text, re.M | re.S):
        code = textwrap.dedent(indent + block) if indent else block
        named = re.search(r"^(?://|<!--) (\S+\.\w+)", code, re.M)
        if language == "vue":  # its template is not checked
            [code] = re.findall(r"<script setup lang=\"ts\">\n(.*?)</script>", code, re.S)
        if language == "astro":
            [(code, template)] = re.findall(r"---\n(.*)---\n\{(.*)\}", code, re.S)
            code += f"export const shown = ({template});\n"
        if named:
            suffix = {"vue": ".vue.ts", "astro": ".astro.tsx"}.get(language, f".{language}")
            found[str(Path(named[1]).with_suffix(suffix))] = code
        else:
            found["reading.ts"] += code
    return found


def test_the_recipes_compile(generated_client: Path) -> None:
    found = recipes()
    assert found.keys() == {
        *("reading.ts", "preview.ts", "app/preview/page.tsx", "next.config.ts"),
        *("pages/preview.vue.ts", "src/pages/preview.astro.tsx"),
    }
    check_recipes(generated_client.parent, found)
    wrong = found["preview.ts"].replace('GET("/preview/"', 'GET("/previews/"')
    with pytest.raises(AssertionError, match="previews"):
        check_recipes(generated_client.parent, {**found, "preview.ts": wrong})


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

    draft = pages["NewsPage"]
    draft.title = "A draft"
    token = access.token_of_snapshot(access.snapshot(User.objects.create_superuser("editor"), draft, of_form=False))
    recipe = recipes()["preview.ts"].replace("https://cms.example.org/api", f"{live_server.url}/api")
    shown, refused = run_preview(generated_client.parent, recipe, [token, "nonsense"])
    assert (shown["type"], shown["title"], refused) == ("newsroom.NewsPage", "A draft", 404)
