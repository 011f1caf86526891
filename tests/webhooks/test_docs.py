"""The receivers in docs/api-changes.md are run on what we really send."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from cms.webhooks.models import Webhook
from cms.webhooks.sending import Request, signed_headers
from tests.services import node

WHAT_TO_DO = [(204, True), (204, False), (401, False)]
"""With a message, with the same again, with one that somebody changed: the status, and whether there is work."""


def snippet(language: str) -> str:
    text = (settings.BASE_DIR / "docs" / "api-changes.md").read_text(encoding="utf-8")
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return found


def sent() -> tuple[str, str, dict[str, str]]:
    secret = Webhook().secret
    body = json.dumps(
        {"type": "ping", "timestamp": "2026-11-27T12:00:00+00:00", "data": {"é": "–"}}, ensure_ascii=False
    )
    return secret, body, signed_headers(Request("", "msg_1", body, [secret]), timezone.now())


def test_in_python() -> None:
    names: dict[str, Any] = {}
    exec(snippet("python"), names)
    secret, body, headers = sent()
    seen: set[str] = set()
    found = [names["receive"](secret, text.encode(), headers, seen) for text in (body, body, body + " ")]
    assert [(status, message is not None) for status, message in found] == WHAT_TO_DO
    assert found[0][1] == json.loads(body)


@pytest.mark.node
def test_in_javascript(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(node.MODULES)
    (tmp_path / "receive.mjs").write_text(snippet("js"))
    secret, body, headers = sent()
    (tmp_path / "sent.json").write_text(json.dumps([secret, body, headers]))
    (tmp_path / "run.mjs").write_text(
        'import { readFileSync } from "node:fs";\n'
        'import { receive } from "./receive.mjs";\n'
        'const [secret, body, headers] = JSON.parse(readFileSync("sent.json", "utf8"));\n'
        "const seen = new Set();\n"
        "const found = [body, body, body + ' '].map((text) => receive(secret, text, headers, seen));\n"
        "console.log(JSON.stringify(found));\n"
    )
    found = json.loads(node.run("node", "run.mjs", cwd=tmp_path))
    assert [(answer["status"], "message" in answer) for answer in found] == WHAT_TO_DO
    assert found[0]["message"] == json.loads(body)
