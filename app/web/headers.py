"""Headers: the content security policy and others for security, and who may cache an answer."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, request, session

from .account_binding import has_signed_in

# The request headers that change an answer.
VARY = ("HX-Request", "HX-Request-Type", "Account", "Cookie", "Accept-Language")


def init_app(app: Flask) -> None:
    """Say on every answer of ``app`` who may cache it."""
    avatars = app.config["AVATARS"]
    app.config["CONTENT_SECURITY_POLICY"] = content_security_policy(avatars)
    app.config["WRITERS_SECURITY_POLICY"] = content_security_policy(avatars, previews=True)
    app.after_request(_limit_caching)
    app.after_request(_allow_previews)


def content_security_policy(avatars: str, *, previews: bool = False) -> str:
    """Return the policy: our own files only, and gravatar.com where avatars come from there.

    With ``previews``, also pictures that a script of ours made of a file that the viewer chose.
    """
    gravatar = " https://www.gravatar.com" if avatars == "gravatar" else ""
    blob = " blob:" if previews else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            # The arrow of a select is a data: image.
            f"img-src 'self' data:{blob}{gravatar}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class FixedHeaders:
    """WSGI middleware: adds the headers that every answer and every file carries.

    An answer that has one of them keeps its own.
    """

    def __init__(self, wsgi_app: Any, config: Mapping[str, Any]) -> None:
        self.wsgi_app = wsgi_app
        self.headers = [
            ("Content-Security-Policy", config["CONTENT_SECURITY_POLICY"]),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            # Not no-referrer: under HTTPS, Flask-WTF checks where a form was sent from.
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
        ]
        hsts = "max-age=31536000" + ("; includeSubDomains" if config["HSTS_SUBDOMAINS"] else "")
        self.over_https = [*self.headers, ("Strict-Transport-Security", hsts)]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            fixed = self.over_https if environ["wsgi.url_scheme"] == "https" else self.headers
            own = {name for name, _value in headers}
            missing = [header for header in fixed if header[0] not in own]
            return start_response(status, headers + missing, *error)

        return self.wsgi_app(environ, start)


def _allow_previews(response: Response) -> Response:
    """Allow previews on the pages of who is signed in: a composer opens in any list of posts."""
    if response.mimetype == "text/html" and has_signed_in():
        response.headers["Content-Security-Policy"] = current_app.config["WRITERS_SECURITY_POLICY"]
    return response


def _limit_caching(response: Response) -> Response:
    """Keep pages private and uncached; a page and its fragment share a URL, so they vary."""
    # Most answers have no such header, and then none is parsed.
    kept = response.cache_control if "Cache-Control" in response.headers else None
    if kept and kept.public:
        # A cache would give others the session that Flask-Login has just restored, of who has only
        # the remember-me cookie. The next page restores it.
        session.modified = False
    # Flask-Login reads every session, and Flask would add Vary: Cookie to public files too.
    session.accessed = False
    if kept and (kept.max_age or _is_static_file(response)):
        return response
    response.headers.setdefault("Cache-Control", "private, no-store")
    varies = dict.fromkeys((*VARY, *response.vary)) if "Vary" in response.headers else VARY
    response.headers["Vary"] = ", ".join(varies)
    return response


def _is_static_file(response: Response) -> bool:
    return request.endpoint in ("static", "bootstrap.static") and response.status_code < 400
