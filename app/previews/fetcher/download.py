"""Downloads one document by HTTP: a connection to a checked address, with limits."""

import ssl
from collections.abc import Collection
from email.message import Message
from typing import NamedTuple
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationValueError
from urllib3.response import BaseHTTPResponse

from .addresses import Network, RefusedError, Target, UnreachableError

MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
# Of a host with many addresses, so many are tried.
MOST_ADDRESSES = 3
# Seconds for one step; the process has a limit for all of them.
TIMEOUT = urllib3.Timeout(connect=3, read=5)
CHUNK = 64 * 1024


class Document(NamedTuple):
    """What a server sent: ``data`` has at most one byte more than was asked for."""

    url: str
    content_type: str
    charset: str
    data: bytes


def download(
    url: str, network: Network, *, types: Collection[str], most: int, headers: dict[str, str]
) -> Document:
    """Return the document at ``url``, of one of the content ``types``, after redirects.

    Raises :class:`RefusedError` and :class:`UnreachableError`.
    """
    for _attempt in range(MOST_REDIRECTS + 1):
        target = network.target(url)
        response = _ask(target, network, headers)
        try:
            location = response.headers.get("Location")
            if response.status in REDIRECTS and location:
                url = _joined(target.url, location)
                continue
            return _read(response, target.url, types, most)
        except (HTTPError, OSError, ValueError) as error:
            raise UnreachableError(f"reading: {error}") from error
        finally:
            response.close()
    raise RefusedError("redirects")


def _joined(url: str, reference: str) -> str:
    try:
        return urljoin(url, reference)
    except ValueError as error:
        raise RefusedError(f"URL: {error}") from error


def _ask(target: Target, network: Network, headers: dict[str, str]) -> BaseHTTPResponse:
    """Return the answer of the first address that answers, with its body unread."""
    reasons = []
    for address in network.resolve(target)[:MOST_ADDRESSES]:
        try:
            # The pool connects to the address, so no name is resolved a second time.
            return _pool(target, address).urlopen(
                "GET",
                target.path,
                headers={"Host": target.netloc, "Accept-Encoding": "gzip", **headers},
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
        except LocationValueError as error:
            raise RefusedError(f"URL: {error}") from error
        except (HTTPError, OSError) as error:
            reasons.append(f"{address}: {error}")
    raise UnreachableError("; ".join(reasons))


def _pool(target: Target, address: str) -> urllib3.HTTPConnectionPool:
    if target.scheme == "http":
        return urllib3.HTTPConnectionPool(address, target.port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address,
        target.port,
        timeout=TIMEOUT,
        ssl_context=ssl.create_default_context(),
        server_hostname=target.host,
    )


def _read(response: BaseHTTPResponse, url: str, types: Collection[str], most: int) -> Document:
    if response.status != 200:
        is_temporary = response.status == 429 or response.status >= 500
        raise (UnreachableError if is_temporary else RefusedError)(f"status {response.status}")
    header = Message()
    header["Content-Type"] = response.headers.get("Content-Type", "")
    content_type = header.get_content_type()
    if content_type not in types:
        raise RefusedError(f"content type {content_type}")
    data = b""
    # Decompressed, it is not longer either: urllib3 decompresses no more than it returns.
    while len(data) <= most and (chunk := response.read(min(CHUNK, most + 1 - len(data)))):
        data += chunk
    return Document(url, content_type, header.get_content_charset() or "", data)
