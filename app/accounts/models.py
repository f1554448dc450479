"""Users, and what a user can do with the own account."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Select,
    String,
    delete,
    false,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from ..data.characters import LONGEST_USERNAME
from ..data.database import (
    Base,
    changed_rows,
    delete_row,
    insert_if_absent,
    now,
    read_again,
    writing,
)
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime
from . import passwords
from .addresses import canonical
from .login_sessions import LoginSession, hash_token
from .names import LONGEST_NAME
from .roles import HIDDEN, LastAdministratorError, Role, State
from .seen_addresses import see_address
from .signals import profile_changed, role_changed, state_changed, state_ended
from .visibility import HiddenUser, LimitedUser

# In characters.
LONGEST_ABOUT = 500
# By so much may "last seen" be off.
SEEN_AT_MOST = timedelta(minutes=1)


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
        if not self._has_ended():
            return
        with writing() as session:
            # Moderators may have decided anew meanwhile, or another process ended it.
            if read_again(session, self) and self._has_ended():
                was = self.state
                self.set_state("active")
                state_ended.send(self, was=was)

    def _has_ended(self) -> bool:
        return (
            self.state != "leaving" and self.state_until is not None and self.state_until <= now()
        )

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
