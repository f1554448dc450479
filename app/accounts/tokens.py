"""Signed tokens for links in mails (PyJWT)."""

import hashlib
from datetime import timedelta

import jwt
from flask import current_app

from ..data.database import db, now
from ..data.ids import BIGGEST_ID
from .models import User

RESET_ENDS = timedelta(minutes=10)
RESET = "reset-password"


def reset_token(user: User) -> str:
    """Return a token that lets its holder set ``user``'s password once, within ten minutes."""
    claims = {
        "sub": str(user.id),
        "aud": RESET,
        "iat": now(),
        "exp": now() + RESET_ENDS,
        "for": _fingerprint(user),
    }
    return jwt.encode(claims, current_app.config["SECRET_KEY"], algorithm="HS256")


def user_of_reset_token(token: str) -> User | None:
    """Return the user whose password ``token`` may set; None if it is forged, expired or used."""
    try:
        claims = jwt.decode(
            token,
            current_app.config["SECRET_KEY"],
            algorithms=["HS256"],
            audience=RESET,
            options={
                "require": ["sub", "aud", "exp", "for"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None
    if claims["exp"] <= now().timestamp() or not claims["sub"].isdigit():
        return None
    user = db.session.get(User, min(int(claims["sub"]), BIGGEST_ID))
    return user if user and claims["for"] == _fingerprint(user) else None


def _fingerprint(user: User) -> str:
    # It contains the password hash and the address: changing either makes earlier tokens invalid.
    state = f"{user.id}:{user.email}:{user.password_hash}"
    return hashlib.sha256(state.encode()).hexdigest()[:32]
