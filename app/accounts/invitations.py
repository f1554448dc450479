"""Invitations: links by which people join, and who invited whom."""

import secrets
from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import Signer
from sqlalchemy import ColumnElement, ForeignKey, String, and_, exists, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, HasId, changed_rows, db, now, read_again, writing
from ..data.ids import BIGGEST_ID, TimeOrdered
from ..data.types import BigId, UtcDateTime
from ..site import site
from .models import User, user_key
from .signals import invitation_changed
from .viewer import Viewer
from .visibility import not_hidden

# Characters of a code; ours have 16, which are 96 random bits, or 27.
LONGEST_CODE = 32
MOST_USES, MOST_DAYS = 1_000, 365
# Of a member who runs nothing here.
MOST_USES_BY_MEMBERS = 10
MOST_OPEN_BY_MEMBERS = 20
USES, DAYS = 1, 7


class Invitation(TimeOrdered, Base):
    """A link with which a number of people can join until it ends."""

    __tablename__ = "invitation"

    code: Mapped[str] = mapped_column(String(LONGEST_CODE), unique=True)
    # Null for one made by a command. Without a reference: it outlives who made it.
    made_by_id: Mapped[int | None] = mapped_column(BigId, index=True)
    uses: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether somebody can join with it."""
        return self.used < self.uses and self.ends_at > now()

    def revoke(self, by: HasId | None = None) -> None:
        """Have nobody else join with it; ``by`` is who revokes it, None for a command."""
        with writing() as session:
            if read_again(session, self) and self.ends_at > now():
                was, self.ends_at = self.ends_at, now()
                invitation_changed.send(self, by=by, action="revoke", until=was)


class Invited(Base):
    """A person joined with an invitation."""

    __tablename__ = "invited"

    user_id: Mapped[int] = user_key()
    invitation_id: Mapped[int] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), index=True
    )


class NoInvitationError(ValueError):
    """The invitation does not exist, has ended, or is used up."""


def may_invite(viewer: Viewer) -> bool:
    """Whether ``viewer`` may make invitations, and see their own."""
    is_wanted = site().registration != "closed"
    return is_wanted and (viewer.is_moderator or site().members_invite)


def invite(
    by: HasId | None = None, *, uses: int = USES, days: int = DAYS, nonce: str = ""
) -> Invitation:
    """Return a new invitation for so many people, which ends in so many days.

    ``by`` is who invites, None for a command. A form that is sent twice, with one ``nonce``, makes
    one.
    """
    code = _code_of(by, nonce) if by and nonce else secrets.token_urlsafe(12)
    with writing() as session:
        if by:
            session.execute(select(User.id).where(User.id == by.id).with_for_update(key_share=True))
        if made := session.scalar(select(Invitation).where(Invitation.code == code)):
            return made
        invitation = Invitation(
            code=code,
            made_by_id=by.id if by else None,
            uses=uses,
            ends_at=now() + timedelta(days=days),
        )
        session.add(invitation)
        session.flush()
        invitation_changed.send(invitation, by=by, action="invite", until=None)
    return invitation


def _code_of(maker: HasId, nonce: str) -> str:
    """Return the code of the form with that nonce: 160 bits that nobody else can work out."""
    signer = Signer(current_app.config["SECRET_KEY"], salt="invitation")
    return signer.get_signature(f"{maker.id} {nonce}").decode()


def open_invitation(code: str) -> Invitation | None:
    """Return the invitation of ``code`` if somebody can join with it.

    Nobody joins with one of a person who has left or is hidden, such as a spammer who comes back.
    """
    if not 0 < len(code) <= LONGEST_CODE or not code.isascii() or "\0" in code:
        return None
    found = db.session.scalar(select(Invitation).where(Invitation.code == code, _is_valid()))
    return found if found and found.is_open else None


def join_with(invitation: Invitation, user: HasId) -> None:
    """Note that ``user`` joined with ``invitation``, within the transaction around.

    Raises :class:`NoInvitationError` if it was used up or has ended meanwhile.
    """
    is_open = (Invitation.used < Invitation.uses, Invitation.ends_at > now(), _is_valid())
    change = update(Invitation).where(Invitation.id == invitation.id, *is_open)
    with writing() as session:
        if not changed_rows(session, change.values(used=Invitation.used + 1)):
            raise NoInvitationError
        session.add(Invited(user_id=user.id, invitation_id=invitation.id))


def _is_valid() -> ColumnElement[bool]:
    """Whether nobody made an invitation, or somebody who is here and not hidden: a condition."""
    maker = Invitation.made_by_id
    is_here = exists().where(User.id == maker)
    return or_(maker.is_(None), and_(is_here, not_hidden(maker)))


def invitation_of(user: HasId | None, id: int) -> Invitation | None:
    """Return an invitation by id, of ``user`` or, without one, of anybody."""
    found = db.session.get(Invitation, min(id, BIGGEST_ID))
    return found if found and (user is None or found.made_by_id == user.id) else None
