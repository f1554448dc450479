"""Users, and their login sessions."""

import hashlib
import secrets
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any

import ua_parser
from flask_login import UserMixin
from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..data.changes import affected, remove
from ..data.database import AnySelect, Base, UtcDateTime, db, now, writing
from ..data.ids import TimeOrdered
from ..data.prepared import prepared
from ..data.replica import LATEST
from . import passwords
from .signals import profile_changed

# A row that a GET may touch, and how often (OWASP ASVS 5.0, 7.3: sessions end when unused).
SEEN_EVERY = timedelta(minutes=5)
ENDS_UNUSED = timedelta(days=30)
REMEMBERED_ENDS_UNUSED = timedelta(days=365)


class User(UserMixin, TimeOrdered, Base):
    """A person with an account."""

    __tablename__ = "user"
    # For the two attributes that are of the request and not of the row.
    __allow_unmapped__ = True

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

    # Of the login session that this request came with; set when the user was loaded by it.
    login_session_id: int | None = None
    session_token: str | None = None
    # What later domains found with them. Whether blocks or mutes may stand between them and others;
    # on pages also whether they may have drafts, and how much they were told and have not read.
    is_apart: bool = True
    has_drafts: bool = True
    unread: int | None = None

    def __repr__(self) -> str:
        return f"<User {self.username}>"

    @property
    def shape(self) -> dict[str, Hashable]:
        """Who is apart from nobody is asked for in fewer words."""
        return {"is_apart": self.is_apart}

    @property
    def name(self) -> str:
        """What to call the person: the display name, else the username."""
        return self.display_name or self.username

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie: the token of the login session."""
        return self.session_token or ""

    def check_password(self, password: str) -> bool:
        """Whether ``password`` is right. Costs one hash, whatever the answer."""
        return passwords.check(self.password_hash, password)

    def change_password(self, password: str, *, but: int | None = None) -> bool:
        """Set a password and end every login session except that with the id ``but``.

        Returns False, and changes nothing, when the password has changed since this
        user was loaded: so a reset link works once, however often it is sent at once.
        """
        new = passwords.make(password)
        with writing() as session:
            as_loaded = User.password_hash.is_not_distinct_from(self.password_hash)
            change = update(User).where(User.id == self.id, as_loaded).values(password_hash=new)
            if affected(change) != 1:
                return False
            session.refresh(self, ["password_hash"])
            self.end_sessions(but=but)
        return True

    def rehash_password(self, password: str) -> None:
        """Keep ``password`` under today's hashing method, if it was kept under an older one."""
        if not passwords.is_current(self.password_hash):
            new = passwords.make(password)
            with writing():
                self.password_hash = new

    def change_email(self, email: str, *, but: int | None = None) -> None:
        """Set the e-mail address and end every login session except that with the id ``but``."""
        with writing():
            self.email = normal_email(email)
            self.end_sessions(but=but)

    def choose_language(self, language: str | None) -> None:
        """Set the language that the site speaks to the person; None leaves it to the browser."""
        if language != self.language:
            with writing():
                self.language = language

    def edit_profile(self, *, display_name: str, about_me: str) -> None:
        """Set what others read of the person."""
        with writing():
            self.display_name, self.about_me = display_name, about_me
            profile_changed.send(self)

    def end_sessions(self, *, but: int | None = None) -> None:
        """Sign the person out everywhere, except in the login session with the id ``but``."""
        mine = LoginSession.user_id == self.id
        db.session.execute(delete(LoginSession).where(mine, LoginSession.id != (but or 0)))

    def end_session(self, id: int) -> bool:
        """Sign the person out in one browser, from its next request on; False if none of theirs."""
        with writing():
            return remove(LoginSession, user_id=self.id, id=id)

    def sign_in(self, *, address: str, agent: str, remembered: bool) -> str:
        """Begin a login session and return its token, which is kept nowhere but in the cookie."""
        token = secrets.token_urlsafe(32)
        with writing() as session:
            login_session = LoginSession(
                user_id=self.id,
                token_hash=_hash(token),
                address=address[:45],
                agent=agent[:200],
                remembered=remembered,
                last_used_at=now(),
            )
            session.add(login_session)
            self.last_seen_at = now()
            # Within a larger transaction too, it has its id.
            session.flush()
        self.login_session_id, self.session_token = login_session.id, token
        return token


