"""The viewer: who sent this request, read as columns with the login session in one statement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from flask_login import UserMixin, current_user
from sqlalchemy import bindparam, select, update

from ..data.database import AnySelect, HasId, now, write_if_free
from ..data.reading import read_latest
from .login_sessions import ENDS_UNUSED, REMEMBERED_ENDS_UNUSED, LoginSession, hash_token
from .models import User
from .roles import Role, State, is_above
from .visibility import not_hidden

# "Last seen" moves at most this often: a page that is read writes nothing else.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, eq=False)
class Viewer(UserMixin):
    """Who sent the request: Flask-Login's ``current_user``. Frozen: load the user to change it.

    For somebody who is not signed in, :data:`ANONYMOUS`, whose id no user has.
    """

    id: int = 0
    username: str = ""
    display_name: str = ""
    email: str | None = None
    language: str | None = None
    role: Role = "member"
    confirmed_at: datetime | None = None
    state: State = "active"
    avatar_key: str | None = None
    session_id: int | None = None
    token: str = field(default="", repr=False)
    # What later domains read with the viewer (:func:`add_viewer_column`), by name.
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self.id)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in."""
        return not self.id

    @property
    def name(self) -> str:
        """What to call the person: the display name, else the username."""
        return self.display_name or self.username

    @property
    def is_moderator(self) -> bool:
        """Whether the person may moderate: moderators and administrators may."""
        return self.role != "member"

    @property
    def is_administrator(self) -> bool:
        """Whether the person changes the site's settings and roles."""
        return self.role == "administrator"

    def may_moderate(self, role: Role) -> bool:
        """Whether the person moderates people in ``role``."""
        return is_above(self.role, role)

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie: the token of the login session."""
        return self.token


ANONYMOUS = Viewer()

# The viewer of this request. A proxy, as all of Flask's globals.
viewer = cast(Viewer, current_user)


def current_viewer() -> Viewer:
    """Return the viewer itself, for code that asks it much: the proxy looks it up each time."""
    return viewer._get_current_object()


# Expressions of a query of users.
_columns: dict[str, Callable[[], Any]] = {}


def add_viewer_column(name: str, column: Callable[[], Any]) -> None:
    """Read one more column with each viewer, as ``viewer.columns[name]``.

    ``column`` returns an expression of a query of users; it is called when a statement
    that has it is first built.
    """
    _columns[name] = column


def viewer_of_session(token: str) -> Viewer | None:
    """Return who is signed in by the login session with this token; None if it has ended.

    Moves "last seen" at most once in five minutes. Never reads from a replica, where a revoked
    session may still exist.
    """
    row = read_latest(_by_session(), token_hash=hash_token(token)).first()
    if row is None:
        return None
    session_id, remembered, last_used_at, *columns = tuple(row)
    unused_for = now() - last_used_at
    if unused_for > (REMEMBERED_ENDS_UNUSED if remembered else ENDS_UNUSED):
        return None
    viewer = _viewer(columns, session_id=session_id, token=token)
    if unused_for > SEEN_EVERY:
        _touch(viewer)
    return viewer


def viewer_of(user: HasId) -> Viewer:
    """Return ``user`` as a viewer without a login session, for ``flask shell`` and jobs."""
    return _viewer(list(read_latest(_by_id(), user_id=user.id).one()))


_OWN: tuple[Any, ...] = (
    User.id,
    User.username,
    User.display_name,
    User.email,
    User.language,
    User.role,
    User.confirmed_at,
    User.state,
    User.avatar_key,
)


def _viewer(row: list[Any], **session: Any) -> Viewer:
    own, more = row[: len(_OWN)], row[len(_OWN) :]
    return Viewer(*own, **session, columns=dict(zip(_columns, more, strict=True)))


def _selected() -> list[Any]:
    return [*_OWN, *(column().label(name) for name, column in _columns.items())]


@cache
def _by_session() -> AnySelect:
    used = (LoginSession.id, LoginSession.remembered, LoginSession.last_used_at)
    found = select(*used, *_selected()).join(User, User.id == LoginSession.user_id)
    # Somebody may have signed in at the moment when the account was hidden.
    return found.where(
        LoginSession.token_hash == bindparam("token_hash"), not_hidden(LoginSession.user_id)
    )


@cache
def _by_id() -> AnySelect:
    return select(*_selected()).where(User.id == bindparam("user_id"))


def _touch(viewer: Viewer) -> None:
    moment = now()
    used = update(LoginSession).where(LoginSession.id == viewer.session_id)
    write_if_free(
        update(User).where(User.id == viewer.id).values(last_seen_at=moment),
        used.values(last_used_at=moment),
    )
