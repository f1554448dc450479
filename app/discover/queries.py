"""Whom to follow and what is talked about, as statements that nobody has run yet.

Statements take the viewer's id as the bind parameter ``viewer_id``.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect
from ..data.keyset import Window, row_count
from ..follows.queries import (
    PERSON,
    VIEWER_ID,
    Audience,
    has_username,
    is_followed,
    not_blocked,
    not_muted,
)
from ..posts.models import Post
from ..posts.queries import POST_ID, is_reply, visible_to
from ..posts.warnings import body_shown
from .models import Digest, Featured, Suggestion, Trend

TODAY = "today"
# Featured people among whom a viewer's suggestions are looked for.
MOST_SEARCHED = 40
# Characters of a post beside another one.
EXCERPT = 160
# Tags that a completion offers.
MOST_COMPLETED = 6


@cache
def today() -> AnySelect:
    """Select the ``today`` of the community: the content of its digest, or null."""
    return select(_today().label("today"))


@cache
def suggestions(audience: Audience, size: int) -> AnySelect:
    """Select ``size`` people whom the viewer may know and does not follow, and the ``today``.

    First those who are followed by people whom the viewer follows, then the featured. Without
    anybody it is one row whose ``id`` is null. The person of ``username`` is left out.
    """
    people = suggested(audience, size).where(~is_followed(audience), ~has_username())
    found = people.subquery("person")
    one = select(literal(1).label("one")).subquery("one")
    both = select(*found.c, _today().label("today")).select_from(one.outerjoin(found, true()))
    return both.order_by(found.c.is_featured, found.c.place)


@cache
def author_of_post(audience: Audience, size: int) -> AnySelect:
    """Select the author of ``post_id``, up to ``size`` other posts by them, and the ``today``.

    A row for each of those posts (``more_id``, ``more_text``), the latest first; where there is
    none, one row without. Of a post that the viewer may not see, the ``id`` is null.
    """
    opened = aliased(Post)
    visible = select(opened.author_id).where(opened.id == POST_ID, visible_to(audience, opened))
    author_id = visible.scalar_subquery()
    author = select(*PERSON, is_followed(audience).label("followed")).where(User.id == author_id)
    more = select(Post.id, func.substr(body_shown(), 1, EXCERPT).label("text")).where(
        Post.author_id == author_id,
        Post.id != POST_ID,
        Post.deleted_at.is_(None),
        Post.repost_of_id.is_(None),
        ~is_reply(),
        Post.body != "",
    )
    more = more.order_by(Post.id.desc()).limit(row_count(size)).offset(row_count(0))
    person, others = author.subquery("person"), more.subquery("others")
    one = select(literal(1).label("one")).subquery("one")
    columns = (others.c.id.label("more_id"), others.c.text.label("more_text"))
    found = select(*person.c, *columns, _today().label("today"))
    found = found.select_from(one.outerjoin(person, true()).outerjoin(others, true()))
    return found.order_by(others.c.id.desc())


@cache
def suggested(audience: Audience, size: int) -> AnySelect:
    """Select ``size`` people to follow, whether or not they are ``followed`` already."""
    own = select(
        Suggestion.person_id,
        Suggestion.place,
        literal(0).label("is_featured"),
        Suggestion.via_id,
        Suggestion.via_count,
        false().label("is_new"),
        null().cast(String).label("tag"),
    ).where(Suggestion.user_id == VIEWER_ID)
    of_viewer = select(Suggestion.person_id).where(Suggestion.user_id == VIEWER_ID)
    featured = select(
        Featured.person_id,
        Featured.place,
        literal(1),
        null().cast(BigInteger),
        literal(0),
        Featured.is_new,
        Featured.tag,
    ).where(Featured.place < MOST_SEARCHED, Featured.person_id.not_in(of_viewer))
    each, via = union_all(own, featured).subquery("each"), aliased(User)
    found = select(*_person(audience, each.c), each.c.place, each.c.is_featured, *_via(each.c, via))
    found = found.join(each, each.c.person_id == User.id).outerjoin(via, via.id == each.c.via_id)
    found = found.where(
        User.id != VIEWER_ID,
        not_blocked(audience),
        not_muted(audience),
        not_limited(User.id),
        or_(each.c.via_id.is_(None), not_blocked(audience, each.c.via_id)),
        _has_reason(each.c),
    )
    ordered = found.order_by(each.c.is_featured, each.c.place)
    return ordered.limit(row_count(size)).offset(row_count(0))


@cache
def featured(window: Window, audience: Audience) -> AnySelect:
    """Select the featured people, without the viewer: ``place``, and whether ``followed``."""
    found = select(*_person(audience, Featured), *_no_via(), Featured.place)
    found = found.join(Featured, Featured.person_id == User.id)
    return window.of(found.where(_may_be_shown(audience)), Featured.place)


@cache
def newest(window: Window, audience: Audience) -> AnySelect:
    """Select everybody but the viewer: for a site whose worker has not featured anybody yet."""
    found = select(*PERSON, User.followers_count, is_followed(audience).label("followed"))
    found = found.add_columns(false().label("is_new"), null().label("tag"), *_no_via())
    return window.of(found.where(_may_be_shown(audience)), User.id)


@cache
def has_written() -> AnySelect:
    """Select whether the viewer has any post."""
    return select(User.posts_count > 0).where(User.id == VIEWER_ID)


@cache
def trends(window: Window) -> AnySelect:
    """Select the tags of the last seven days."""
    return window.of(select(Trend.place, Trend.tag, Trend.days), Trend.place)


@cache
def completed_tags() -> AnySelect:
    """Select the tags of the last seven days that begin with ``beginning``, folded."""
    beginning = bindparam("beginning", type_=String)
    begins = func.substr(Trend.tag, 1, func.length(beginning)) == beginning
    found = select(Trend.tag, Trend.days).where(begins).order_by(Trend.place)
    return found.limit(row_count(MOST_COMPLETED)).offset(row_count(0))


def _today() -> ColumnElement[Any]:
    return select(Digest.content).where(Digest.name == TODAY).scalar_subquery()


def _has_reason(of: Any) -> ColumnElement[bool]:
    """Whether :func:`app.discover.aside.why` has something to say."""
    return or_(of.via_id.is_not(None), of.is_new, of.tag.is_not(None), User.followers_count > 0)


def _may_be_shown(audience: Audience) -> ColumnElement[bool]:
    return and_(
        User.id != VIEWER_ID, not_blocked(audience), not_muted(audience), not_limited(User.id)
    )


def _person(audience: Audience, of: Any) -> list[Any]:
    """Return the columns of a person who is suggested, with why that is."""
    return [
        *PERSON,
        User.followers_count,
        is_followed(audience).label("followed"),
        of.is_new.label("is_new"),
        of.tag.label("tag"),
    ]


def _via(of: Any, via: Any) -> list[Any]:
    name = func.coalesce(func.nullif(via.display_name, ""), via.username)
    shown = case((via.id.is_not(None), name))
    return [shown.label("via"), of.via_count.label("via_count")]


def _no_via() -> list[Any]:
    return [null().label("via"), literal(0).label("via_count")]
