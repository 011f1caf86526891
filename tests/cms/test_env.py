"""The reader of settings from the environment."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cms import env


def test_text_is_trimmed_and_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("WORD", "  mot ")
    assert env.text("WORD") == "mot"
    monkeypatch.setenv("WORD", "  ")
    assert env.text("WORD", "default") == "default"


@pytest.mark.parametrize(
    ("read", "value", "complaint"),
    [
        (env.text, "", "WORD must be set"),
        (env.words, " , ", "WORD must be set"),
        (env.flag, "maybe", "WORD must be true or false, not 'maybe'"),
        (lambda name: env.integer(name, 1), "many", "WORD must be a whole number, not 'many'"),
        (lambda name: env.choice(name, ["A", "B"], "A"), "C", "WORD must be one of A, B, not 'C'"),
        (env.database, "mysql://host/name", "WORD must look like postgresql://"),
        (env.database, "postgresql://host", "WORD must look like postgresql://"),
        (env.database, "postgresql://host:port/name", "WORD must look like postgresql://"),
        (env.database, "postgresql://host:99999/name", "WORD must look like postgresql://"),
        (env.database, "sqlite:///", "WORD must look like postgresql://"),
        (env.database, "sqlite://relative/path", "WORD must look like postgresql://"),
        (env.address, "mot.example", "WORD must be an address such as https://"),
        (env.address, "javascript:alert(1)", "WORD must be an address such as https://"),
        (env.hosts, "http://search", "WORD must list addresses such as http://search:9200, not 'http://search'"),
        (env.hosts, "http://a:9200,b:9200", "WORD must list addresses such as http://search:9200, not 'b:9200'"),
        (env.hosts, "http://user:secret@b:x", "not 'b:x'"),
    ],
)
def test_a_bad_value_is_refused_by_a_message_that_names_the_variable(monkeypatch, read, value, complaint):
    monkeypatch.setenv("WORD", value)
    with pytest.raises(ImproperlyConfigured, match=complaint):
        read("WORD")


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("", True)])
def test_a_flag(monkeypatch, value, expected):
    monkeypatch.setenv("WORD", value)
    assert env.flag("WORD", True) is expected


def test_words_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("WORD", "a.example, b.example,")
    assert env.words("WORD") == ["a.example", "b.example"]


def test_hosts(monkeypatch):
    monkeypatch.setenv("WORD", "http://one:9200/, https://user:secret@two:443")
    assert env.hosts("WORD") == ["http://one:9200", "https://user:secret@two:443"]
    monkeypatch.setenv("WORD", "")
    assert env.hosts("WORD") == []


def test_an_address_has_no_trailing_slash(monkeypatch):
    monkeypatch.setenv("WORD", "https://mot.example/")
    assert env.address("WORD") == "https://mot.example"


def test_an_address_for_some_languages_and_one_for_the_others(monkeypatch):
    monkeypatch.setenv("WORD", "https://mot.example/")
    monkeypatch.setenv("WORD_DE", "https://de.mot.example")
    assert env.addresses("WORD", ["fr", "de"]) == {"fr": "https://mot.example", "de": "https://de.mot.example"}
    monkeypatch.setenv("WORD", "")
    assert env.addresses("WORD", ["fr", "de"]) == {"de": "https://de.mot.example"}
    monkeypatch.setenv("WORD_DE", "de.mot.example")
    with pytest.raises(ImproperlyConfigured, match="WORD_DE must be an address"):
        env.addresses("WORD", ["fr", "de"])


def test_a_postgresql_address_may_hold_escaped_characters(monkeypatch):
    monkeypatch.setenv("WORD", "postgresql://us%40er:p%2Fw@db.example:5433/na%20me")
    found = env.database("WORD")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "us@er",
        "p/w",
        "db.example",
        "5433",
        "na me",
    )


def test_a_sqlite_path_is_absolute(monkeypatch):
    monkeypatch.setenv("WORD", "sqlite:///var/lib/mot/my%20db.sqlite3")
    assert env.database("WORD")["NAME"] == Path("/var/lib/mot/my db.sqlite3")


def test_origins_are_origins_and_nothing_more(monkeypatch):
    monkeypatch.setenv("WORD", "https://a.example, http://localhost:3000")
    assert env.origins("WORD", ["*"]) == ["https://a.example", "http://localhost:3000"]
    monkeypatch.setenv("WORD", "")
    assert env.origins("WORD", ["*"]) == ["*"]
    for wrong in ("https://a.example/", "a.example", "https://"):
        monkeypatch.setenv("WORD", wrong)
        with pytest.raises(ImproperlyConfigured, match="WORD must be"):
            env.origins("WORD", ["*"])


def test_a_shared_cache_is_redis_and_its_password_is_not_told(monkeypatch):
    monkeypatch.setenv("WORD", "redis://:secret@cache.example:6379/1")
    assert env.cache("WORD")["LOCATION"] == "redis://:secret@cache.example:6379/1"
    monkeypatch.setenv("WORD", "http://:secret@cache.example")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.cache("WORD")
    assert "secret" not in str(refusal.value)


def test_networks_are_networks_or_addresses(monkeypatch):
    assert env.networks("WORD") == []
    monkeypatch.setenv("WORD", "10.1.0.0/16, fd00::/8, 127.0.0.1")
    assert [str(network) for network in env.networks("WORD")] == ["10.1.0.0/16", "fd00::/8", "127.0.0.1/32"]
    monkeypatch.setenv("WORD", "10.1.0.1/16")
    with pytest.raises(ImproperlyConfigured, match=r"WORD must list networks such as .*: 10\.1\.0\.1/16"):
        env.networks("WORD")
