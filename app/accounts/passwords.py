"""Passwords: which are accepted, their hashes, and how many are computed at once."""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from threading import BoundedSemaphore

from flask import current_app
from werkzeug.security import check_password_hash, generate_password_hash

from ..data.characters import as_seen, fold, is_visible
from ..site import site

# NIST SP 800-63B: at least 8 characters; long passwords are accepted and never truncated.
SHORTEST, LONGEST = 8, 128
# A character in NFC is at most four code points in other forms (unicode.org/faq/normalization).
LONGEST_TYPED = 4 * LONGEST

# What the limits on log-in allow to try in a year, at 10 in five minutes.
FEWEST_GUESSES = 1_000_000
# Characters of which zxcvbn estimates the guesses: signs that may stand for letters take it long.
LONGEST_ESTIMATED = 16

# Seconds that a password waits for its turn to be hashed.
LONGEST_WAIT = 5.0


class HashingBusyError(Exception):
    """Too many passwords are being hashed at the same time."""


def normal(password: str) -> str:
    """Return the form of ``password`` that is hashed and measured: NFC (NIST SP 800-63B).

    A text that is far too long for a password stays as it is: its length is refused anyway, and
    it takes quadratic time to normalize a long text.
    """
    return password if len(password) > LONGEST_TYPED else unicodedata.normalize("NFC", password)


def has_right_length(password: str) -> bool:
    """Whether a new password is neither too short nor too long, in the form that is hashed."""
    return SHORTEST <= len(normal(password)) <= LONGEST


def make(password: str) -> str:
    """Return the hash of ``password``. It is slow on purpose: do not call it in a transaction."""
    with _hashing():
        return generate_password_hash(normal(password), method=current_app.config["PASSWORD_HASH"])


def matching(password_hash: str | None, password: str) -> str | None:
    """Return the form of ``password`` whose hash this is: NFC, or as typed; None for neither.

    Earlier releases hashed what was typed. So one hash is computed, and a second one if what was
    typed is not in NFC: their number does not show whether there is a ``password_hash``.
    """
    known = password_hash or _dummy_hash(current_app.config["PASSWORD_HASH"])
    for form in dict.fromkeys((normal(password), password)):
        with _hashing():
            right = check_password_hash(known, form)
        if right and password_hash:
            return form
    return None


def is_current(password_hash: str | None) -> bool:
    """Whether the hash was made with the configured method."""
    return bool(password_hash) and str(password_hash).startswith(
        current_app.config["PASSWORD_HASH"] + "$"
    )


def is_easy_to_guess(password: str, *own: str | None) -> bool:
    """Whether ``password`` takes fewer than :data:`FEWEST_GUESSES`, or shows nothing.

    Common passwords and words, sequences, repetitions and the person's ``own`` words are guessed
    first, whatever nobody sees between their letters. An ``own`` word is a username or an e-mail
    address, which counts without its domain, too.
    """
    # Loaded at the first use, because it takes much memory.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    plain = unicodedata.normalize("NFKC", as_seen(normal(password))).strip()
    words = [site().name, *filter(None, own)]
    words += [word.partition("@")[0] for word in words]
    if not is_visible(plain) or fold(plain) in {fold(word) for word in words}:
        return True
    guesses: Decimal = zxcvbn(plain[:LONGEST_ESTIMATED], user_inputs=words)["guesses"]
    return guesses < FEWEST_GUESSES


@contextmanager
def _hashing() -> Iterator[None]:
    """Hold a slot: the web processes compute no more hashes at once than the machine has cores.

    Raises :class:`HashingBusyError` after :data:`LONGEST_WAIT`.
    """
    slots = _hashing_slots(current_app.config["WEB_WORKERS"])
    if not slots.acquire(timeout=LONGEST_WAIT):
        raise HashingBusyError
    try:
        yield
    finally:
        slots.release()


@cache
def _hashing_slots(processes: int) -> BoundedSemaphore:
    return BoundedSemaphore(max(1, (os.cpu_count() or 1) // max(1, processes)))


@cache
def _dummy_hash(method: str) -> str:
    return generate_password_hash("nobody", method=method)
