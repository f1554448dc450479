"""Known browsers: those in which the owner of an account signed in before."""

import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app

from ..data.database import now
from .models import User
from .tokens import make_token, read_token

COOKIE = "known-browser"
# Characters of a cookie that can be one of ours.
LONGEST_COOKIE = 1_000
KNOWN_FOR = timedelta(days=365)
# The pages that treat a known browser in another way. On other paths the cookie would keep an
# anonymous viewer from the pages in the anonymous cache.
PATHS = ("/login", "/reset-password")


def remember_browser(user: User) -> None:
    """Set a cookie that proves that ``user`` signed in with this browser, with this password."""
    browser = secrets.token_hex(8)
    token = make_token(COOKIE, user, ends=now() + KNOWN_FOR, browser=browser)

    @after_this_request
    def _set(response: Response) -> Response:
        for path in PATHS:
            response.set_cookie(
                COOKIE,
                token,
                max_age=KNOWN_FOR,
                secure=current_app.config["SESSION_COOKIE_SECURE"],
                httponly=True,
                samesite="Lax",
                path=path,
            )
        return response


def known_browser(cookie: str, user: User) -> str | None:
    """Return the id of the browser that sent ``cookie``; None if ``user`` does not know it."""
    token = read_token(COOKIE, cookie)
    return str(token.claims.get("browser")) if token and token.user.id == user.id else None
