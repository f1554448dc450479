"""Answers that are the same for everybody: files, feeds and the like, which caches may keep."""

import hashlib

from flask import Response, make_response, request

A_MINUTE, AN_HOUR, A_DAY, A_YEAR = 60, 3600, 86_400, 31_536_000


def public(body: str | bytes, mimetype: str, seconds: int) -> Response:
    """Answer with ``body``, which caches may keep for ``seconds``; 304 where it is known."""
    content = body.encode() if isinstance(body, str) else body
    response = make_response(content)
    response.mimetype = mimetype
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    # Weak: whether the answer is compressed does not matter.
    response.set_etag(hashlib.sha256(content).hexdigest()[:16], weak=True)
    response.make_conditional(request)
    return response
