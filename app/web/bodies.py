"""Bodies of requests: how long they may be, and who may send files where.

A form takes ``MAX_CONTENT_LENGTH`` bytes. A domain says by :func:`take_files` which endpoints take
files: there, who is signed in may send ``MAX_FILES_LENGTH``. Of somebody whose login has ended
meanwhile only the text is kept, for the log-in form. How bodies arrive is in ``receiving.py``.
"""

from typing import Any

from flask import Flask, abort, current_app, request, session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from .answers import ExplainedError
from .requests import wants_fragment

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
    """Nobody is signed in who could send these files: nothing of the form was read.

    The browser has it, and sends it once more when the page is reloaded.
    """

    @property
    def title(self) -> str:
        """What is wrong."""
        return _("You are logged out")

    @property
    def advice(self) -> str:
        """What the viewer can do."""
        return _("Log in, in another tab; then reload this page, and what you typed is here again.")


def take_files(*endpoints: str) -> None:
    """Let people who are signed in send files to ``endpoints``, of any domain."""
    _endpoints.update(endpoints)


def init_app(app: Flask) -> None:
    """Limit the length of each request to ``app``; to be called before a form is parsed."""
    app.before_request(_allow_files)


def files_sender(app: Flask, environ: dict[str, Any]) -> int | None:
    """Return the id of the user who may send files by the request of a WSGI ``environ``, if any.

    :data:`ANONYMOUS` means somebody with a cookie of ours, who has no valid login any more.
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
