"""Notifications: one row for each thing that a person did and another is notified of.

A notification is read once ``user.notifications_read_at`` has reached its id.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Insert,
    String,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import Base, HasId, cache_per_dialect, now, table_of, write_if_free, writing
from ..data.ids import TimeOrdered, id_at, ids_in_sql
from ..follows.models import Follow
from ..follows.queries import may_be_notified_of

KINDS = ("mention", "reply", "like", "repost", "follow")
# Notifications of the site itself: a decision about the recipient, one about a report of theirs,
# and, to moderators, a new case, and somebody who wants to join.
SITE_KINDS = ("decision", "report", "case", "applicant")


class Notification(TimeOrdered, Base):
    """``user`` is notified that ``actor`` did something: to ``post``, with it, or to them."""

    __tablename__ = "notification"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # The post that mentions or replies, or was liked or reposted; null for a follow.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    # For releases before 0014 alone, which may run beside this one while it is installed.
    is_read: Mapped[bool] = mapped_column(default=False)

    __table_args__: Any = (
        # Covers grouping, in its order, so that it reads no rows.
        Index(
            "ix_notification_groups",
            "user_id",
            "kind",
            "post_id",
            "actor_id",
            postgresql_include=["id"],
        ),
        # Covers the number on every page: what is unread is the end of a user's notifications.
        Index("ix_notification_unread", "user_id", "id", "kind", "post_id", "actor_id"),
        # For notifications that are withdrawn, and that are deleted with their post or actor.
        Index("ix_notification_post_id_actor_id", "post_id", "actor_id"),
        Index("ix_notification_actor_id_user_id", "actor_id", "user_id"),
    )


def notify_users(
    user_ids: Collection[int], kind: str, actor_id: int, post_id: int | None = None
) -> None:
    """Notify users that the user ``actor_id`` did ``kind`` (of :data:`KINDS`), to ``post_id``.

    Nobody is notified of their own actions, of people whom they muted or where one has
    blocked the other, of limited people whom they do not follow, or twice of the same.
    """
    if not user_ids:
        return
    values = {"kind_is": kind, "actor": actor_id, "post": post_id, "base": id_at(now())}
    with writing() as session:
        session.execute(_notifying(post_id is not None), {**values, "users": list(user_ids)})


def notify_from_site(user_ids: Collection[int], kind: str) -> None:
    """Notify users of ``kind`` (of :data:`SITE_KINDS`), which leads to a page of its own.

    The actor is the recipient, because nobody else is named.
    """
    with writing() as session:
        session.add_all(
            Notification(user_id=user_id, kind=kind, actor_id=user_id) for user_id in user_ids
        )


def withdraw(user_id: int, kind: str, actor_id: int, post_id: int | None = None) -> None:
    """Delete a notification whose cause was undone."""
    table = table_of(Notification)
    its = {"user_id": user_id, "kind": kind, "actor_id": actor_id, "post_id": post_id}
    with writing() as session:
        session.execute(delete(table).filter_by(**its))


def withdraw_post(post_id: int) -> None:
    """Delete all notifications of a post that nobody sees for now."""
    with writing() as session:
        session.execute(delete(table_of(Notification)).filter_by(post_id=post_id))


@cache_per_dialect
def _notifying(of_post: bool) -> Insert:
    actor = bindparam("actor", type_=BigInteger)
    kind = bindparam("kind_is", type_=Notification.kind.type)
    post = bindparam("post", type_=BigInteger)
    other = aliased(Notification)  # An alias, because the table itself is written.
    same_post: ColumnElement[bool] = other.post_id == post if of_post else other.post_id.is_(None)
    same = select(other.id).where(
        other.user_id == User.id, other.kind == kind, other.actor_id == actor, same_post
    )
    follows_actor = select(Follow.since)
    follows_actor = follows_actor.where(Follow.follower_id == User.id, Follow.followed_id == actor)
    columns: dict[str, Any] = {
        "id": ids_in_sql(Notification.id, bindparam("base", type_=BigInteger)),
        "user_id": User.id,
        "kind": kind,
        "actor_id": actor,
        "post_id": post,
        "is_read": literal(False),
    }
    recipients = select(*columns.values()).where(
        User.id.in_(bindparam("users", expanding=True)),
        User.id != actor,
        may_be_notified_of(actor),
        or_(not_limited(actor), follows_actor.exists()),
        ~same.exists(),
    )
    return insert(table_of(Notification)).from_select(list(columns), recipients)


def read_through(viewer: HasId, through: int) -> bool:
    """Have ``viewer`` have read their notifications up to the id ``through``.

    For a GET, so it waits for no writer: returns False, and changes nothing, where the database
    cannot be written to at once.
    """
    unread = update(User).where(User.id == viewer.id, User.notifications_read_at < through)
    return write_if_free(unread.values(notifications_read_at=through))
