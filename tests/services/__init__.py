"""The real services that tests run against, started on free ports and thrown away afterwards."""


class MissingServiceError(Exception):
    """A service is not installed and could not be: the message is one line that says how to get it."""
