"""Signed tokens (PyJWT): each is of one kind, and of one user as they are now."""

import hashlib
import re
from datetime import datetime
from typing import Any, NamedTuple

import jwt
from flask import current_app

from ..data.database import db
from ..data.ids import BIGGEST_ID
from .models import User


class Token(NamedTuple):
    """A valid token: whose it is, and its claims."""

    user: User
    claims: dict[str, Any]


def make_token(kind: str, user: User, *, ends: datetime, **claims: Any) -> str:
    """Return a token of ``user``. It is valid until ``ends``.

    It ends earlier when the password or the e-mail address changes. The same arguments make the
    same token.
    """
    of_all = {"sub": str(user.id), "aud": kind, "exp": ends, "for": _fingerprint(user)}
    return jwt.encode(claims | of_all, current_app.config["SECRET_KEY"], algorithm="HS256")


def read_token(kind: str, token: str) -> Token | None:
    """Return what :func:`make_token` put into ``token``; None if it is forged or has ended."""
    try:
        claims = jwt.decode(
            token,
            current_app.config["SECRET_KEY"],
            algorithms=["HS256"],
            audience=kind,
            options={"require": ["sub", "aud", "exp", "for"]},
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    if not re.fullmatch("[0-9]{1,19}", claims["sub"]):
        return None
    user = db.session.get(User, min(int(claims["sub"]), BIGGEST_ID))
    return Token(user, claims) if user and claims["for"] == _fingerprint(user) else None


def _fingerprint(user: User) -> str:
    # It contains the password hash and the address: changing either makes earlier tokens invalid.
    state = f"{user.id}:{user.email}:{user.password_hash}"
    return hashlib.sha256(state.encode()).hexdigest()[:32]
