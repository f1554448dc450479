"""The pictures of a post by themselves: htmx asks for them while the worker prepares some."""

from datetime import timedelta

from flask import abort, make_response
from flask.typing import ResponseReturnValue

from ..accounts.viewer import viewer
from ..data.database import now
from ..posts.card_reading import read_cards
from ..web.access import for_readers
from ..web.answers import page
from ..web.requests import wants_fragment
from . import blueprint

# How long a page asks after a post was written; then it shows what is there.
ASKED_FOR = timedelta(minutes=10)


@blueprint.get("/posts/<id:id>/pictures/prepared")
@for_readers
def prepared(id: int) -> ResponseReturnValue:
    """Show the pictures of a post. htmx gets nothing while one of them is still waited for."""
    post = read_cards([id], viewer).get(id) or abort(404)
    is_waited_for = any(picture.state == "waiting" for picture in post["pictures"] or ())
    is_over = post.created_at < now() - ASKED_FOR
    if is_waited_for and not is_over and wants_fragment():
        return make_response("", 204)
    return page("media/prepared.html", fragment="pictures", post=post, is_over=is_over)
