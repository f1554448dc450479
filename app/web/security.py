"""What holds for every answer: headers, the content security policy, rate limits, CSRF."""

import hashlib
import time
from collections.abc import Iterable
from functools import cache, lru_cache
from math import ceil
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

# How many cookies a process remembers to have checked, and for how many seconds.
REMEMBERED, REMEMBERED_FOR = 10_000, 600

# What changes nothing, and needs no token (RFC 9110, 9.2.1).
READING = ("GET", "HEAD", "OPTIONS")

# Where Flask-WTF keeps its token, in a session and for a request.
HELD_AS = "csrf_token"

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


def csrf_token() -> str:
    """Return the token for the forms of this page: Flask-WTF's, by a signer that is made once."""
    token: str | None = g.get(HELD_AS)
    if token is None:
        if HELD_AS not in session:
            return generate_csrf()
        token = g.csrf_token = _signing(current_app.secret_key).token(session[HELD_AS])
    return token


class Signing:
    """Flask-WTF's tokens, as it makes them each time and reads them; all but the time made once."""

    def __init__(self, secret_key: str) -> None:
        serializer = URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token")
        derived = serializer.make_signer().derive_key()
        # SHA-1 as it is by default, but named so that OpenSSL works out all of it.
        self._signer = TimestampSigner(derived, key_derivation="none", digest_method=hashlib.sha1)
        self._payload = lru_cache(REMEMBERED)(serializer.dump_payload)

    def token(self, held: str) -> str:
        """Return the token for a session that holds ``held``."""
        return self._signer.sign(self._payload(held)).decode()


_signing = cache(Signing)


def from_another_site() -> bool:
    """Whether another site began this request, says the browser (W3C, Fetch Metadata)."""
    said = request.environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    return said not in ("same-origin", "none")


def init_app(app: Flask) -> None:
    """Protect every POST of ``app`` and put the headers on every answer."""
    app.session_interface = Sessions()
    csrf.init_app(app)
    # Where something is posted, and not at every request that could not be refused.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.before_request(_check_token)
    # In the place of Flask-WTF's, which it also hands to each template anew.
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.template_context_processors[None].pop()
    limiter.init_app(app)
    # What is limited are views, which ask by themselves: nothing is to do around the others.
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks[None].pop()
    app.config["CONTENT_SECURITY_POLICY"] = content_security_policy(app.config["AVATARS"])
    if app.config["REDIS_URL"] and app.config["SECRET_KEY_IS_OF_THIS_MACHINE"]:
        app.logger.warning(
            "SECRET_KEY is not set: this machine made its own. If others serve the same community, "
            "set the same on each, or people are signed out from one page to the next."
        )


def _check_token() -> None:
    if request.method not in READING:
        csrf.protect(apply_exemptions=True)


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


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, whose cookie is checked once and not with each request that brings it."""

    def __init__(self) -> None:
        self.checked: dict[str, tuple[float, dict[str, Any]]] = {}

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie of ``request`` holds; nothing, if it is none of ours."""
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        until, held = self.checked.get(cookie, (0.0, {}))
        if until > time.monotonic():
            return SecureCookieSession(held)
        found = super().open_session(app, request)
        # Messages are a list, which the page that shows them empties.
        if found and "_flashes" not in found:
            if len(self.checked) >= REMEMBERED:
                self.checked.clear()
            self.checked[cookie] = (time.monotonic() + REMEMBERED_FOR, dict(found))
        return found


class FixedHeaders:
    """WSGI middleware: adds the headers that every answer and every file carries."""

    def __init__(self, app: Flask) -> None:
        self.app = app.wsgi_app
        self.headers = [
            ("Content-Security-Policy", app.config["CONTENT_SECURITY_POLICY"]),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            # Not no-referrer: under HTTPS, Flask-WTF checks where a form was sent from.
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
        ]
        self.over_https = [
            *self.headers,
            ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            fixed = self.over_https if environ["wsgi.url_scheme"] == "https" else self.headers
            return start_response(status, headers + fixed, *error)

        return self.app(environ, start)
