"""Users, and their login sessions."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import ua_parser
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Select,
    String,
    case,
    delete,
    false,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, MappedColumn, Session, aliased, mapped_column

from ..data.characters import LONGEST_USERNAME
from ..data.database import (
    Base,
    changed_rows,
    delete_row,
    insert_if_absent,
    is_sqlite,
    now,
    writing,
)
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime
from . import passwords
from .addresses import canonical
from .former_names import FormerNameError, is_former
from .names import LONGEST_NAME
from .seen_addresses import see_address
from .signals import profile_changed, role_changed, state_changed, state_ended
from .standing import HIDDEN, LastAdministratorError, Role, State
from .visibility import HiddenUser, LimitedUser

# When a login session ends unused (OWASP ASVS 5.0, 7.3), without and with "remember me".
ENDS_UNUSED = timedelta(days=30)
REMEMBERED_ENDS_UNUSED = timedelta(days=365)
# In characters.
LONGEST_ABOUT = 500
# By so much may "last seen" be off.
SEEN_AT_MOST = timedelta(minutes=1)
# The key of a PostgreSQL advisory lock.
FIRST_REGISTRATION = 16


class User(TimeOrdered, Base):
    """A person with an account."""

    __tablename__ = "user"

    username: Mapped[str] = mapped_column(String(LONGEST_USERNAME))
    # Null for people who were imported.
    email: Mapped[str | None] = mapped_column(String(320))
    password_hash: Mapped[str | None] = mapped_column(String(256))
    display_name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    about_me: Mapped[str] = mapped_column(String(LONGEST_ABOUT), default="")
    language: Mapped[str | None] = mapped_column(String(10))
    # For releases before 0019 alone, which may run beside this one while it is installed.
    is_admin: Mapped[bool] = mapped_column(default=False)
    # The picture that every card shows; what it means is known to the domain that sets it.
    avatar_key: Mapped[str | None] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(String(20), default="member", server_default="member")
    state: Mapped[State] = mapped_column(String(20), default="active", server_default="active")
    # When the state ends by itself; null for one that lasts.
    state_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # When the person confirmed the e-mail address; null while it is not confirmed.
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether others see it. Nobody does unless the person wants it.
    shows_last_seen: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The id of the newest notification that was on the page when the person last opened it.
    notifications_read_at: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    posts_count: Mapped[int] = mapped_column(default=0)
    followers_count: Mapped[int] = mapped_column(default=0)
    following_count: Mapped[int] = mapped_column(default=0)

    def __repr__(self) -> str:
        return f"<User {self.username}>"

    @property
    def name(self) -> str:
        """What to call the person: the display name, else the username."""
        return self.display_name or self.username

    def check_password(self, password: str) -> bool:
        """Whether ``password`` is right."""
        return passwords.matching(self.password_hash, password) is not None

    def change_credentials(self, *, email: str | None = None, password: str | None = None) -> bool:
        """Set the e-mail address, the password or both, and end every login session.

        Returns False, and changes nothing, when the password has changed since this
        user was loaded: so a reset link works once, however often it is sent at once.
        """
        new = passwords.make(password) if password else self.password_hash
        with writing():
            if not self._replace_hash(new):
                return False
            if email:
                self.email = canonical(email)
            self.end_sessions()
        return True

    def renew_hash(self, password: str) -> None:
        """Store ``password``, in the form that matched, under today's method and in NFC."""
        if password != passwords.normal(password) or not passwords.is_current(self.password_hash):
            self._replace_hash(passwords.make(password))

    def _replace_hash(self, new: str | None) -> bool:
        """Store another hash, unless the password has changed since this user was loaded."""
        as_loaded = User.password_hash.is_not_distinct_from(self.password_hash)
        change = update(User).where(User.id == self.id, as_loaded).values(password_hash=new)
        with writing() as session:
            changed = changed_rows(session, change) == 1
            session.refresh(self, ["password_hash"])
        return changed

    def choose_language(self, language: str | None) -> None:
        """Set the language of the person's pages; None leaves it to the browser."""
        if language != self.language:
            with writing():
                self.language = language

    def show_last_seen(self, shows: bool) -> None:
        """Have others see when the person was last here, or hide it from everybody."""
        if shows != self.shows_last_seen:
            with writing():
                self.shows_last_seen = shows

    def use_avatar(self, key: str | None) -> None:
        """Have every card show the picture ``key``; None for the initial that is drawn."""
        if key != self.avatar_key:
            with writing():
                self.avatar_key = key

    def edit_profile(self, *, display_name: str, about_me: str) -> None:
        """Set what others read about the person."""
        with writing():
            self.display_name, self.about_me = display_name, about_me
            profile_changed.send(self)

    def set_role(self, role: Role) -> None:
        """Give the person another role.

        Raises :class:`LastAdministratorError` where nobody else is administrator.
        """
        with writing() as session:
            if role != "administrator":
                self._keep_an_administrator()
            was, self.role = self.role, role
            session.flush()
            if role != was:
                role_changed.send(self, was=was)

    def set_state(self, state: State, until: datetime | None = None) -> None:
        """Put the account into another state, which ends by itself at ``until``.

        A hidden person is signed out everywhere. Raises :class:`LastAdministratorError` where
        nobody else is administrator.
        """
        with writing() as session:
            was, is_hidden = self.state, state in HIDDEN
            if is_hidden:
                self._keep_an_administrator()
                self.end_sessions()
            for table, belongs in ((HiddenUser, is_hidden), (LimitedUser, state == "limited")):
                change = insert_if_absent if belongs else delete_row
                change(session, table, user_id=self.id)
            self.state, self.state_until = state, until
            session.flush()
            if state != was:
                state_changed.send(self, was_hidden=was in HIDDEN, is_hidden=is_hidden)

    @property
    def is_open(self) -> bool:
        """Whether the person may sign in."""
        return self.state not in HIDDEN

    def end_state_in_time(self) -> None:
        """Make the account active again, if its state has ended by itself.

        One that is left never is: it is deleted then.
        """
        if self.state != "leaving" and self.state_until and self.state_until <= now():
            with writing():
                was = self.state
                self.set_state("active")
                state_ended.send(self, was=was)

    def _keep_an_administrator(self) -> None:
        if self.role != "administrator":
            return
        with writing() as session:
            # Locked, so that two administrators cannot step down at once.
            others = session.scalars(
                select(User.id)
                .where(User.role == "administrator", User.state.not_in(HIDDEN))
                .with_for_update()
            )
            if not set(others) - {self.id}:
                raise LastAdministratorError

    def end_sessions(self) -> None:
        """Sign the person out everywhere."""
        with writing() as session:
            session.execute(delete(LoginSession).where(LoginSession.user_id == self.id))

    def sign_in(self, *, address: str, agent: str, remembered: bool) -> str:
        """Begin a login session and return its token, which is stored only in the cookie."""
        token = secrets.token_urlsafe(32)
        with writing() as session:
            login_session = LoginSession(
                user_id=self.id,
                token_hash=hash_token(token),
                address=address[:45],
                agent=agent[:200],
                remembered=remembered,
                last_used_at=now(),
            )
            session.add(login_session)
            see_address(self.id, address)
            if not self.last_seen_at or self.last_seen_at < now() - SEEN_AT_MOST:
                self.last_seen_at = now()
        return token


