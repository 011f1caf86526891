"""Fixtures of the foundations' tests."""

import pytest
from django.test import Client

from tests import admin
from tests.changelog import Log


@pytest.fixture
def log(db: None) -> Log:
    """What the change log gains from here on, inside a test that never commits."""
    return Log()


@pytest.fixture
def editor(db: None) -> Client:
    """A browser in which an administrator is signed in."""
    client = Client()
    admin.administrator(client)
    return client