# In the database itself, whatever the case, whoever writes.
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

    @property
    def browser(self) -> str:
        """What the browser calls itself, in words: "Firefox 145 · Android"; "" if it is unknown."""
        found = ua_parser.parse(self.agent)
        program = found.user_agent and f"{found.user_agent.family} {found.user_agent.major or ''}"
        system = found.os and found.os.family
        return " · ".join(part.strip() for part in (program, system) if part)


def register(
    username: str,
    *,
    email: str | None = None,
    password: str | None = None,
    **profile: str,
) -> User:
    """Make an account.

    Raises :class:`sqlalchemy.exc.IntegrityError` for a taken name or address.
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
        # Within a larger transaction too, the caller gets someone who can act.
        session.flush()
        profile_changed.send(user)
    return user


# What else is found with who asks, by its attribute: what tells it, and whether only pages ask.
Column = Callable[[], ColumnElement[Any]]
_found_with: dict[str, tuple[Column, bool]] = {}


def find_with_user(name: str, column: Column, *, for_pages: bool = False) -> None:
    """Have who asks know ``name``, found with them: ``column`` gives it, in a query of users.

    With ``for_pages`` only where a whole page is drawn: the attribute has its default elsewhere.
    """
    _found_with[name] = (column, for_pages)


def user_of_session(token: str, *, for_page: bool = False) -> User | None:
    """Return the user whose login session has this token, with one query; None if it has ended.

    Moves "last seen" on, at most once in five minutes. Never asked of a replica, which may not
    know yet that the session was revoked.
    """
    row = _of_session(_hash(token), for_page).first(LATEST)
    if row is None:
        return None
    user, id, remembered, last_used_at, *more = tuple(row)
    unused_for = now() - last_used_at
    if unused_for > (REMEMBERED_ENDS_UNUSED if remembered else ENDS_UNUSED):
        return None
    user.login_session_id, user.session_token = id, token
    vars(user).update(zip(_names(for_page), more, strict=True))
    if unused_for > SEEN_EVERY:
        _touch(user)
    return user


@prepared
def _of_session(token_hash: str, for_page: bool) -> AnySelect:
    # Columns of the session: an object more would take as long as all else.
    used = (LoginSession.id, LoginSession.remembered, LoginSession.last_used_at)
    more = (_found_with[name][0]().label(name) for name in _names(for_page))
    found = select(User, *used, *more).join(LoginSession, LoginSession.user_id == User.id)
    return found.where(LoginSession.token_hash == token_hash)


def _names(for_page: bool) -> list[str]:
    return [name for name, (_column, for_pages) in _found_with.items() if for_page or not for_pages]


def _touch(user: User) -> None:
    moment = now()
    with writing() as session:
        session.execute(update(User).where(User.id == user.id).values(last_seen_at=moment))
        used = update(LoginSession).where(LoginSession.id == user.login_session_id)
        session.execute(used.values(last_used_at=moment))


def by_name(username: str) -> Select[User]:
    """The user of that name, whatever the case."""
    return select(User).where(func.lower(User.username) == func.lower(username))


def by_name_or_email(login: str) -> Select[User]:
    """The user whose name or e-mail address it is, whatever the case."""
    return select(User).where(
        or_(
            func.lower(User.username) == login.lower(),
            func.lower(User.email) == normal_email(login),
        )
    )


def by_email(email: str) -> Select[User]:
    """The user with that e-mail address, whatever the case."""
    return select(User).where(func.lower(User.email) == normal_email(email))


def normal_email(email: str) -> str:
    """Return the one spelling under which an address is kept and found."""
    return email.strip().lower()


def _hash(token: str) -> str:
    # The token is 256 random bits, so a fast hash is as good as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()
