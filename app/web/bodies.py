"""Bodies of requests: who may send files where, and where a body with files waits.

A form takes ``MAX_CONTENT_LENGTH`` bytes. A domain says by :func:`take_files` which endpoints take
files: there, who is signed in may send ``MAX_FILES_LENGTH``. Such a body waits on disk. Of somebody
whose login has ended meanwhile only the text is kept, for the log-in form.
"""

import os
from errno import ENOSPC
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Flask, abort, current_app, request, session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header

from .answers import ExplainedError, wants_fragment

# What is kept of a body that cannot be taken: the fields with text, which forms have first.
HEAD = 512 * 1024
# Of a body with files there are up to three copies: as it came, each file, and what is stored.
COPIES = 3
# The key of the WSGI environment for why the files of a form were left out (an exception).
LEFT_OUT = "microblog.files_left_out"
# In place of the id of a sender whose login has ended.
ANONYMOUS = 0

_endpoints: set[str] = set()


class FilesTooLargeError(RequestEntityTooLarge):
    """The files of a form are too large together. Its other fields were read."""

    @property
    def advice(self) -> str:
        """What the viewer can do."""
        most = current_app.config["MAX_FILES_LENGTH"] // 1024**2
        return _(
            "Your files are more than %(most)s MB together. Send fewer, or smaller ones.", most=most
        )


class SignedOutError(ExplainedError, RequestEntityTooLarge):
    """Nobody is signed in who could send these files: nothing of the form was read."""

    @property
    def title(self) -> str:
        """What is wrong."""
        return _("You are signed out")

    @property
    def advice(self) -> str:
        """What the viewer can do."""
        return _("Go back: what you typed is there. Log in, in another tab; then send it again.")


def take_files(*endpoints: str) -> None:
    """Let people who are signed in send files to ``endpoints``, of any domain."""
    _endpoints.update(endpoints)


def init_app(app: Flask) -> None:
    """Limit the length of each request to ``app``; to be called before a form is parsed."""
    app.before_request(_allow_files)


def files_sender(app: Flask, environ: dict[str, Any]) -> int | None:
    """Return the id of the user who may send files by the request of a WSGI ``environ``, if any.

    :data:`ANONYMOUS` stands for somebody with a cookie of ours, who has no valid login any more.
    """
    with app.request_context(dict(environ)):
        if not _is_for_files():
            return None
        if current_user.is_authenticated:
            return current_user.id
        return ANONYMOUS if session else None


def refuse_without_files() -> None:
    """Refuse a form whose files were left out; to be called after the other checks of forms.

    An anonymous viewer is sent to log in, as with a smaller form.
    Raises :class:`FilesTooLargeError`, or the :class:`OSError` of a full disk.
    """
    error = request.environ.get(LEFT_OUT)
    if error and current_user.is_authenticated:
        raise error


def _allow_files() -> None:
    length = request.content_length or 0
    is_long = length > current_app.config["MAX_CONTENT_LENGTH"]
    if not is_long or not _is_for_files():
        return
    if current_user.is_authenticated:
        request.max_content_length = current_app.config["MAX_FILES_LENGTH"]
    elif wants_fragment():
        abort(401)
    else:
        raise SignedOutError


def _is_for_files() -> bool:
    is_multipart = request.mimetype == "multipart/form-data"
    return request.method == "POST" and request.endpoint in _endpoints and is_multipart


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
