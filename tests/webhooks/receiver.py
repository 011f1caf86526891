"""A receiver of webhooks: a real HTTP server on this machine that does as it is told."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Received(NamedTuple):
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Keeps what it gets; answers by `behaviours` in turn, and 200 when they are used up."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behaviours: list[Behaviour] = []
        self.over = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body))
                behave = receiver.behaviours.pop(0) if receiver.behaviours else answer(200)
                behave(self)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                pass  # the sender went away, as it should

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Never answer."""
        self.over.wait()

    def trickle(self, handler: BaseHTTPRequestHandler) -> None:
        """Begin to answer, and go on for ever, a byte at a time."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.over.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    def endless(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer 200 with a body that never ends."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not self.over.is_set():
            handler.wfile.write(b"x" * 65536)

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.received]


def answer(status: int, text: str = "", **headers: str) -> Behaviour:
    """Answer at once."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text.encode())

    return behave


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that listens, with TLS if need be."""
    receiver = Receiver()
    if tls:
        receiver.server.socket = tls.wrap_socket(receiver.server.socket, server_side=True)
    threading.Thread(target=receiver.server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        receiver.server.shutdown()
        receiver.server.server_close()
