"""What holds for every answer: headers, the content security policy, rate limits, CSRF."""

import time
from math import ceil
from typing import Any

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()


def who() -> str:
    """Return whom a rate limit counts: the account, or a stranger's address."""
    if current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"address:{get_remote_address()}"


limiter = Limiter(who)


def seconds_limited() -> int | None:
    """Return in how many seconds the rate limit that this request broke lets it pass, if any."""
    limit = limiter.current_limit
    return max(1, ceil(limit.reset_at - time.time())) if limit and limit.breached else None


def from_another_site() -> bool:
    """Whether another site began this request, says the browser (W3C, Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def init_app(app: Flask) -> None:
    """Protect every POST of ``app`` and put the headers on every answer."""
    csrf.init_app(app)
    limiter.init_app(app)
    app.config["CONTENT_SECURITY_POLICY"] = content_security_policy(app.config["AVATARS"])
    app.after_request(_add_headers)
    if app.config["REDIS_URL"] and app.config["SECRET_KEY_IS_OF_THIS_MACHINE"]:
        app.logger.warning(
            "SECRET_KEY is not set: this machine made its own. If others serve the same community, "
            "set the same on each, or people are signed out from one page to the next."
        )


def content_security_policy(avatars: str) -> str:
    """Return the policy: our own files only, and gravatar.com where avatars come from there."""
    gravatar = " https://www.gravatar.com" if avatars == "gravatar" else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            # The arrow of a select is a data: image.
            f"img-src 'self' data:{gravatar}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def add_headers(app: Flask, headers: Any) -> None:
    """Put into ``headers``, of an answer or of a file, what every one of them carries."""
    headers["Content-Security-Policy"] = app.config["CONTENT_SECURITY_POLICY"]
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # Not no-referrer: under HTTPS, Flask-WTF checks where a form was sent from.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"


def _add_headers(response: Response) -> Response:
    add_headers(current_app, response.headers)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
