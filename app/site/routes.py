"""The stylesheet of the accent: its URL has the colour and the release, so caches may keep it."""

from flask import Response, abort

from ..web.access import for_everybody
from ..web.public import A_YEAR, public
from . import accent, blueprint


@blueprint.get("/accent/<colour>.css")
@for_everybody
def accent_stylesheet(colour: str) -> Response:
    """Answer with the stylesheet of an accent, six hexadecimal digits."""
    if not accent.COLOUR.fullmatch(f"#{colour}") or not accent.is_readable(f"#{colour}"):
        abort(404)
    return public(accent.stylesheet(f"#{colour}"), "text/css", A_YEAR)