def user_key() -> MappedColumn[int]:
    """Return a column of an association's primary key: a user, with whom the row is deleted."""
    return mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)


# The database itself keeps both unique, whatever the case and whoever writes.
Index("uq_user_username_lower", func.lower(User.username), unique=True)
Index("uq_user_email_lower", func.lower(User.email), unique=True)


class LoginSession(TimeOrdered, Base):
    """A browser that is signed in."""

    __tablename__ = "login_session"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200))
    remembered: Mapped[bool] = mapped_column(default=False)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)


def browser_name(agent: str) -> str:
    """Return a User-Agent header in words: "Firefox 145 · Android"; "" if it is unknown."""
    found = ua_parser.parse(agent)
    program = found.user_agent and f"{found.user_agent.family} {found.user_agent.major or ''}"
    system = found.os and found.os.family
    return " · ".join(part.strip() for part in (program, system) if part)


def register(
    username: str,
    *,
    email: str | None = None,
    password: str | None = None,
    may_administer: bool = False,
    must_confirm: bool = False,
    enter: Callable[["User"], None] | None = None,
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


def end_session(user_id: int, session_id: int) -> bool:
    """Sign a person out in one browser, from its next request on; False if it is not theirs."""
    with writing() as session:
        return delete_row(session, LoginSession, user_id=user_id, id=session_id)


def by_username(username: str) -> Select[User]:
    """Select the user of that name, whatever the case."""
    return select(User).where(func.lower(User.username) == username.lower())


def by_email(email: str) -> Select[User]:
    """Select the user with that e-mail address, however it is written."""
    try:
        return select(User).where(func.lower(User.email) == canonical(email))
    except ValueError:
        return select(User).where(false())


def by_login(login: str) -> Select[User]:
    """Select the user whose username or e-mail address it is, however it is written."""
    return by_email(login) if "@" in login else by_username(login.strip())


def hash_token(token: str) -> str:
    """Return what is stored of a login session's token."""
    # The token has 256 random bits, so a fast hash is as good as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()
