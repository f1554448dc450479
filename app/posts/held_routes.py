"""The posts of the viewer that are held: moderators read them before others do."""

from flask.typing import ResponseReturnValue

from ..accounts.access import for_members
from ..accounts.viewer import viewer
from ..web.answers import page
from ..web.paging import read_rows
from . import blueprint, queries


@blueprint.get("/posts/waiting")
@for_members
def held() -> ResponseReturnValue:
    """List one's own posts that wait for the moderators, or that they refused."""
    rows = read_rows(queries.held, "id", viewer_id=viewer.id)
    return page("posts/held.html", fragment="waiting", rows=rows)
