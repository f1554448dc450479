"""Jobs that compute what pages show of the community: no request does."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session as OrmSession

from ..accounts.login_sessions import LoginSession
from ..accounts.models import User
from ..data.database import (
    Base,
    changed_rows,
    insert_if_absent,
    insert_ignoring_conflict,
    now,
    writing,
)
from ..data.reading import read_latest
from ..follows.queries import Audience, not_blocked
from ..jobs import every_minute, job
from .aside import Today, digest_of
from .models import Digest, Featured, Suggestion, Trend
from .queries import TODAY
from .recommendations import current_trends, featured_people, rows_of_trends, suggestions_for

REFRESHED_EVERY = timedelta(minutes=5)
# Tags beside each page.
MOST_TODAY = 5
# Viewers who used a session in this time get suggestions. While they read, its last use moves every
# five minutes, and so do their suggestions.
SEEN_WITHIN = timedelta(minutes=2)
MOST_VIEWERS = 500


@every_minute
def refresh_discover_when_due() -> None:
    """Compute trends, featured people and the digest again, if they are old enough."""
    made_at = read_latest(select(Digest.made_at).where(Digest.name == TODAY)).scalar()
    if made_at is None or made_at <= now() - REFRESHED_EVERY:
        refresh_discover()


@job
def refresh_discover() -> None:
    """Compute trends, featured people and the digest again."""
    counts = select(func.count(User.id), func.coalesce(func.sum(User.posts_count), 0))
    shown = counts.where(not_blocked(Audience.ANONYMOUS))
    members, posts = tuple(read_latest(shown).one())
    if not members:
        return
    trends = current_trends()
    featured = featured_people(trends)
    tags = tuple(each for each in trends if each.days[-1])[:MOST_TODAY]
    today = Today(members, tags, int(posts))
    with writing() as session:
        _store_digest(session, digest_of(today))
        _replace(session, Trend, rows_of_trends(trends))
        _replace(session, Featured, featured)


@every_minute
def suggest() -> None:
    """Compute the suggestions of people who have just been here."""
    seen = LoginSession.last_used_at >= now() - SEEN_WITHIN
    viewers = select(LoginSession.user_id).where(seen).distinct().limit(MOST_VIEWERS)
    for (user_id,) in read_latest(viewers).all():
        suggest_to(user_id)


def suggest_to(user_id: int) -> None:
    """Compute the suggestions of one person, and store them if they are others than before."""
    found = suggestions_for(user_id)
    columns = (Suggestion.person_id, Suggestion.via_id, Suggestion.via_count)
    stored = select(*columns).where(Suggestion.user_id == user_id).order_by(Suggestion.place)
    if [tuple(row) for row in read_latest(stored)] == [
        (row["person_id"], row["via_id"], row["via_count"]) for row in found
    ]:
        return
    with writing(is_visible=False) as session:
        session.execute(delete(Suggestion).where(Suggestion.user_id == user_id))
        if found:
            # Another worker may have stored some at the same time.
            session.execute(insert_ignoring_conflict(Suggestion), found)


def _store_digest(session: OrmSession, content: str) -> None:
    """Store the digest: of several workers, one at a time goes on from here."""
    values = {"content": content, "made_at": now()}
    if not insert_if_absent(session, Digest, name=TODAY, **values):
        changed_rows(session, update(Digest).where(Digest.name == TODAY).values(**values))


def _replace(session: OrmSession, table: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(delete(table))
    if rows:
        session.execute(insert(table), rows)
