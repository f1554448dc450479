"""Avatars: where a person's picture comes from, and how it is drawn here."""

import hashlib
from functools import lru_cache

from flask import current_app

# Each side of the identicon's grid; the left half is mirrored to the right.
CELLS = 5


def avatar_url(username: str, email: str | None) -> str:
    """Return the address of the avatar of ``username``.

    With ``AVATARS=gravatar`` it is Gravatar's, by the SHA-256 of the e-mail address
    (docs.gravatar.com, "Creating the hash"); nothing about the address leaves otherwise.
    """
    if current_app.config["AVATARS"] == "gravatar" and email:
        digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
        return f"https://www.gravatar.com/avatar/{digest}?d=identicon&s=96"
    return f"/avatars/{username}.svg"


@lru_cache(4096)
def identicon(username: str) -> dict[str, object]:
    """Return what the template draws for a name: a hue in degrees, and cells as (column, row)."""
    digest = hashlib.sha256(username.lower().encode()).digest()
    half = (CELLS + 1) // 2
    filled = [(i % half, i // half) for i in range(half * CELLS) if digest[i] & 1]
    mirrored = [(CELLS - 1 - column, row) for column, row in filled if column < CELLS // 2]
    hue = int.from_bytes(digest[-2:]) * 360 // 65536
    return {"hue": hue, "cells": sorted(filled + mirrored)}
