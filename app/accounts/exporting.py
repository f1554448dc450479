"""What people can take along: each domain names what it has of a person."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, select

from ..data.database import AnySelect
from .invitations import Invitation
from .login_sessions import LoginSession
from .models import User

# Of whom a part selects what there is.
OWNER_ID = bindparam("owner_id", type_=BigInteger)

# A file: its name in the archive, and its content in pieces.
File = tuple[str, Iterable[bytes]]


@dataclass(frozen=True)
class Part:
    """A list in the archive: a file as JSON and one as CSV, with this name."""

    name: str
    # Returns a statement of columns with names, for :data:`OWNER_ID`.
    rows: Callable[[], AnySelect]
    # The columns whose numbers are times (:mod:`app.data.ids`).
    times: tuple[str, ...] = ()


@dataclass(frozen=True)
class Files:
    """Files in the archive: ``count`` takes the id of a user, as does ``open``."""

    count: Callable[[int], int]
    open: Callable[[int], Iterator[File]]


PARTS: list[Part] = []
FILES: list[Files] = []


def add_to_export(name: str, rows: Callable[[], AnySelect], *times: str) -> None:
    """Have people take along what ``rows`` selects of theirs, as a list called ``name``."""
    PARTS.append(Part(name, rows, times))


def add_files_to_export(files: Files) -> None:
    """Have people take ``files`` along."""
    FILES.append(files)


def _account() -> AnySelect:
    return select(
        User.username,
        User.display_name,
        User.about_me,
        User.email,
        User.language,
        User.role,
        User.state,
        User.state_until,
        User.confirmed_at,
        User.last_seen_at,
        User.shows_last_seen,
        User.id.label("joined_at"),
    ).where(User.id == OWNER_ID)


def _sessions() -> AnySelect:
    own = (LoginSession.address, LoginSession.agent, LoginSession.last_used_at)
    found = select(LoginSession.id.label("began_at"), *own)
    return found.where(LoginSession.user_id == OWNER_ID).order_by(LoginSession.id)


def _invitations() -> AnySelect:
    own = (Invitation.code, Invitation.uses, Invitation.used, Invitation.ends_at)
    found = select(Invitation.id.label("made_at"), *own)
    return found.where(Invitation.made_by_id == OWNER_ID).order_by(Invitation.id)


add_to_export("account", _account, "joined_at")
add_to_export("sessions", _sessions, "began_at")
add_to_export("invitations", _invitations, "made_at")
