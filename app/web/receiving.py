"""How the bodies of requests arrive: within a deadline, in memory; those with files, on disk."""

import asyncio
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from errno import ENOSPC
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Flask
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]
from werkzeug import exceptions
from werkzeug.http import parse_options_header

from .bodies import ANONYMOUS, LEFT_OUT, FilesTooLargeError, files_sender
from .rsgi import Environ

# Seconds within which a body arrives, and the bytes that add a second.
BODY_TIMEOUT, LOWEST_RATE = 10, 16 * 1024
# How many bodies with files a process receives at once, and how many of one person.
MOST_FILES, MOST_FILES_EACH = 64, 4
# A body that is too long is still received, up to this many times ``MAX_FILES_LENGTH``, so that the
# text of its form can be shown again.
RECEIVED_FACTOR = 4
# Bytes of a body with files that are written at once.
BLOCK = 256 * 1024
# What is kept of a body that cannot be taken: the fields with text, which forms have first.
HEAD = 512 * 1024
# Of a body with files there are up to three copies: as it came, each file, and what is stored.
COPIES = 3
# Bytes of a multipart form in which a file is looked for: longer ones are taken to have some.
TEXT_ONLY = 16 * 1024
# The head of a part with a file (RFC 7578); the name is empty where none was chosen.
NAMED_FILE = re.compile(rb"""filename\*?="?[^"\r\n;]""", re.IGNORECASE)


class Receiver:
    """Receives the bodies of the requests to ``app``."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        # Writes bodies with files, and finds out whose they are.
        self.executor = ThreadPoolExecutor(1, "files")
        # The bodies with files that arrive, by the id of who sends them.
        self.senders: Counter[int] = Counter()

    async def receive(self, environ: Environ, protocol: Any) -> tuple[IO[bytes], bool]:
        """Return the body of a request, and whether it may have files.

        Nothing is read of a body that is to be refused by its length alone.
        """
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise exceptions.LengthRequired
        length = int(environ.get("CONTENT_LENGTH", 0))
        is_multipart = environ.get("CONTENT_TYPE", "").startswith("multipart/")
        if length > self.app.config["MAX_CONTENT_LENGTH"]:
            return await self._on_disk(length, environ, protocol), is_multipart
        body = await self._in_memory(length, protocol)
        has_files = length > TEXT_ONLY or bool(NAMED_FILE.search(body))
        return BytesIO(body), is_multipart and has_files

    async def _in_memory(self, length: int, protocol: Any) -> bytes:
        try:
            async with asyncio.timeout(BODY_TIMEOUT + length / LOWEST_RATE):
                return bytes(await protocol())
        except TimeoutError:
            raise exceptions.RequestTimeout from None
        except ProtocolClosed:
            raise exceptions.ClientDisconnected from None

    async def _on_disk(self, length: int, environ: Environ, protocol: Any) -> IO[bytes]:
        files_length = self.app.config["MAX_FILES_LENGTH"]
        if length > RECEIVED_FACTOR * files_length:
            return BytesIO()
        loop = asyncio.get_running_loop()
        sender = await loop.run_in_executor(self.executor, files_sender, self.app, environ)
        if sender is None:
            return BytesIO()
        if self.senders.total() >= MOST_FILES or self.senders[sender] >= MOST_FILES_EACH:
            raise exceptions.ServiceUnavailable(retry_after=2)
        longest = files_length if sender != ANONYMOUS else 0
        body = FilesBody(Path(self.app.instance_path), length, longest=longest)
        self.senders[sender] += 1
        try:
            await self._write(body, protocol)
        except BaseException:
            # In the thread, which may be writing still.
            self.executor.submit(body.close)
            raise
        finally:
            self.senders -= Counter([sender])
        return body.input_of(environ)

    async def _write(self, body: "FilesBody", protocol: Any) -> None:
        loop = asyncio.get_running_loop()
        until, received, block = loop.time() + BODY_TIMEOUT, 0, bytearray()
        try:
            async with asyncio.timeout_at(until) as deadline:
                async for chunk in protocol:
                    received += len(chunk)
                    deadline.reschedule(until + received / LOWEST_RATE)
                    block += chunk
                    if len(block) >= BLOCK or received >= body.length:
                        await loop.run_in_executor(self.executor, body.write, bytes(block))
                        block.clear()
        except TimeoutError:
            raise exceptions.RequestTimeout from None
        if body.received < body.length:
            raise exceptions.ClientDisconnected


class FilesBody:
    """A body with files of ``length`` bytes, on its way to a file without a name in ``folder``.

    The file is gone when the process ends, however that happens. Of a body that is longer than
    ``longest``, or for which there is no room on the disk, only the fields before the first
    incomplete one are kept, for the answer that says so.
    """

    def __init__(self, folder: Path, length: int, *, longest: int) -> None:
        self.length, self.received = length, 0
        self.head = bytearray()
        self.error: Exception | None = None
        self.file: IO[bytes] | None = None
        if length > longest:
            self.error = FilesTooLargeError()
        elif _free(folder) < COPIES * length:
            self.error = OSError(ENOSPC, os.strerror(ENOSPC))
        else:
            self.file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - close() does

    def write(self, data: bytes) -> None:
        """Add ``data``."""
        self.received += len(data)
        self.head += data[: HEAD - len(self.head)]
        if self.file is None:
            return
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self.file.write(rest) :]
        except OSError as error:
            self.error = error
            self.close()

    def input_of(self, environ: dict[str, Any]) -> IO[bytes]:
        """Return the input of the request of a WSGI ``environ``, which has this body."""
        if self.file is not None:
            self.file.seek(0)
            return self.file
        fields = self._fields(environ.get("CONTENT_TYPE", ""))
        environ.update({"CONTENT_LENGTH": str(len(fields)), LEFT_OUT: self.error})
        return BytesIO(fields)

    def close(self) -> None:
        """Free the disk."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def _fields(self, content_type: str) -> bytes:
        """Return the form with the parts (RFC 7578) that the head has as a whole.

        A file that was cut off stays as an empty one: it is to be chosen again.
        """
        boundary = parse_options_header(content_type)[1].get("boundary", "").encode()
        whole, begun, part = bytes(self.head).rpartition(b"\r\n--" + boundary)
        named, cut_off, _content = part.partition(b"\r\n\r\n")
        if cut_off and b"filename" in named:
            whole += begun + named + cut_off
        return (whole + b"\r\n" if begun else b"") + b"--" + boundary + b"--\r\n"


def _free(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
