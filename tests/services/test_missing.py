"""A service that is missing: told and done without by a person, a failure in CI."""

import sys

import pytest

from tests.services import MissingServiceError, apt, bibutils, chromium, elasticsearch, node, postgres
from tests.services.__main__ import main


@pytest.fixture
def nothing_installed(monkeypatch):
    def missing(*packages: str, purpose: str) -> None:
        raise MissingServiceError(f"{purpose} needs {packages[0]}: install it.")

    monkeypatch.setattr(chromium, "program", lambda: None)
    monkeypatch.setattr(bibutils, "installed", lambda: False)
    monkeypatch.setattr(postgres, "folder", lambda: None)
    monkeypatch.setattr(elasticsearch, "_docker_works", lambda: False)
    monkeypatch.setattr(elasticsearch, "_jdk", lambda: missing("a JDK of 21", purpose="Search on Elasticsearch"))
    monkeypatch.delenv("ELASTICSEARCH_URL", raising=False)
    monkeypatch.setattr(node, "installed", lambda: False)
    monkeypatch.setattr(node.shutil, "which", lambda program: None)
    monkeypatch.setattr(apt, "install", missing)


@pytest.mark.parametrize(("ci", "code"), [("", 7), ("true", 1)])
def test_a_person_goes_without_and_ci_fails(nothing_installed, monkeypatch, capfd, ci, code):
    monkeypatch.setenv("CI", ci)
    assert main([sys.executable, "-c", "print('ran'); raise SystemExit(7)"]) == code
    told = capfd.readouterr()
    assert "The suite on PostgreSQL needs postgresql: install it. The suite runs on SQLite instead." in told.err
    assert "The browser needs chromium: install it." in told.err
    assert "The second reader of RIS needs bibutils: install it." in told.err
    assert "Search on Elasticsearch needs a JDK of 21: install it." in told.err
    assert "The generated TypeScript client needs nodejs: install it." in told.err
    assert ("ran" in told.out) == (not ci)


def test_without_root_the_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(apt.os, "geteuid", lambda: 1000)
    with pytest.raises(MissingServiceError, match="sudo apt-get install chromium fonts-liberation"):
        apt.install("chromium", "fonts-liberation", purpose="Browsing")
