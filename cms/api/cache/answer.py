"""An answer as it goes over the wire: its headers and codings are made once, then sent as often as it is asked for."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import brotli

Headers = list[tuple[str, str]]

SMALLEST_CODED = 500
"""Bytes below which coding gains nothing."""
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
NOT_MODIFIED = "304 Not Modified"
_OF_BODY = frozenset(["content-type", "content-length", "content-encoding"])


class Answer(NamedTuple):
    """A whole answer; `etag` is empty where it may not be kept by anybody. Made of plain values, to be pickled."""

    status: str
    headers: tuple[tuple[str, str], ...]
    codings: dict[str, bytes]
    etag: str = ""
    version: tuple[tuple[str, Any], ...] = ()
    """The content version that it belongs to: the epoch, and the version of each family that it depends on."""
    until: float = 0.0
    """When it stops being true, in seconds since 1970."""

    @property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        return 2_000 + sum(map(len, self.codings.values())) + sum(len(n) + len(v) for n, v in self.headers)


def made(status: str, headers: Headers, body: bytes, codings: Iterable[str]) -> Answer:
    """The answer of Django with this body, in those of the codings that make it smaller."""
    kept = [(name, value) for name, value in headers if name.lower() not in {"content-length", "vary"}]
    varies = [value for name, value in headers if name.lower() == "vary"]
    bodies = {"": body}
    if len(body) >= SMALLEST_CODED:
        kept.append(("Vary", ", ".join([*varies, "Accept-Encoding"])))
        bodies |= {coding: _CODERS[coding](body) for coding in codings}
    elif varies:
        kept.append(("Vary", ", ".join(varies)))
    keepable = status.startswith("200") and not any(
        name.lower() == "cache-control" and "no-store" in value for name, value in headers
    )
    # Weak, since one tag stands for all codings of the body (RFC 9110, 8.8.1).
    etag = f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"' if keepable else ""
    return Answer(status, (*kept, *([("ETag", etag)] if etag else [])), bodies, etag)


_CODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(body, GZIP_LEVEL, mtime=0),
}
CODINGS = tuple(_CODERS)


def send(answer: Answer, environ: dict[str, Any], more: Headers, start_response: Callable[..., Any]) -> list[bytes]:
    """Answer a GET or HEAD; `more` are the headers that differ from one request to the next."""
    if answer.etag and (known := environ.get("HTTP_IF_NONE_MATCH")) and _knows(known, answer.etag):
        start_response(NOT_MODIFIED, [*((n, v) for n, v in answer.headers if n.lower() not in _OF_BODY), *more])
        return []
    coding = ""
    if len(answer.codings) > 1:
        coding = preferred(environ.get("HTTP_ACCEPT_ENCODING", ""), tuple(answer.codings))
    body = answer.codings[coding]
    headers = [*answer.headers, ("Content-Length", str(len(body))), *more]
    if coding:
        headers.append(("Content-Encoding", coding))
    start_response(answer.status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _knows(if_none_match: str, etag: str) -> bool:
    """Weak comparison (RFC 9110, 8.8.3.2): an intermediary may have dropped or added the mark of weakness."""
    return etag[2:] in if_none_match or if_none_match.strip() == "*"


@lru_cache(maxsize=512)
def preferred(accept_encoding: str, available: tuple[str, ...]) -> str:
    """The coding that a client likes best, "" for none; of equals the first available, which is the smallest."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower()[:500].split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        weights[name] = weight
    best, best_weight = "", 0.0
    for coding in available:
        weight = weights.get(coding, weights.get("*", 0.0)) if coding else 0.0
        if weight > best_weight:
            best, best_weight = coding, weight
    return best if best_weight >= weights.get("identity", 0.0) else ""
