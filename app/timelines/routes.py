"""The home timeline and the public one."""

from typing import Any

from flask import make_response
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select

from ..accounts.models import User
from ..db import AnySelect, db
from ..paging import asked_key, read_rows
from ..posts.forms import fresh_form
from ..posts.models import Post
from ..posts.queries import as_cards
from ..web import page, wants_fragment
from . import blueprint, queries

# Above this the bar says "99+": nothing counts all rows to draw a page.
MOST_COUNTED = 99


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Home: the posts of those you follow. For a stranger, a welcome and everybody's posts."""
    if not current_user.is_authenticated:
        rows = read_rows(as_cards(queries.explore(None)), Post.id)
        return page("timelines/welcome.html", fragment="posts", rows=rows)
    timeline = queries.home(current_user)
    return _timeline("timelines/home.html", timeline, current_user, form=fresh_form())


@blueprint.get("/explore")
def explore() -> ResponseReturnValue:
    """The public timeline."""
    viewer = current_user if current_user.is_authenticated else None
    return _timeline("timelines/explore.html", queries.explore(viewer), viewer)


def _timeline(
    template: str, timeline: AnySelect, viewer: User | None, **context: Any
) -> ResponseReturnValue:
    since = asked_key("since")
    new = _count_new(timeline, viewer, since) if since is not None else 0
    if wants_fragment() and since is not None:
        if not new:
            return make_response("", 204)
        return page(template, fragment="new_posts", since=since, new=new)
    rows = read_rows(as_cards(timeline), Post.id)
    if since is None and rows.newer_url is None:
        since = rows.items[0].id if rows.items else 0
    return page(template, fragment="posts", rows=rows, since=since, new=new, **context)


def _count_new(timeline: AnySelect, viewer: User | None, since: int) -> int:
    found = queries.newer_by_others(timeline, viewer, since).with_only_columns(Post.id)
    limited = found.limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(limited)) or 0
