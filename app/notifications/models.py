"""Notifications: one row for each thing that somebody did and one person is told of."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    ForeignKey,
    Index,
    String,
    bindparam,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from ..accounts.models import User
from ..data.changes import affected
from ..data.database import Base, db, is_among, now, writing
from ..data.ids import TimeOrdered, id_at, ids_in_sql
from ..data.prepared import parameter
from ..follows.queries import hears_of

KINDS = ("mention", "reply", "like", "repost", "follow")


class Notification(TimeOrdered, Base):
    """``user`` is told that ``actor`` did something: to ``post``, with it, or to them."""

    __tablename__ = "notification"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # What mentions or replies, and what was liked or reposted; null for a follow.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    is_read: Mapped[bool] = mapped_column(default=False)

    __table_args__: Any = (
        # All that grouping needs, in its order: without the rows it is four times as fast.
        Index(
            "ix_notification_groups",
            "user_id",
            "kind",
            "post_id",
            "is_read",
            "actor_id",
            postgresql_include=["id"],
        ),
        # For the counter of every page: all that it asks for, or SQLite would count by the groups.
        Index(
            "ix_notification_unread",
            "user_id",
            "id",
            "actor_id",
            "post_id",
            sqlite_where=is_read.is_(False),
            postgresql_where=is_read.is_(False),
        ),
        # For what is undone, and for what goes with its post or its actor.
        Index("ix_notification_post_id_actor_id", "post_id", "actor_id"),
        Index("ix_notification_actor_id_user_id", "actor_id", "user_id"),
    )


def tell(people: Collection[int], kind: str, actor_id: int, post_id: int | None = None) -> None:
    """Tell the users with these ids that the user ``actor_id`` did ``kind`` (of :data:`KINDS`).

    Nobody is told of what they did themselves, nor of somebody whom they muted or where
    one has blocked the other, nor twice of the same.
    """
    if not people:
        return
    told = {"people": list(people), "kind_of": kind, "actor": actor_id, "about": post_id}
    with writing():
        telling = _telling(db.engine.dialect.name, post_id is not None)
        affected(telling, {**told, "base": id_at(now())})


def withdraw(user_id: int, kind: str, actor_id: int, post_id: int | None = None) -> None:
    """Undo :func:`tell` for one person: what they were told of no longer holds."""
    values = {"person": user_id, "kind_of": kind, "actor": actor_id, "about": post_id}
    with writing():
        affected(_withdrawing(post_id is not None), values)


@cache
def _telling(_dialect: str, of_post: bool) -> Executable:
    told = aliased(Notification)  # Of its own: its table is the one that is written.
    already = select(told.id).where(told.user_id == User.id, *_the_same(told, of_post))
    actor = bindparam("actor", type_=BigInteger)
    columns = {
        "id": ids_in_sql(Notification.id, parameter("base")),
        "user_id": User.id,
        "kind": bindparam("kind_of", type_=Notification.kind.type),
        "actor_id": actor,
        "post_id": bindparam("about", type_=BigInteger),
        "is_read": literal(False),
    }
    hearers = select(*columns.values()).where(
        is_among(User.id, parameter("people")),
        User.id != actor,
        hears_of(actor),
        ~already.exists(),
    )
    found = insert(Notification).from_select(list(columns), hearers)
    return found.execution_options(dml_strategy="raw")


@cache
def _withdrawing(of_post: bool) -> Executable:
    person = bindparam("person", type_=BigInteger)
    same = _the_same(Notification, of_post)
    return delete(Notification).where(Notification.user_id == person, *same)


def read_through(viewer: User, through: int, kind: str | None = None) -> None:
    """Mark what ``viewer`` was told, up to the id ``through``, as read; ``kind`` alone if given."""
    unread = update(Notification).where(
        Notification.user_id == viewer.id,
        Notification.id <= through,
        Notification.is_read.is_(False),
    )
    if kind is not None:
        unread = unread.where(Notification.kind == kind)
    with writing() as session:
        session.execute(
            unread.values(is_read=True), execution_options={"synchronize_session": False}
        )


def _the_same(model: Any, of_post: bool) -> tuple[ColumnElement[bool], ...]:
    """Whether a row tells of the same: the parameters ``kind_of``, ``actor`` and ``about``."""
    return (
        model.kind == bindparam("kind_of"),
        model.actor_id == bindparam("actor", type_=BigInteger),
        model.post_id == bindparam("about", type_=BigInteger)
        if of_post
        else model.post_id.is_(None),
    )
