"""Long answers: a file of this machine, or pieces from elsewhere, sent as they are read."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import Any

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

# How many are sent in pieces at once; others wait.
MOST_STREAMS = 8
# In the environment of a request: the file that is the answer, or None for pieces.
LONG = "microblog.long_answer"

# What is sent: all of it, a file, or pieces.
Body = bytes | Path | Iterable[bytes]


def send_long(environ: dict[str, Any], file: Path | None) -> None:
    """Have our server send the body of the answer piece by piece, or ``file``, which it is."""
    if environ["REQUEST_METHOD"] == "GET":
        environ[LONG] = file


def long_body(environ: dict[str, Any], body: Any) -> Body | None:
    """Return what is to be sent in place of ``body`` as a whole; None if that is to be sent."""
    if LONG not in environ:
        return None
    file: Path | None = environ[LONG]
    if file is None:
        return body
    close(body)
    return file


def close(body: Any) -> None:
    """Close the iterable of an answer (PEP 3333)."""
    if hasattr(body, "close"):
        body.close()


class Sender:
    """Sends answers; the threads of ``executor`` read pieces."""

    def __init__(self, executor: Executor) -> None:
        self.executor, self.limit = executor, asyncio.Semaphore(MOST_STREAMS)

    async def send(self, protocol: Any, status: int, headers: Any, body: Body) -> None:
        """Send ``body``. Granian reads a file as fast as the client takes it."""
        if isinstance(body, bytes):
            protocol.response_bytes(status, headers, body)
        elif isinstance(body, Path):
            protocol.response_file(status, headers, str(body))
        else:
            await self._send_pieces(protocol.response_stream(status, headers), body)

    async def _send_pieces(self, transport: Any, body: Iterable[bytes]) -> None:
        pieces, loop = iter(body), asyncio.get_running_loop()
        try:
            # The client may hang up.
            with suppress(ProtocolClosed):
                async with self.limit:
                    while piece := await loop.run_in_executor(self.executor, next, pieces, b""):
                        await transport.send_bytes(piece)
        finally:
            close(body)
