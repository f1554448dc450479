"""Passwords: what is accepted, and how they are kept."""

from functools import cache

from flask import current_app
from werkzeug.security import check_password_hash, generate_password_hash

# NIST SP 800-63B: at least 8 characters, long ones accepted and never cut.
SHORTEST, LONGEST = 8, 128


def make(password: str) -> str:
    """Return the hash under which ``password`` is kept. Slow on purpose: never in a transaction."""
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH"])


def check(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one kept. Costs one hash also when there is none to compare."""
    right = check_password_hash(
        password_hash or _nobodys(current_app.config["PASSWORD_HASH"]), password
    )
    return right and password_hash is not None


def is_current(password_hash: str | None) -> bool:
    """Whether the hash was made with today's method."""
    return bool(password_hash) and str(password_hash).startswith(
        current_app.config["PASSWORD_HASH"] + "$"
    )


@cache
def _nobodys(method: str) -> str:
    return generate_password_hash("nobody", method=method)
