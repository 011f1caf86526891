"""Between a client and Elasticsearch: lets everything through, or fails as servers do."""

import socket
import socketserver
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

HEAD = "HTTP/1.1 {}\r\nContent-Type: application/json\r\nX-Elastic-Product: Elasticsearch\r\nContent-Length: {}\r\n\r\n"
GARBAGE = (HEAD.format("200 OK", 9) + "not json!").encode()
BUSY = (HEAD.format("503 Service Unavailable", 2) + "{}").encode()


class Proxy:
    """A port of its own in front of a server; `fault` says how it fails: "", refuses, hangs, garbage, busy."""

    def __init__(self, target: str) -> None:
        self.host, self.port = urlsplit(target).hostname, urlsplit(target).port
        self.fault = ""
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

    def fail(self, fault: str) -> None:
        self.thawed.clear()
        self.fault = fault

    def serve(self, client: socket.socket) -> None:
        """Answer one connection until either side closes it; faults strike open connections as well."""
        with socket.create_connection((self.host, self.port)) as server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            while received := _received(client):
                if self.fault == "refuses":
                    break
                if self.fault == "hangs":
                    self.thawed.wait()
                elif self.fault in {"garbage", "busy"}:
                    client.sendall(GARBAGE if self.fault == "garbage" else BUSY)
                    continue
                server.sendall(received)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def _copy(source: socket.socket, target: socket.socket) -> None:
    while received := _received(source):
        try:
            target.sendall(received)
        except OSError:
            return
