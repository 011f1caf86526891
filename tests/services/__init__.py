"""The real services that tests run against, started on free ports and thrown away afterwards."""

import os


def in_ci() -> bool:
    """Whether a missing service is a failure instead of a reason to skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


class MissingServiceError(Exception):
    """A service is not installed and could not be: the message is one line that says how to get it."""
