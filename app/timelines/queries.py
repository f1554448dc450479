"""What a timeline lists, as statements that nobody has run yet. All select entries of posts."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.sql.selectable import LateralFromClause

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect, cache_per_dialect, is_sqlite
from ..data.keyset import Window, row_count
from ..follows.queries import VIEWER_ID, Audience, followed_by_viewer, is_followed
from ..posts.models import Post, Tagging
from ..posts.queries import entries, is_reply

# Who follows this many people finds a page among everybody's newest posts. Of fewer people, each
# is looked up.
MANY = 250
# Posts of everybody that are scanned, at most.
MOST_SCANNED = 5_000


@cache_per_dialect
def home_by_author(window: Window, audience: Audience) -> AnySelect:
    """Select the home timeline: look up the newest posts of each author.

    It has the posts and reposts of those whom the viewer follows, and the viewer's own posts. A
    reply is in it when it is between people whom the viewer follows.
    """
    return _newest_of_each(_authors(), _home_entries(audience), window)


@cache_per_dialect
def home_by_scan(window: Window, audience: Audience, most_scanned: int = MOST_SCANNED) -> AnySelect:
    """Select the same: scan everybody's newest posts; where that is too few, look up each author.

    Who follows many people finds a page soon: the scan is as long as the number of people whom
    they follow, whose look-up would cost the same.
    """
    wanted = _home_entries(audience)
    short = User.following_count < most_scanned
    length = case((short, User.following_count), else_=most_scanned)
    scanned = select(length).where(User.id == VIEWER_ID).scalar_subquery()
    last = window.of(select(Post.id), Post.id).limit(row_count(1)).offset(window.size + scanned)
    end = select(last.cte("last").c.id).scalar_subquery()
    in_scan = wanted.where(_is_in_circle(audience, Post.author_id), window.reaches(Post.id, end))
    found = window.of(in_scan, Post.id).cte("found")
    is_short = select(func.count() < window.size).select_from(found).scalar_subquery()
    goes_on = end.is_not(None) & is_short
    of_each = _newest_of_each(_authors(goes_on), wanted, window).subquery("of_each")
    # UNION removes the entries that both ways found.
    both = union(select(found), select(of_each)).subquery("both")
    return window.of(select(both), both.c.id)


def _home_entries(audience: Audience) -> AnySelect:
    return entries(audience, without_muted=True).where(
        or_(~is_reply(), _is_in_circle(audience, Post.in_reply_to_author_id)),
        # The viewer has just read what they reposted themselves.
        or_(Post.repost_of_id.is_(None), Post.author_id != VIEWER_ID),
    )


def _is_in_circle(audience: Audience, user_id: Any) -> ColumnElement[bool]:
    return or_(user_id == VIEWER_ID, is_followed(audience, user_id))


def _authors(only_if: ColumnElement[bool] | None = None) -> CompoundSelect[int]:
    condition = true() if only_if is None else only_if
    return union_all(
        followed_by_viewer().where(condition),
        select(User.id).where(User.id == VIEWER_ID, condition),
    )


def _newest_of_each(authors: CompoundSelect[int], wanted: AnySelect, window: Window) -> AnySelect:
    """Select the window of what is ``wanted`` of ``authors``, each author's by index."""
    if is_sqlite():
        # SQLite leaves an author as soon as other authors' posts come before the rest.
        return window.of(wanted.where(Post.author_id.in_(authors)), Post.id)

    def of_author(author: Any, wanted: AnySelect, size: int) -> LateralFromClause:
        found = window.of(wanted.where(Post.author_id == author), Post.id)
        return found.limit(row_count(size)).lateral()

    # The newest two entries of each author show who is on the page at all and, mostly, where it
    # ends. Then hardly more is read than is shown; a page of each author would be far more.
    (author,) = authors.subquery("author").c
    first = of_author(author, wanted, 2)
    firsts = select(author.label("author"), first.c.id.label("id")).join(first, true())
    leading = window.of(firsts, first.c.id).limit(row_count(window.size + 1)).cte("leading")
    last = window.ordered(select(leading.c.id), leading.c.id)
    end = last.limit(row_count(1)).offset(row_count(window.size)).scalar_subquery()
    (leader,) = select(leading.c.author).distinct().subquery("leader").c
    theirs = of_author(leader, wanted.where(window.reaches(Post.id, end)), window.size)
    return window.of(select(theirs).select_from(leader.table).join(theirs, true()), theirs.c.id)


@cache
def explore(window: Window, audience: Audience) -> AnySelect:
    """Select what everybody posts, without replies and reposts."""
    found = entries(audience, without_muted=True).where(not_limited(Post.author_id))
    return window.of(found.where(~is_reply(), Post.repost_of_id.is_(None)), Post.id)


@cache
def tag(window: Window, audience: Audience) -> AnySelect:
    """Select what everybody posts with the ``tag`` (bind parameter, folded)."""
    found = entries(audience, without_muted=True).join(Tagging, Tagging.post_id == Post.id)
    found = found.where(Tagging.tag == bindparam("tag"), not_limited(Post.author_id))
    # By the key of the tags' table: by the post's, SQLite would sort all posts with the tag.
    return window.of(found, Tagging.post_id.label("id"))


@cache
def count_by_others(timeline: AnySelect) -> AnySelect:
    """Count the entries of ``timeline``, a window, that are not the viewer's own."""
    entry = timeline.subquery("entry")
    not_own = entry.c.author_id != bindparam("viewer_id", type_=BigInteger)
    return select(func.count()).select_from(entry).where(not_own)
