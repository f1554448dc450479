"""Password length and hashes."""

from functools import cache

from flask import current_app
from werkzeug.security import check_password_hash, generate_password_hash

# NIST SP 800-63B: at least 8 characters; long passwords are accepted and never truncated.
SHORTEST, LONGEST = 8, 128


def make(password: str) -> str:
    """Return the hash of ``password``. It is slow on purpose: do not call it in a transaction."""
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH"])


def check(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is right. Without a hash the check takes as long and is False."""
    right = check_password_hash(
        password_hash or _dummy_hash(current_app.config["PASSWORD_HASH"]), password
    )
    return right and password_hash is not None


def is_current(password_hash: str | None) -> bool:
    """Whether the hash was made with the configured method."""
    return bool(password_hash) and str(password_hash).startswith(
        current_app.config["PASSWORD_HASH"] + "$"
    )


@cache
def _dummy_hash(method: str) -> str:
    return generate_password_hash("nobody", method=method)
