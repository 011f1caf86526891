"""Where a reader of the changes feed is, as the opaque text that it keeps."""

import base64
import binascii
import uuid
from typing import NamedTuple

from cms import changes

MAX = 2**63 - 1


class BadToken(ValueError):
    """Not a token of the feed."""


class Token(NamedTuple):
    """All changes up to `version` were told; of those up to `until`, the pages with keys up to `after`.

    `until` and `after` are 0 where the answer told all that there was to tell of its span of the log. `whole` is the
    last version known to have ended a transaction: a long one may be told in several answers.
    """

    epoch: uuid.UUID
    version: int
    until: int = 0
    after: int = 0
    whole: int = 0

    @classmethod
    def now(cls) -> "Token":
        """Of a reader that reads everything from here on."""
        epoch, version = changes.position()
        return cls(epoch, version, whole=version)

    @classmethod
    def read(cls, text: str) -> "Token":
        """The token of a text; BadToken where it is none."""
        try:
            epoch, *numbers = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(".")
            token = cls(uuid.UUID(epoch), *(int(number) for number in numbers))
        except (ValueError, TypeError, binascii.Error):
            raise BadToken("is not a token that this feed has given") from None
        if str(token) != text or not all(0 <= number <= MAX for number in token[1:]):
            raise BadToken("is not a token that this feed has given")
        return token

    def __str__(self) -> str:
        text = f"{self.epoch.hex}.{self.version}.{self.until}.{self.after}.{self.whole}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
