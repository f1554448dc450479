"""Forms with files, as bytes: for connections that end in the middle, or are slow."""

from contextlib import closing

from tests.faults.conftest import Site
from tests.machines import Browser

BOUNDARY = "a-boundary-of-the-test"


def multipart(browser: Browser, *files: bytes, **fields: str) -> bytes:
    """Return a form with fields, and with ``files`` as its pictures after them."""
    fields = {"csrf_token": browser.csrf_token or ""} | fields
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for number, content in enumerate(files):
        about = f'name="pictures"; filename="{number}.png"\r\nContent-Type: image/png\r\n\r\n'
        parts.append(about.encode() + content)
    begin = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(begin + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def head(
    browser: Browser, length: int, *, to: str = "/posts", mime: str = "multipart/form-data"
) -> bytes:
    """Return the head of the request, for :meth:`Site.send`."""
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    lines = [
        f"POST {to} HTTP/1.1",
        "Host: HOST",
        f"Content-Type: {mime}; boundary={BOUNDARY}",
        f"Content-Length: {length}",
        *([f"Cookie: {cookies}"] if cookies else []),
    ]
    return "\r\n".join([*lines, "\r\n"]).encode()


def answer_to(site: Site, sent: bytes) -> str:
    """Return the whole answer, as far as the server sends it."""
    with closing(site.send(sent)) as connection:
        received = b""
        while b"</html>" not in received and (more := connection.recv(100_000)):
            received += more
            if received.startswith(b"HTTP/1.1 303"):
                break
    return received.decode()


def send(site: Site, browser: Browser, *files: bytes, to: str = "/posts", **fields: str) -> str:
    """Send a form with files; return the answer."""
    body = multipart(browser, *files, **fields)
    return answer_to(site, head(browser, len(body), to=to) + body)


def status(answer: str) -> int:
    """Return the status of an answer."""
    return int(answer[9:12])
