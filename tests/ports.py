"""Ports of this machine that nobody uses."""

import socket


def free_port() -> int:
    """Return a port on which a server may start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
