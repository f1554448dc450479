"""Answers go out compressed, in the best way that the browser takes."""

from flask import Flask, Response, request
from flask_compress import Compress

from .security import from_another_site

compress = Compress()


def init_app(app: Flask) -> None:
    """Compress the answers of ``app``; how hard is in :mod:`config`."""
    compress.init_app(app)
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    # Who listens in can guess a secret of a page from its compressed length, if a site of
    # theirs can have it fetched again and again with the reader's cookies and a guess in it
    # (BREACH, breachattack.com). What another site asks for stays long: nothing is told.
    if request.cookies and from_another_site():
        response.vary.add("Accept-Encoding")
        return response
    return compress.after_request(response)
