"""What a file of text is written in, where nothing says so."""

import codecs
import io
from typing import IO

_CHUNK = 1 << 20


def text_of(stream: IO[bytes]) -> io.TextIOWrapper:
    """The text of a file, whatever it is written in; line ends as they are."""
    return io.TextIOWrapper(stream, encoding=encoding_of(stream), errors="replace", newline="")


def encoding_of(stream: IO[bytes]) -> str:
    """UTF-8, UTF-16 where the file begins with its mark, else what Windows writes in Western Europe.

    A few broken characters make no other encoding of UTF-8. The stream is at its beginning before and afterwards.
    """
    begins = stream.read(2)
    stream.seek(0)
    if begins in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    beyond_ascii = broken = 0
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
        broken += text.count("\ufffd")
    stream.seek(0)
    return "utf-8-sig" if 2 * broken <= beyond_ascii else "cp1252"
