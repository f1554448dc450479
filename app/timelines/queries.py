"""What a timeline lists, as queries that nobody has run yet. All are entries of posts."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
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
from ..data.database import AnySelect, at_most, db
from ..data.prepared import Listing, Query, parameter, prepared
from ..follows.queries import followed_by, is_followed_by
from ..posts.models import Post, Tagging
from ..posts.queries import entries_for, is_reply
from ..web.paging import Cut, part_of

# Whoever follows so many finds a page among everybody's newest posts; fewer are asked one by one.
MANY = 250
# How many of everybody's posts are looked at, at most.
MOST_LOOKED_AT = 5_000


def home(viewer: User) -> Query:
    """What those whom ``viewer`` follows post and repost, and the viewer's own posts.

    An answer is there when it is between people whom the viewer follows.
    """
    return _home(viewer, follows_many=viewer.following_count >= MANY)


@prepared
def _home(viewer: User, *, follows_many: bool) -> Listing:
    def is_in_circle(id: Any) -> ColumnElement[bool]:
        return or_(id == viewer.id, is_followed_by(viewer, id))

    told = entries_for(viewer, heard=True).where(
        or_(~is_reply(), is_in_circle(Post.in_reply_to_author_id)),
        # Whoever reposts has just read the post, and need not find it again.
        or_(Post.repost_of_id.is_(None), Post.author_id != viewer.id),
    )
    # As many posts as people are followed: to look at them costs what asking each person does.
    enough = User.following_count < MOST_LOOKED_AT
    length = case((enough, User.following_count), else_=MOST_LOOKED_AT)
    stretch = select(length).where(User.id == viewer.id).scalar_subquery()

    def of_each(cut: Cut, only: ColumnElement[bool] | None) -> AnySelect:
        wanted = told if only is None else told.where(only)
        authors = union_all(followed_by(viewer), select(User.id).where(User.id == viewer.id))
        return _newest_of_each(authors, wanted, cut)

    def along_all(cut: Cut, only: ColumnElement[bool] | None) -> AnySelect:
        """Look along everybody's posts, and where a page is not found soon, at each author's.

        Who follows many finds it soon: among 5,000 thirty times as fast as from each author.
        """
        wanted = told if only is None else told.where(only)
        ends_at = cut(select(Post.id), Post.id).limit(at_most(1)).offset(cut.most + stretch)
        end = select(ends_at.cte("stretch").c.id).scalar_subquery()
        on_the_way = wanted.where(is_in_circle(Post.author_id), cut.comes_before(end, Post.id))
        found = cut(on_the_way, Post.id).cte("found")
        is_short = select(func.count() < cut.most).select_from(found).scalar_subquery()
        goes_on = end.is_not(None) & is_short
        authors = union_all(
            followed_by(viewer).where(goes_on),
            select(User.id).where(User.id == viewer.id, goes_on),
        )
        of_each = _newest_of_each(authors, wanted, cut).subquery("of_each")
        # Each once: what was found on the way is among each author's too.
        both = union(select(found), select(of_each)).subquery("listed")
        return cut(select(both), both.c.id)

    return along_all if follows_many else of_each


@prepared
def explore(viewer: User | None) -> AnySelect:
    """What everybody posts, without answers and reposts."""
    return entries_for(viewer, heard=True).where(~is_reply(), Post.repost_of_id.is_(None))


@prepared
def tag(folded: str, viewer: User | None) -> Listing:
    """What everybody posts with a tag."""
    tagged = entries_for(viewer, heard=True).join(Tagging, Tagging.post_id == Post.id)
    tagged = tagged.where(Tagging.tag == folded)
    # By the key of the tags' own table: by the post's, all posts with the tag would be sorted.
    return lambda cut, only: part_of(tagged, cut, Tagging.post_id, only)


def count_newer_by_others(timeline: AnySelect | Listing, most: int) -> AnySelect:
    """How much others than ``reader`` added to ``timeline`` above the entry ``place``: parameters.

    Counts to ``most`` and no further.
    """
    above = Cut(most, from_place=True, upwards=True)
    newer = part_of(timeline, above, Post.id, Post.author_id != parameter("reader"))
    return select(func.count()).select_from(newer.subquery())


def _newest_of_each(authors: CompoundSelect[int], wanted: AnySelect, cut: Cut) -> AnySelect:
    """What is ``wanted`` of ``authors``, down to ``cut``, each author's by index."""
    if db.engine.dialect.name == "sqlite":
        # It leaves an author as soon as the others' posts come before the rest.
        return cut(wanted.where(Post.author_id.in_(authors)), Post.id)

    def of_each(author: Any, wanted: AnySelect, most: int) -> LateralFromClause:
        return cut(wanted.where(Post.author_id == author), Post.id).limit(at_most(most)).lateral()

    # The newest two of each tell who is on the page at all and, mostly, where it ends: then hardly
    # more is read than is shown, which a page of each would be many times over.
    (author,) = authors.subquery("author").c
    first = of_each(author, wanted, 2)
    firsts = select(author.label("author"), first.c.id.label("first")).join(first, true())
    leading = cut(firsts, first.c.id).limit(at_most(cut.most + 1)).cte("leading")
    ends_at = cut(select(leading.c.first), leading.c.first).limit(at_most(1)).offset(cut.most)
    on_the_page = wanted.where(cut.comes_before(ends_at.scalar_subquery(), Post.id))
    (leader,) = select(leading.c.author).distinct().subquery("leader").c
    theirs = of_each(leader, on_the_page, cut.most)
    return cut(select(theirs).select_from(leader.table).join(theirs, true()), theirs.c.id)
