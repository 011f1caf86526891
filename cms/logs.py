"""One line per event, a stack trace included, so that a log can be searched and counted by line."""

import logging


class OneLineFormatter(logging.Formatter):
    """The usual format with line breaks, of messages and stack traces alike, written as ` | `.

    It also keeps a crafted request from writing lines of its own into the log.
    """

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return " | ".join(line for line in super().format(record).splitlines() if line.strip())
