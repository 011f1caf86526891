"""Free ports, so that two checkouts can test side by side."""

import random
import socket

# Below the ports that systems give to connections, as one of those could take the port before its server does.
_PORTS = range(10_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, never given before by this process."""
    while True:
        port = random.choice(_PORTS)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
