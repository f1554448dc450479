"""Creating an account."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from ..data.database import is_sqlite, now, writing
from . import passwords
from .addresses import canonical
from .former_names import FormerNameError, is_former
from .models import User
from .signals import profile_changed

# The key of a PostgreSQL advisory lock.
FIRST_REGISTRATION = 16


def register(
    username: str,
    *,
    email: str | None = None,
    password: str | None = None,
    may_administer: bool = False,
    must_confirm: bool = False,
    enter: Callable[[User], None] | None = None,
    **profile: Any,
) -> User:
    """Create an account. With ``may_administer``, the first of the site is an administrator.

    With ``must_confirm``, the e-mail address counts only once its owner has confirmed it.
    ``enter`` is called with the user within the transaction, which it rolls back if it raises.

    Raises :class:`sqlalchemy.exc.IntegrityError` for a username or address that is taken,
    :class:`app.accounts.former_names.FormerNameError` for the username of somebody who has left,
    and :class:`ValueError` for an address that is none.
    """
    password_hash = passwords.make(password) if password else None
    with writing() as session:
        if session.scalar(select(is_former(username))):
            raise FormerNameError(username)
        user = User(
            username=username,
            email=canonical(email) if email else None,
            password_hash=password_hash,
            confirmed_at=now() if email and not must_confirm else None,
            **profile,
        )
        if may_administer:
            anybody = aliased(User)
            user.role = case((select(anybody.id).exists(), "member"), else_="administrator")
        session.add(user)
        session.flush()
        if may_administer and user.role == "administrator":
            _leave_to_earlier(session, user)
        if enter:
            enter(user)
        profile_changed.send(user)
    return user


def _leave_to_earlier(session: Session, user: User) -> None:
    """Have ``user`` be a member if somebody else registered at the same moment."""
    if not is_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(FIRST_REGISTRATION)))
    if session.scalar(select(User.id).where(User.id != user.id).limit(1)):
        user.role = "member"
