"""Sending: one signed request, to an address that may be reached, within a fixed time, and what came of it.

Everything runs on one event loop in a thread of its own, so that a receiver which hangs costs a socket, no thread.
The form is that of Standard Webhooks (https://www.standardwebhooks.com/).
"""

import asyncio
import contextlib
import datetime
import math
import re
import ssl
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from aiohttp.resolver import ThreadedResolver
from django.utils.http import parse_http_date_safe
from standardwebhooks import Webhook as Signer

from cms.webhooks import networks
from cms.webhooks.models import Problem

CONNECT_SECONDS = 5
SECONDS = 15
"""How long an attempt may take altogether: name, connection, request and answer, however slowly each byte comes."""
ANSWER_BYTES, ANSWER_SECONDS = 1000, 1
"""How much of the answer is read, and waited for, to be shown in the log."""


class Request(NamedTuple):
    """A message to be sent, with the secrets that sign it."""

    url: str
    message_id: str
    body: str
    secrets: Sequence[str]


class Outcome(NamedTuple):
    """What came of an attempt; `problem` is empty where the message was delivered.

    `retry_after` are the seconds that the receiver asks to be left alone for.
    """

    status: int | None
    problem: str
    detail: str
    milliseconds: int
    retry_after: int


def signed_headers(request: Request, now: datetime.datetime) -> dict[str, str]:
    """The headers by which a receiver knows the message, its age and its sender."""
    signatures = (Signer(secret).sign(request.message_id, now, request.body) for secret in request.secrets)
    return {
        "content-type": "application/json",
        "user-agent": "MOT-CMS-Webhooks",
        "webhook-id": request.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class Sender:
    """Sends requests side by side until it is closed, which gives up those that are under way."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._tls = ssl.create_default_context()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._closed = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks-sender", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._runner:
            self._runner.run(self._closed.wait())

    def send(self, request: Request) -> "Future[Outcome]":
        """Begin to send; the future never fails."""
        return asyncio.run_coroutine_threadsafe(self._send(request), self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join(CONNECT_SECONDS)

    async def _send(self, request: Request) -> Outcome:
        begun = time.monotonic()
        status, problem, detail, retry_after = await self._attempt(request)
        milliseconds = round((time.monotonic() - begun) * 1000)
        # PostgreSQL stores no text with a zero byte in it.
        return Outcome(status, problem, detail.replace("\0", ""), milliseconds, retry_after)

    async def _attempt(self, request: Request) -> tuple[int | None, str, str, int]:
        refused: list[str] = []
        encrypted = urlsplit(request.url).scheme == "https"
        guarded = networks.guarded_socket(encrypted=encrypted, refused=refused)
        try:
            async with asyncio.timeout(self._seconds), self._session(guarded) as session:
                headers = signed_headers(request, datetime.datetime.now(datetime.UTC))
                answered = session.post(request.url, data=request.body.encode(), headers=headers, allow_redirects=False)
                async with answered as response:
                    wait = retry_after(response.headers.get("Retry-After", ""), time.time())
                    return response.status, _problem_of(response.status), await _beginning(response), wait
        except TimeoutError:
            return None, Problem.TIMEOUT, "", 0
        except aiohttp.ClientConnectorDNSError as error:
            return None, Problem.NAME, str(error), 0
        except aiohttp.ClientSSLError as error:
            return None, Problem.TLS, str(error), 0
        except Exception as error:  # whatever it is, the others are sent and the log tells of it
            if refused:
                return None, Problem.ADDRESS, refused[0], 0
            return None, Problem.CONNECTION, str(error) or type(error).__name__, 0

    def _session(self, guarded: Any) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=self._tls, resolver=ThreadedResolver(), use_dns_cache=False, socket_factory=guarded, force_close=True
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS),
            auto_decompress=False,
            skip_auto_headers=["Accept-Encoding"],
        )


def retry_after(header: str, now: float) -> int:
    """The seconds that a header Retry-After names, in digits or as a date; 0 where it is neither or past.

    At most a year, lest the sum be no date.
    """
    if re.fullmatch("[0-9]{1,9}", header.strip(), re.ASCII):
        wait = int(header)
    else:
        wait = math.ceil((parse_http_date_safe(header) or 0) - now)
    return max(0, min(wait, 365 * 24 * 3600))


def _problem_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return Problem.REDIRECT if 300 <= status < 400 else Problem.STATUS


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """Some of the answer, if it comes soon: what counts is its status, which has come."""
    read = b""
    with contextlib.suppress(TimeoutError, aiohttp.ClientError):
        async with asyncio.timeout(ANSWER_SECONDS):
            while len(read) < ANSWER_BYTES and (more := await response.content.read(ANSWER_BYTES - len(read))):
                read += more
    return read.decode("utf-8", "replace")
