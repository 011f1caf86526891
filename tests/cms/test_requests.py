"""What every request goes through: the health check, headers, and the lock after wrong passwords."""

import logging

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.test import Client

from cms.logs import OneLineFormatter

PASSWORD = "a-long-enough-password"


@pytest.mark.sqlite
@pytest.mark.django_db
def test_health_is_answered_to_any_host_and_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_form_of_another_session_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post(
        "/admin/login/", {"username": "x"}, headers={"accept-language": "fr"}
    )
    assert answer.status_code == 403
    assert "rechargez la page et recommencez" in answer.content.decode()


@pytest.mark.django_db
def test_health_is_503_while_the_database_does_not_answer(client, monkeypatch):
    def fails(*args):
        raise DatabaseError("gone")

    monkeypatch.setattr("cms.health.connection.cursor", fails)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"database\n")


@pytest.mark.django_db
def test_readers_pages_have_a_content_security_policy_and_the_admin_is_framed_by_itself_alone(client):
    reader, admin = client.get("/fr/no-such-page/"), client.get("/admin/login/")
    assert "object-src 'none'" in reader.headers["Content-Security-Policy"]
    assert admin.headers["Content-Security-Policy"] == "frame-ancestors 'self'; frame-src 'self'"
    for answer in (reader, admin):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Frame-Options" in answer.headers
        assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.django_db
def test_ten_wrong_passwords_lock_the_account_for_that_address_only(client, settings):
    settings.AXES_ENABLED = True
    get_user_model().objects.create_superuser("anna", "anna@example.org", PASSWORD)

    def log_in(password: str, address: str = "192.0.2.1") -> int:
        form = {"username": "anna", "password": password}
        return client.post("/admin/login/", form, REMOTE_ADDR=address).status_code

    assert [log_in("wrong") for _ in range(10)] == [200] * 9 + [429]
    assert log_in(PASSWORD) == 429
    assert log_in(PASSWORD, address="192.0.2.2") == 302


def test_a_log_line_stays_one_line():
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        record = logging.LogRecord("cms", logging.ERROR, "", 0, "it\nfailed", (), (type(error), error, None))
    line = OneLineFormatter().format(record)
    assert "\n" not in line
    assert line.endswith("ERROR cms: it | failed | ValueError: first | second")
