"""Servers of other sites, on this machine: what they answer, and what they were asked."""

import gzip
import http.server
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# What a server answers at a path: (status, headers, body), or a function that writes to the socket.
Answer = tuple[int, dict[str, str], bytes] | Callable[[socket.socket], None]

HTML = {"Content-Type": "text/html; charset=utf-8"}


def html(body: str | bytes, **headers: str) -> Answer:
    """Return the answer with an HTML page; ``headers`` with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return 200, HTML | named, body.encode() if isinstance(body, str) else body


def page(title: str = "Rye", **properties: str) -> Answer:
    """Return the answer with a page that says ``og:`` ``properties`` of itself."""
    metas = "".join(
        f'<meta property="og:{name}" content="{value}">' for name, value in properties.items()
    )
    return html(f"<!doctype html><html><head><title>{title}</title>{metas}</head><body>…")


def redirect(to: str, status: int = 302) -> Answer:
    """Return the answer that leads to ``to``."""
    return status, {"Location": to}, b""


def picture(data: bytes, content_type: str = "image/png") -> Answer:
    """Return the answer with a picture."""
    return 200, {"Content-Type": content_type}, data


def zipped(answer: Answer) -> Answer:
    """Return ``answer`` with its body compressed."""
    status, headers, body = answer
    return status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)


def drip(beginning: bytes, seconds: float = 0.2) -> Answer:
    """Return an answer that goes on byte by byte for ever, each within every timeout."""

    def send(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(beginning)
            while True:
                connection.sendall(b"x")
                time.sleep(seconds)

    return send


def raw(data: bytes) -> Answer:
    """Return an answer that is ``data`` and nothing else."""
    return lambda connection: connection.sendall(data)


class Web:
    """A server that answers by ``answers``, path by path, and notes what it was ``asked``."""

    def __init__(self, server: http.server.ThreadingHTTPServer) -> None:
        self.port = server.server_port
        self.answers: dict[str, Answer] = {}
        # (path, headers) of each request.
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [path for path, _headers in self.asked]

    def url(self, path: str = "/", host: str = "good.example", scheme: str = "http") -> str:
        """Return the URL of a path."""
        return f"{scheme}://{host}:{self.port}{path}"


@contextmanager
def serving(certificate: tuple[Path, Path] | None = None, host: str = "127.0.0.1") -> Iterator[Web]:
    """Give a running server; with a ``certificate`` and its key, one that speaks TLS."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append((self.path, dict(self.headers)))
            answer = web.answers.get(self.path, (404, HTML, b"<title>Not found</title>"))
            if callable(answer):
                answer(self.connection)
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def handle_error(self, *_arguments: Any) -> None:
            pass  # The other end may go away at any time.

    server = Server((host, 0), Handler)
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web = Web(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Return the files of a certificate for ``name``, signed by itself, and of its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
