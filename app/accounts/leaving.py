"""Leaving: an account is hidden at once, and deleted when the time to change one's mind is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, db, delete_row, insert_if_absent, now, read_again, writing
from ..data.types import UtcDateTime
from ..jobs import enqueue, every_minute, job
from ..mail.sending import forget_mails, send_mail
from ..mail.texts import MailText, render_text, writes
from ..site import site
from ..web.i18n import using_language
from ..web.urls import external_url
from .erasing import erase_rows_of
from .former_names import keep_former
from .models import User, by_email, user_key
from .roles import State
from .signals import account_deleted

# How long the owner of an account can change their mind.
STAY_WITHIN = timedelta(days=14)
# In characters.
LONGEST_REASON = 2_000
LEAVING, DELETED = "leaving", "account-deleted"


class Departure(Base):
    """How the account was before ``user`` began to leave, and why it is deleted."""

    __tablename__ = "departure"

    user_id: Mapped[int] = user_key()
    state_before: Mapped[State] = mapped_column(String(20))
    until_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The reason in the mail to the person; "" if they leave by themselves.
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))


# Takes the id of a user, and returns whether there may be more.
Step = Callable[[int], bool]
_steps: list[Step] = []


def deletes_with_account(step: Step) -> Step:
    """Have ``step`` delete a batch of what a user has, in a transaction: a decorator.

    Rows that refer to the user by a foreign key go without such a step.
    """
    _steps.append(step)
    return step


def leave(user: User, *, within: timedelta = STAY_WITHIN, reason: str = "") -> bool:
    """Hide ``user`` and sign them out everywhere; delete the account ``within`` that time.

    Until then :func:`stay` undoes it. Returns False where they leave already, and as soon.
    Raises :class:`app.accounts.roles.LastAdministratorError`.
    """
    with writing() as session:
        # The rows of all administrators are locked below: one that is locked before could wait
        # for ever.
        if read_again(session, user, lock=user.role != "administrator") is None:
            return False
        if user.state == "leaving" and (within or not may_stay(user)):
            return False
        values = {"state_before": user.state, "until_before": user.state_until, "reason": reason}
        user.set_state("leaving", now() + within)
        delete_row(session, Departure, user_id=user.id)
        insert_if_absent(session, Departure, user_id=user.id, **values)
        if not within:
            enqueue(delete_account, user.id)
        elif user.email:
            send_mail(user.email, LEAVING)
    return True


def stay(user: User) -> bool:
    """Undo :func:`leave`; returns False where it is too late, or undone already."""
    with writing() as session:
        departure = session.get(Departure, user.id) if read_again(session, user) else None
        if departure is None or not may_stay(user):
            return False
        user.set_state(departure.state_before, departure.until_before)
        session.delete(departure)
    return True


def may_stay(user: User) -> bool:
    """Whether ``user`` is leaving and can change their mind."""
    return user.state == "leaving" and user.state_until is not None and user.state_until > now()


@every_minute
def delete_those_who_left() -> None:
    """Delete the accounts whose time is over, and those that the queue lost."""
    over = select(User.id).where(User.state == "leaving", User.state_until <= now())
    for user_id in db.session.scalars(over).all():
        delete_account(user_id)


@job
def delete_account(user_id: int) -> None:
    """Delete an account that is left, with all that it has, in short transactions.

    What was deleted before it was interrupted is not looked for again.
    """
    user = db.session.get(User, user_id, populate_existing=True)
    if user is None or user.state != "leaving" or may_stay(user):
        return
    for step in _steps:
        while step(user_id):
            pass
    erase_rows_of(user_id, keeping=[Departure])
    with writing() as session:
        # Two threads of the worker may be here at once.
        locked = select(User).where(User.id == user_id).with_for_update()
        user = session.scalar(locked.execution_options(populate_existing=True))
        if user is None or user.state != "leaving":
            return
        departure = session.get(Departure, user_id)
        account_deleted.send(user)
        keep_former(session, user.username)
        if user.email:
            forget_mails(user.email)
            values = {"username": user.username, "language": user.language}
            send_mail(user.email, DELETED, **values, reason=departure.reason if departure else "")
        session.delete(user)


@writes(LEAVING)
def write_leaving(recipient: str) -> MailText | None:
    """Write the mail that says until when somebody can stay; none if they stay already."""
    user = db.session.scalar(by_email(recipient))
    if user is None or not may_stay(user):
        return None
    with using_language(user.language):
        values = {
            "name": user.name,
            "until": format_date(user.state_until, "long"),
            "url": external_url("accounts.login"),
        }
        body = render_text("mail/leaving.txt", site=site(), **values)
        return MailText(_("Your account on %(site)s will be deleted", site=site().name), body)


@writes(DELETED)
def write_deleted(recipient: str, *, username: str, language: str | None, reason: str) -> MailText:
    """Write the mail that says that an account is deleted."""
    with using_language(language):
        values = {"username": username, "reason": reason}
        body = render_text("mail/account_deleted.txt", site=site(), **values)
        return MailText(_("Your account on %(site)s is deleted", site=site().name), body)
