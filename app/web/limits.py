"""Rate limits: how often an account, or an anonymous address, may do something."""

import time
from math import ceil

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user


def rate_limit_key() -> str:
    """Return what a rate limit counts by: the account, or the address of an anonymous viewer."""
    if current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"address:{get_remote_address()}"


limiter = Limiter(rate_limit_key)


@limiter.request_filter
def is_reading() -> bool:
    """Exempt requests that only read: the limits here are of what is sent."""
    return request.method in ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    """Count the requests to the views of ``app`` that have a limit."""
    limiter.init_app(app)


def seconds_limited() -> int | None:
    """Return in how many seconds the limit that this request exceeded ends; None if it did not."""
    limit = limiter.current_limit
    return max(1, ceil(limit.reset_at - time.time())) if limit and limit.breached else None
