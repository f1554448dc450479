"""Rate limits: how often an account, or an anonymous network, may do something."""

import time
from ipaddress import ip_address, ip_network
from math import ceil

from flask import Flask, request
from flask_limiter import Limiter
from flask_login import current_user


def network() -> str:
    """Return what limits count an anonymous viewer by.

    It is the IPv4 address, or the /64 network of the IPv6 address, which is what a provider
    gives to one customer at least (RFC 6177).
    """
    try:
        ip = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(ip if ip.version == 4 else ip_network((int(ip), 64), strict=False))


def rate_limit_key() -> str:
    """Return what a rate limit counts by: the account, or the network of an anonymous viewer."""
    if current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"network:{network()}"


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
