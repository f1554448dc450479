"""Long answers: files that our server sends, and pieces that come from elsewhere."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from granian.rsgi import ProtocolClosed

from app.web.streaming import Sender, long_body, send_long


class Body:
    """The iterable of an answer."""

    def __init__(self, *pieces):
        self.pieces, self.is_closed = pieces, False

    def __iter__(self):
        return iter(self.pieces)

    def close(self):
        self.is_closed = True


class Protocol:
    """What Granian gives; the client leaves after ``most`` pieces."""

    def __init__(self, most=10):
        self.sent, self.most = [], most

    def response_bytes(self, status, _headers, body):
        self.sent.append((status, body))

    response_file = response_bytes

    def response_stream(self, status, _headers):
        self.sent.append(status)
        return self

    async def send_bytes(self, piece):
        if len(self.sent) > self.most:
            raise ProtocolClosed
        self.sent.append(piece)


@pytest.fixture
def send():
    """Give a function that sends a body by a protocol."""

    def send(body, protocol):
        async def run():
            with ThreadPoolExecutor(1) as threads:
                await Sender(threads).send(protocol, 200, [], body)

        asyncio.run(run())
        return protocol.sent

    return send


@pytest.mark.parametrize(
    ("body", "sent"),
    [(b"all", [(200, b"all")]), (Path("/a"), [(200, "/a")]), (Body(b"a", b"b"), [200, b"a", b"b"])],
)
def test_a_body_is_sent_as_it_is(send, body, sent):
    assert send(body, Protocol()) == sent


def test_what_nobody_takes_is_closed(send):
    body = Body(b"a", b"b", b"c")
    send(body, Protocol(most=1))
    assert body.is_closed


def test_an_answer_is_long_only_where_a_view_says_so():
    body, environ = Body(b"a"), {"REQUEST_METHOD": "GET"}
    assert long_body(environ, body) is None
    send_long(environ, None)
    assert long_body(environ, body) is body
    send_long(environ, Path("/a"))
    assert long_body(environ, body) == Path("/a")
    assert body.is_closed
    head = {"REQUEST_METHOD": "HEAD"}
    send_long(head, Path("/a"))
    assert long_body(head, body) is None
