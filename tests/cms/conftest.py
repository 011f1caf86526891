"""Fixtures of the foundations' tests."""

import pytest

from tests.changelog import Log


@pytest.fixture
def log(db: None) -> Log:
    """What the change log gains from here on, inside a test that never commits."""
    return Log()
