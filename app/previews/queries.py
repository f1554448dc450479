"""Previews, as statements and columns that nobody has run yet."""

from functools import cache

from sqlalchemy import ColumnElement, String, bindparam, case, exists, func, null, select

from ..data.database import AnySelect
from ..data.types import UtcDateTime
from ..follows.queries import Audience
from ..posts.models import Post
from .models import LinkPreview, PostLink

# Previews that one search for work finds.
MOST_DUE = 50


def preview(_audience: Audience) -> ColumnElement[str | None]:
    """Return the preview of a post as it is stored: a column.

    Null where there is nothing to show, "" where the author removed it.
    """
    shown = case(
        (LinkPreview.content.is_(None), null()),
        (PostLink.is_removed, ""),
        else_=LinkPreview.content,
    )
    found = select(shown).join_from(PostLink, LinkPreview, PostLink.preview_key == LinkPreview.key)
    return found.where(PostLink.post_id == Post.id).scalar_subquery()


@cache
def due() -> AnySelect:
    """Select the keys of previews whose page is to be read by ``now``, the oldest first."""
    is_due = LinkPreview.due_at <= bindparam("now", type_=UtcDateTime)
    found = select(LinkPreview.key).where(is_due, ~is_unused())
    return found.order_by(LinkPreview.due_at).limit(MOST_DUE)


@cache
def unused() -> AnySelect:
    """Select the previews that no post shows any more."""
    return select(LinkPreview.key, LinkPreview.picture_id).where(is_unused())


def is_unused() -> ColumnElement[bool]:
    """Whether no post shows a preview: a condition."""
    return ~exists().where(PostLink.preview_key == LinkPreview.key)


@cache
def asked_lately() -> AnySelect:
    """Count how often pages of ``host`` were read after ``since``."""
    is_of_host = LinkPreview.host == bindparam("host", type_=String)
    since = LinkPreview.tried_at > bindparam("since", type_=UtcDateTime)
    return select(func.count()).where(is_of_host, since)
