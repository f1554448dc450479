"""Users, and their login sessions."""

import hashlib
import secrets
from datetime import datetime, timedelta

import ua_parser
from sqlalchemy import ForeignKey, Index, Select, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from ..data.database import Base, changed_rows, delete_row, now, writing
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime
from . import passwords
from .signals import profile_changed

# When a login session ends unused (OWASP ASVS 5.0, 7.3), without and with "remember me".
ENDS_UNUSED = timedelta(days=30)
REMEMBERED_ENDS_UNUSED = timedelta(days=365)


class User(TimeOrdered, Base):
    """A person with an account."""

    __tablename__ = "user"

    username: Mapped[str] = mapped_column(String(30))
    # Null for people who were imported.
    email: Mapped[str | None] = mapped_column(String(320))
    password_hash: Mapped[str | None] = mapped_column(String(256))
    display_name: Mapped[str] = mapped_column(String(60), default="")
    about_me: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str | None] = mapped_column(String(10))
    is_admin: Mapped[bool] = mapped_column(default=False)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
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
        """Whether ``password`` is right. Computes one hash, whatever the answer."""
        return passwords.check(self.password_hash, password)

    def change_password(self, password: str, *, except_session_id: int | None = None) -> bool:
        """Set a password and end every login session except that with the id ``except_session_id``.

        Returns False, and changes nothing, when the password has changed since this
        user was loaded: so a reset link works once, however often it is sent at once.
        """
        new = passwords.make(password)
        with writing() as session:
            as_loaded = User.password_hash.is_not_distinct_from(self.password_hash)
            change = update(User).where(User.id == self.id, as_loaded).values(password_hash=new)
            if changed_rows(session, change) != 1:
                return False
            session.refresh(self, ["password_hash"])
            self.end_sessions(except_session_id=except_session_id)
        return True

    def rehash_password(self, password: str) -> None:
        """Store ``password`` under today's hashing method, if it is stored under an older one."""
        if not passwords.is_current(self.password_hash):
            new = passwords.make(password)
            with writing():
                self.password_hash = new

    def change_email(self, email: str, *, except_session_id: int | None = None) -> None:
        """Set the e-mail address and end every login session but ``except_session_id``."""
        with writing():
            self.email = normal_email(email)
            self.end_sessions(except_session_id=except_session_id)

    def choose_language(self, language: str | None) -> None:
        """Set the language of the person's pages; None leaves it to the browser."""
        if language != self.language:
            with writing():
                self.language = language

    def edit_profile(self, *, display_name: str, about_me: str) -> None:
        """Set what others read about the person."""
        with writing():
            self.display_name, self.about_me = display_name, about_me
            profile_changed.send(self)

    def end_sessions(self, *, except_session_id: int | None = None) -> None:
        """Sign the person out in every login session but ``except_session_id``."""
        with writing() as session:
            mine = LoginSession.user_id == self.id
            session.execute(
                delete(LoginSession).where(mine, LoginSession.id != (except_session_id or 0))
            )

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
    username: str, *, email: str | None = None, password: str | None = None, **profile: str
) -> User:
    """Create an account.

    Raises :class:`sqlalchemy.exc.IntegrityError` for a username or address that is taken.
    """
    password_hash = passwords.make(password) if password else None
    with writing() as session:
        user = User(
            username=username,
            email=normal_email(email) if email else None,
            password_hash=password_hash,
            **profile,
        )
        session.add(user)
        session.flush()
        profile_changed.send(user)
    return user


def end_session(user_id: int, session_id: int) -> bool:
    """Sign a person out in one browser, from its next request on; False if it is not theirs."""
    with writing() as session:
        return delete_row(session, LoginSession, user_id=user_id, id=session_id)


def by_username(username: str) -> Select[User]:
    """Select the user of that name, whatever the case."""
    return select(User).where(func.lower(User.username) == username.lower())


def by_email(email: str) -> Select[User]:
    """Select the user with that e-mail address, whatever the case."""
    return select(User).where(func.lower(User.email) == normal_email(email))


def by_login(login: str) -> Select[User]:
    """Select the user whose username or e-mail address it is, whatever the case."""
    return select(User).where(
        or_(
            func.lower(User.username) == login.lower(),
            func.lower(User.email) == normal_email(login),
        )
    )


def normal_email(email: str) -> str:
    """Return the one spelling under which an address is stored and found."""
    return email.strip().lower()


def hash_token(token: str) -> str:
    """Return what is stored of a login session's token."""
    # The token has 256 random bits, so a fast hash is as good as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()
