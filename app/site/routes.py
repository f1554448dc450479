"""The stylesheet of the accent: its address says the colour, so that caches keep it for ever."""

from flask import Response, abort

from ..web.access import for_everybody
from ..web.public import public
from . import accent, blueprint

A_YEAR = 31_536_000


@blueprint.get("/accent/<colour>.css")
@for_everybody
def accent_stylesheet(colour: str) -> Response:
    """Answer with the stylesheet of an accent, six hexadecimal digits."""
    if not accent.COLOUR.fullmatch(f"#{colour}") or not accent.is_readable(f"#{colour}"):
        abort(404)
    return public(accent.stylesheet(f"#{colour}"), "text/css", A_YEAR)
