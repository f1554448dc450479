"""Compression of answers, in the best encoding that the browser accepts."""

from flask import Flask, Response, request
from flask_compress import Compress

from .forms import from_another_site
from .preferences import PREFERENCES

compress = Compress()


def init_app(app: Flask) -> None:
    """Compress the answers of ``app``; algorithms and levels are in :mod:`config`."""
    compress.init_app(app)
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    # BREACH (breachattack.com): another site could have a page fetched again and again with the
    # viewer's cookies and a guess in it, and see from the compressed length whether the guess
    # occurs in the page. So what another site requests is not compressed.
    if not PREFERENCES.issuperset(request.cookies) and from_another_site():
        response.vary.add("Accept-Encoding")
        return response
    return compress.after_request(response)
