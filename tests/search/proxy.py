"""Between a client and Elasticsearch: lets everything through, or fails as servers do."""

import socket
import socketserver
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


def _answer(status: str, body: str, kind: str = "application/json", product: str = "Elasticsearch") -> bytes:
    named = f"X-Elastic-Product: {product}\r\n" if product else ""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{named}Content-Length: {len(body)}\r\n\r\n{body}".encode()


WHOLE = '"timed_out": false, "_shards": {"failed": 0}'
HIT = '{"_id": 7, "_score": 1, "_source": {"shown": [1, 2]}}'
ANSWERS = {
    "no JSON": _answer("200 OK", "not json!"),
    "a page of something else": _answer("200 OK", "<html>Welcome to nginx!</html>", "text/html", product=""),
    "half of its JSON": _answer("200 OK", '{"took": 3, "hits": {"total": {"va'),
    "nothing": _answer("200 OK", ""),
    "an empty object": _answer("200 OK", "{}"),
    "a list": _answer("200 OK", "[]"),
    "another type": _answer("200 OK", f'{{{WHOLE}, "hits": "none"}}'),
    "another type in a hit": _answer("200 OK", f'{{{WHOLE}, "hits": {{"total": {{"value": 1}}, "hits": [{HIT}]}}}}'),
    "another type of facets": _answer(
        "200 OK", f'{{{WHOLE}, "hits": {{"total": {{"value": 0}}, "hits": []}}, "aggregations": [1]}}'
    ),
    "400": _answer("400 Bad Request", '{"error": {"type": "search_phase_execution_exception"}, "status": 400}'),
    "401": _answer("401 Unauthorized", "{}"),
    "403": _answer("403 Forbidden", "{}"),
    "404 of another server": _answer("404 Not Found", "<html>Not found</html>", "text/html", product=""),
    "429": _answer("429 Too Many Requests", "{}"),
    "500": _answer("500 Internal Server Error", "{}"),
    "503": _answer("503 Service Unavailable", "{}"),
    "a part, as it took too long": _answer(
        "200 OK", '{"timed_out": true, "_shards": {"failed": 0}, "hits": {"total": {"value": 0}, "hits": []}}'
    ),
}
"""What it may answer instead of what it was asked."""


class Proxy:
    """A port of its own in front of a server; `fault` says how it fails: "", refuses, hangs, or one of ANSWERS.

    `about`: it only fails for requests that have these bytes.
    """

    def __init__(self, target: str) -> None:
        self.host, self.port = urlsplit(target).hostname, urlsplit(target).port
        self.fault, self.about = "", b""
        self.thawed = threading.Event()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.heal()
        self._server.shutdown()
        self._server.server_close()

    def heal(self) -> None:
        """Let everything through again."""
        self.fault = ""
        self.thawed.set()

    def fail(self, fault: str, about: bytes = b"") -> None:
        self.thawed.clear()
        self.fault, self.about = fault, about

    def serve(self, client: socket.socket) -> None:
        """Answer one connection until either side closes it; faults strike open connections as well."""
        try:
            server = socket.create_connection((self.host, self.port))
        except OSError:  # it is down: the client is hung up on
            return
        with server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            while received := _received(client):
                fault = self.fault if self.about in received else ""
                if fault == "refuses":
                    break
                if fault == "hangs":
                    self.thawed.wait()
                elif fault:
                    client.sendall(ANSWERS[fault])
                    if self.about:  # the server waits for the rest of this request
                        break
                    continue
                server.sendall(received)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while received := _received(source):
            target.sendall(received)
        target.shutdown(socket.SHUT_RDWR)  # who was killed hangs up
    except OSError:
        return
