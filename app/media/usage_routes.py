"""The page under settings that shows how much room one's pictures take."""

from functools import cache

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, select

from ..accounts.access import for_members
from ..accounts.viewer import viewer
from ..data.database import AnySelect
from ..data.keyset import row_count
from ..data.reading import read
from . import blueprint, quota
from .models import Picture

# How many pictures the page lists.
MOST_LISTED = 50


@blueprint.get("/settings/pictures")
@for_members
def usage() -> ResponseReturnValue:
    """Show how much room the viewer's pictures take, and which take the most."""
    return render_template(
        "media/usage.html",
        used=quota.used_by(viewer.id),
        most=quota.most_bytes(),
        largest=read(_largest(), viewer_id=viewer.id).all(),
        in_words=quota.in_words,
    )


@cache
def _largest() -> AnySelect:
    columns = (Picture.id, Picture.purpose, Picture.post_id, Picture.description, Picture.bytes)
    own = select(*columns).where(Picture.owner_id == bindparam("viewer_id"))
    there = own.where(Picture.removed_at.is_(None))
    return there.order_by(Picture.bytes.desc(), Picture.id.desc()).limit(row_count(MOST_LISTED))
