"""Many accounts at once: the worker limits or suspends them, or removes their posts, one by one."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, ForeignKey, String, Text, bindparam, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import User, user_key
from ..accounts.roles import LastAdministratorError
from ..accounts.viewer import Viewer
from ..data.database import AnySelect, Base, db, delete_row, writing
from ..data.ids import TimeOrdered, moment_of
from ..data.types import UtcDateTime
from ..jobs import enqueue, every_minute, job
from .actions import Decision, NotAllowedError, limit, record_decision, suspend
from .log import Moderator
from .models import LogEntry
from .removing_all import remove_posts

BULK_ID = bindparam("bulk_id", type_=BigInteger)
ACTIONS = ("limit", "suspend", "remove_all")


class BulkAction(TimeOrdered, Base):
    """What is done to many accounts, by the administrator ``actor_id``."""

    __tablename__ = "bulk_action"

    actor_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(30))
    rule: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[int]


class BulkPerson(Base):
    """An account to which it is still to be done."""

    __tablename__ = "bulk_person"

    bulk_id: Mapped[int] = mapped_column(
        ForeignKey("bulk_action.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = user_key()


def act_on_many(by: Viewer, people: Collection[int], action: str, decision: Decision) -> BulkAction:
    """Have the worker do ``action`` (of :data:`ACTIONS`) to the ``people`` of those ids."""
    with writing() as session:
        bulk = BulkAction(
            actor_id=by.id,
            action=action,
            rule=decision.rule,
            reason=decision.reason,
            until=decision.until,
            total=len(people),
        )
        session.add(bulk)
        session.flush()
        rows = [{"bulk_id": bulk.id, "user_id": id} for id in people]
        session.execute(insert(BulkPerson), rows)
        enqueue(work_off, bulk.id)
    return bulk


@job
def work_off(bulk_id: int) -> None:
    """Do what is left of a bulk action; each account is one transaction."""
    bulk = db.session.get(BulkAction, bulk_id)
    if bulk is None:
        return
    left = select(BulkPerson.user_id).where(BulkPerson.bulk_id == bulk_id)
    for user_id in db.session.scalars(left.order_by(BulkPerson.user_id)).all():
        actor = db.session.get(User, bulk.actor_id, populate_existing=True)
        # Its administrator may have lost the role since it began.
        is_allowed = actor is not None and actor.is_open and actor.role == "administrator"
        _act_on_one(bulk, user_id, is_allowed=is_allowed)


def _act_on_one(bulk: BulkAction, user_id: int, *, is_allowed: bool) -> None:
    by, decision = Moderator(bulk.actor_id), Decision(bulk.rule, bulk.reason, bulk.until)
    person = db.session.get(User, user_id, populate_existing=True)
    if not is_allowed or (person and person.role != "member"):
        person = None
    posts_count = person.posts_count if person else 0
    if person and bulk.action == "remove_all":
        left = select(BulkPerson.user_id).filter_by(bulk_id=bulk.id, user_id=user_id)
        remove_posts(user_id, bulk.id, bulk.rule, lambda: db.session.scalar(left) is not None)
    with writing() as session:
        # Another worker may do the same.
        if not delete_row(session, BulkPerson, bulk_id=bulk.id, user_id=user_id) or not person:
            return
        try:
            if bulk.action == "remove_all" and not session.scalar(_decided(bulk, user_id)):
                began = {"since": moment_of(bulk.id).isoformat(), "posts": posts_count}
                record_decision(
                    by, "remove_all", decision, person, before=began, after={"posts": 0}
                )
            elif bulk.action == "suspend" and person.state != "suspended":
                suspend(by, person, decision)
            elif bulk.action == "limit" and person.state == "active":
                limit(by, person, decision)
        except (NotAllowedError, LastAdministratorError):
            return


def _decided(bulk: BulkAction, user_id: int) -> AnySelect:
    """Select the entry of a person in the log since ``bulk`` began: the form was sent twice."""
    logged = (LogEntry.person_id == user_id, LogEntry.action == bulk.action, LogEntry.id > bulk.id)
    return select(LogEntry.id).where(*logged).limit(1)


@every_minute
def resume() -> None:
    """Go on with what a worker left when it was stopped."""
    for bulk_id in db.session.scalars(select(BulkPerson.bulk_id).distinct()).all():
        work_off(bulk_id)


@cache
def progress() -> AnySelect:
    """Select the ``action`` of the bulk action ``bulk_id``, its ``total``, and what is ``left``."""
    left = select(func.count()).where(BulkPerson.bulk_id == BulkAction.id).scalar_subquery()
    columns = (BulkAction.id, BulkAction.action, BulkAction.total, left.label("left"))
    return select(*columns).where(BulkAction.id == BULK_ID)
