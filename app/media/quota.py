"""The storage that the pictures of a person use, and may use."""

from functools import cache

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from ..accounts.models import User
from ..data.database import AnySelect, is_sqlite
from ..data.reading import read_latest
from ..site import site
from .models import Picture

MB = 1000**2


class NoRoomError(ValueError):
    """A picture does not fit into what a person may use; the message says so to them."""


def most_bytes() -> int:
    """Return how many bytes the pictures of one person may take."""
    return site().picture_quota * MB


def used_by(owner_id: int) -> int:
    """Return how many bytes the pictures of a person take."""
    return int(read_latest(_used(), owner_id=owner_id).scalar_one())


def check_room(session: Session, owner_id: int, more: int) -> None:
    """Raise :class:`NoRoomError` if ``more`` bytes do not fit. Within ``writing()``.

    Forms that one person sends at the same moment follow one another here, so that together they
    take no more than one could.
    """
    if not is_sqlite():
        person = select(User.id).where(User.id == owner_id)
        session.execute(person.with_for_update(key_share=True))
    used = int(session.execute(_used(), {"owner_id": owner_id}).scalar_one())
    if used + more > most_bytes():
        raise NoRoomError(
            _(
                "Your pictures take %(used)s of your %(most)s. "
                "Delete some posts with pictures first.",
                used=in_words(used),
                most=in_words(most_bytes()),
            )
        )


def in_words(size: int) -> str:
    """Return a number of bytes in MB or KB, as the viewer's language writes it."""
    if 0 < size < MB:
        return _("%(size)s KB", size=format_decimal(max(1, round(size / 1000))))
    return _("%(size)s MB", size=format_decimal(round(size / MB, 1)))


@cache
def _used() -> AnySelect:
    # Removed pictures count until they are deleted: undo restores them.
    every = func.coalesce(func.sum(Picture.bytes), 0)
    return select(every).where(Picture.owner_id == bindparam("owner_id"))
