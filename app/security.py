"""What holds for every answer: headers, the content security policy, rate limits, CSRF."""

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


def init_app(app: Flask) -> None:
    """Protect every POST of ``app`` and put the headers on every answer."""
    csrf.init_app(app)
    limiter.init_app(app)
    app.config["CONTENT_SECURITY_POLICY"] = content_security_policy(app.config["AVATARS"])
    app.after_request(_add_headers)


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
            # Bootstrap draws check boxes, selects and error marks as data: images.
            f"img-src 'self' data:{gravatar}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = current_app.config["CONTENT_SECURITY_POLICY"]
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # Not no-referrer: under HTTPS, Flask-WTF checks where a form was sent from.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
