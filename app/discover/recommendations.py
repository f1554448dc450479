"""Recommendations that the worker computes: trends, featured people, suggestions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, bindparam, func, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect, now
from ..data.ids import DAY_OF_IDS, id_at
from ..data.keyset import row_count
from ..data.reading import read_latest
from ..follows.models import Follow
from ..follows.queries import VIEWER_ID, Audience, is_followed, not_blocked, not_muted
from ..posts.models import Post, Tagging
from ..posts.queries import visible_to
from .aside import DAYS, Tag

A_DAY = timedelta(days=1)
# Rows that are kept.
MOST_TRENDS = 500
MOST_FEATURED = 200
MOST_SUGGESTED = 12
# Tags by which featured people are described.
MOST_TOPICS = 50
# Somebody is new for this time, and every so many featured people one is new.
NEW_FOR = timedelta(days=14)
ONE_NEW_IN = 4
START, NEW = (bindparam(name, type_=BigInteger) for name in ("start", "new"))
# Suggestions come from followed people who follow at most this many others: whom they follow says
# more, and whoever many follow is featured anyway.
FOLLOWS_FEW = 300
MOST_VIAS = 100


def current_trends() -> list[Tag]:
    """Return the tags of the last seven days; first those of most people in the last 24 hours."""
    start = id_at(now() - DAYS * A_DAY)
    found: dict[str, list[int]] = defaultdict(lambda: [0] * DAYS)
    for row in read_latest(_people_by_day(), start=start):
        found[row.tag][min(row.day, DAYS - 1)] += row.people
    tags = [Tag(tag, tuple(days)) for tag, days in found.items()]
    tags.sort(key=lambda each: (-each.days[-1], -sum(each.days), each.tag))
    return tags[:MOST_TRENDS]


def featured_people(trends: Sequence[Tag]) -> list[dict[str, Any]]:
    """Return the rows of :class:`app.discover.models.Featured`.

    They are people who wrote lately and have most followers, mixed with new ones. Nobody is
    featured who never wrote.
    """
    week, new = id_at(now() - DAYS * A_DAY), id_at(now() - NEW_FOR)
    tags = _topics_of_people(week, [each.tag for each in trends[:MOST_TOPICS]])
    known = read_latest(_active_people(), start=week, new=new, size=MOST_FEATURED).all()
    fresh = read_latest(_new_people(), new=new, size=MOST_FEATURED // ONE_NEW_IN).all()
    return [
        {"place": place, "person_id": id, "is_new": id >= new, "tag": tags.get(id)}
        for place, id in enumerate(_mixed([row.id for row in known], [row.id for row in fresh]))
    ]


def suggestions_for(user_id: int) -> list[dict[str, Any]]:
    """Return the rows of :class:`app.discover.models.Suggestion` of a user."""
    found: Sequence[Row[Any]] = read_latest(_followed_by_followed(), viewer_id=user_id).all()
    return [
        {
            "user_id": user_id,
            "person_id": row.id,
            "place": place,
            "via_id": row.via_id,
            "via_count": row.via_count,
        }
        for place, row in enumerate(found)
    ]


def rows_of_trends(trends: Iterable[Tag]) -> list[dict[str, Any]]:
    """Return the rows of :class:`app.discover.models.Trend`."""
    return [
        {"place": place, "tag": each.tag, "days": " ".join(map(str, each.days))}
        for place, each in enumerate(trends)
    ]


def _mixed(known: list[int], fresh: list[int]) -> Iterator[int]:
    """Yield the ids of both lists, mixed by :data:`ONE_NEW_IN`."""
    known_ids, fresh_ids = iter(known), iter(fresh)
    while some := [*islice(known_ids, ONE_NEW_IN - 1), *islice(fresh_ids, 1)]:
        yield from some


def _topics_of_people(start: int, tags: list[str]) -> dict[int, str]:
    """Return, by author, the one of ``tags`` that they wrote about most since the id ``start``."""
    found: dict[int, str] = {}
    for row in read_latest(_topics(), start=start, tags=tags):
        found.setdefault(row.author_id, row.tag)
    return found


@cache
def _people_by_day() -> AnySelect:
    """Select tags since the id ``start``: on which day, and by how many people."""
    day = ((Tagging.post_id - START) // DAY_OF_IDS).label("day")
    people = func.count(Post.author_id.distinct()).label("people")
    found = select(Tagging.tag, day, people).join(Post, Post.id == Tagging.post_id)
    found = found.where(Tagging.post_id >= START, _is_listed())
    return found.group_by(Tagging.tag, "day")


@cache
def _topics() -> AnySelect:
    """Select authors with each of ``tags`` that they wrote about, most often first."""
    found = select(Post.author_id, Tagging.tag).join(Post, Post.id == Tagging.post_id)
    tags: Any = bindparam("tags", expanding=True)
    found = found.where(Tagging.post_id >= START, Tagging.tag.in_(tags), _is_listed())
    return found.group_by(Post.author_id, Tagging.tag).order_by(func.count().desc(), Tagging.tag)


@cache
def _active_people() -> AnySelect:
    """Select people who are not new; first who wrote since ``start``, then by followers."""
    written = select(Post.author_id).where(Post.id >= START, _is_listed())
    found = _people_who_write().where(User.id < NEW)
    lately = User.id.in_(written)
    return _first(found.order_by(lately.desc(), User.followers_count.desc(), User.id.desc()))


@cache
def _new_people() -> AnySelect:
    """Select people who have joined since ``new`` and wrote, the newest first."""
    found = _people_who_write().where(User.id >= NEW)
    return _first(found.order_by(User.id.desc()))


@cache
def _followed_by_followed() -> AnySelect:
    """Select whom people follow whom the viewer follows: by how many (``via_count``), one of them.

    Without whom the viewer follows, may not see, or has muted.
    """
    first, second, via = aliased(Follow), aliased(Follow), aliased(User)
    followed = select(first.followed_id.label("id")).join(via, via.id == first.followed_id)
    followed = followed.where(first.follower_id == VIEWER_ID, via.following_count <= FOLLOWS_FEW)
    vias = followed.order_by(first.since.desc()).limit(row_count(MOST_VIAS)).subquery("via")
    count = func.count().label("via_count")
    found = select(User.id, func.min(vias.c.id).label("via_id"), count)
    found = found.select_from(vias).join(second, second.follower_id == vias.c.id)
    found = found.join(User, User.id == second.followed_id).where(
        User.id != VIEWER_ID,
        ~is_followed(Audience.FILTERED),
        not_blocked(Audience.FILTERED),
        not_muted(Audience.FILTERED),
        not_limited(User.id),
    )
    found = found.group_by(User.id, User.followers_count)
    ordered = found.order_by(count.desc(), User.followers_count.desc(), User.id.desc())
    return ordered.limit(row_count(MOST_SUGGESTED))


def _is_listed() -> ColumnElement[bool]:
    return visible_to(Audience.ANONYMOUS) & not_limited(Post.author_id)


def _people_who_write() -> AnySelect:
    shown = not_blocked(Audience.ANONYMOUS) & not_limited(User.id)
    return select(User.id).where(User.posts_count > 0, shown)


def _first(people: AnySelect) -> AnySelect:
    return people.limit(bindparam("size"))
