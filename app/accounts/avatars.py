"""Avatars: their URLs, and what is drawn for people without a picture of their own."""

import hashlib
from functools import lru_cache

from flask import current_app

# The hues of the twelve tints, in degrees.
TINTS = range(15, 375, 30)
# The widths of an avatar's files in pixels: in lists, and on a profile.
SMALL, LARGE = 96, 400


def avatar_url(username: str, email: str | None, key: str | None, *, large: bool = False) -> str:
    """Return the URL of the avatar of ``username``; ``key`` is the person's ``avatar_key``.

    With ``AVATARS=gravatar`` and without a picture of their own, it is a URL of Gravatar with the
    SHA-256 of the e-mail address (docs.gravatar.com, "Creating the hash"). Otherwise no hash of the
    address is published.
    """
    if key:
        return f"/pictures/{key}/{LARGE if large else SMALL}.webp"
    if current_app.config["AVATARS"] == "gravatar" and email:
        digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
        return f"https://www.gravatar.com/avatar/{digest}?d=identicon&s=96"
    return f"/avatars/{username}.svg"


@lru_cache(4096)
def initial_on_tint(username: str) -> dict[str, object]:
    """Return the values for the template: the initial, and the hue of the ground in degrees."""
    digest = hashlib.sha256(username.lower().encode()).digest()
    initial = username.lstrip("_")[:1] or "_"
    return {"initial": initial.upper(), "hue": TINTS[digest[0] % len(TINTS)] % 360}
