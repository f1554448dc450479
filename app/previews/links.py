"""The page that a post shows a preview of: that of its first link."""

from flask import current_app

from ..posts.text import pieces
from ..web.hosts import host_of
from .fetcher.addresses import Network, RefusedError, Target


def network() -> Network:
    """Return what may be reached: the public internet, or what a test sets."""
    return Network(**current_app.config["PREVIEW_NETWORK"])


def first_page(body: str) -> Target | None:
    """Return the page of the first link in ``body``, if we may read it.

    None also for a page of this site.
    """
    if "://" not in body:
        return None
    url = next((piece.target for piece in pieces(body) if piece.kind == "link"), "")
    try:
        target = network().target(url)
    except RefusedError:
        return None
    return None if host_of(target.netloc) in current_app.config["SERVED_HOSTS"] else target
