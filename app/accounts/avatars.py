"""Avatars: their URLs, and the identicon."""

import hashlib
from functools import lru_cache

from flask import current_app

# The number of rows and columns of the identicon; the left half is mirrored.
CELLS = 5


def avatar_url(username: str, email: str | None) -> str:
    """Return the URL of the avatar of ``username``.

    With ``AVATARS=gravatar`` it is a URL of Gravatar with the SHA-256 of the e-mail address
    (docs.gravatar.com, "Creating the hash"). Otherwise no hash of the address is published.
    """
    if current_app.config["AVATARS"] == "gravatar" and email:
        digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
        return f"https://www.gravatar.com/avatar/{digest}?d=identicon&s=96"
    return f"/avatars/{username}.svg"


@lru_cache(4096)
def identicon(username: str) -> dict[str, object]:
    """Return the values for the template: a hue in degrees, and the filled cells (column, row)."""
    digest = hashlib.sha256(username.lower().encode()).digest()
    half = (CELLS + 1) // 2
    filled = [(i % half, i // half) for i in range(half * CELLS) if digest[i] & 1]
    mirrored = [(CELLS - 1 - column, row) for column, row in filled if column < CELLS // 2]
    hue = int.from_bytes(digest[-2:]) * 360 // 65536
    return {"hue": hue, "cells": sorted(filled + mirrored)}
