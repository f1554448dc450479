"""Whom and what moderators decide about: people and posts, with what has happened so far.

A form about them is used once, and for what its page showed: ``so_far`` of that is in the form.
"""

from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, literal, null, select
from sqlalchemy.orm import aliased

from ..accounts.invitations import Invitation, Invited
from ..accounts.models import User
from ..data.database import AnySelect
from ..follows.queries import USER_ID, Audience, has_username, not_blocked
from ..posts.models import Post
from ..posts.queries import POST_ID
from .assignment import TakenError, decided
from .models import QUIET, Case, LogEntry, is_open_report

# Columns of a subject that change with everything that is decided about it, or that it becomes.
SO_FAR = ("state", "last_entry_id", "open_case_id", "edited_at", "deleted_at")


@cache
def person() -> AnySelect:
    """Select the person ``user_id`` as moderators see them.

    ``may_see`` says whether the viewer sees them outside the desk, too.
    """
    return _with_case(_people(), 0).where(User.id == USER_ID)


@cache
def person_by_username() -> AnySelect:
    """Select the person with the ``username`` as moderators see them."""
    return _with_case(_people(), 0).where(has_username())


@cache
def post() -> AnySelect:
    """Select the post ``post_id``, and its author (``person_id``, ``username``, ``role``)."""
    ids = (Post.id, Post.id.label("post_id"), User.id.label("person_id"))
    columns = (Post.body, Post.edited_at, Post.deleted_at, User.username, User.role, User.state)
    found = select(*ids, *columns)
    found = found.join(User, User.id == Post.author_id)
    found = found.where(Post.id == POST_ID, Post.repost_of_id.is_(None), ~Post.is_held)
    return _with_case(found, Post.id)


def so_far(subject: Any) -> str:
    """Return what has happened to a ``subject`` (a row) so far: text that changes with it."""
    return "|".join(str(getattr(subject, name)) for name in SO_FAR)


def check_unchanged(seen: str, subject: Any, moderator_id: int) -> None:
    """Raise :class:`TakenError` unless ``subject`` is as it was ``seen`` (:func:`so_far`).

    Also where another moderator has taken the open case about it.
    """
    if subject.taken_by_id not in (None, moderator_id):
        raise TakenError(_("@%(name)s has taken this case.", name=subject.taken_by))
    now = so_far(subject)
    if seen != now:
        both = zip(SO_FAR, seen.split("|"), now.split("|"), strict=False)
        raise TakenError(_what_changed({name for name, was, is_ in both if was != is_}, subject))


def _with_case(found: Any, post_id: Any) -> AnySelect:
    """Add the open case about the subject, who has taken it, and the last entry of the log."""
    taker = aliased(User)
    about = and_(Case.person_id == User.id, Case.post_id == post_id)
    done = and_(LogEntry.person_id == User.id, LogEntry.action.not_in(QUIET))
    last = select(func.max(LogEntry.id)).where(done).correlate(User)
    columns: Any = (
        last.scalar_subquery().label("last_entry_id"),
        Case.id.label("open_case_id"),
        Case.taken_by_id,
        taker.username.label("taken_by"),
    )
    found = found.add_columns(*columns).outerjoin(Case, and_(about, is_open_report()))
    return found.outerjoin(taker, taker.id == Case.taken_by_id)


def _people() -> AnySelect:
    inviter = aliased(User)
    found = select(
        User.id,
        User.id.label("person_id"),
        literal(0).label("post_id"),
        User.username,
        User.display_name,
        User.email,
        User.about_me,
        User.role,
        User.state,
        User.state_until,
        User.last_seen_at,
        User.posts_count,
        User.followers_count,
        User.following_count,
        Invited.invitation_id,
        Invitation.made_by_id.label("invited_by_id"),
        inviter.username.label("invited_by"),
        not_blocked(Audience.FILTERED).label("may_see"),
        null().label("edited_at"),
        null().label("deleted_at"),
    )
    found = found.outerjoin(Invited, Invited.user_id == User.id)
    found = found.outerjoin(Invitation, Invitation.id == Invited.invitation_id)
    return found.outerjoin(inviter, inviter.id == Invitation.made_by_id)


def _what_changed(changed: set[str], subject: Any) -> str:
    entry = decided(LogEntry.id == subject.last_entry_id) if "last_entry_id" in changed else ""
    if entry:
        return entry
    if "open_case_id" in changed:
        return _("Somebody has reported this meanwhile: there is a case about it.")
    if "deleted_at" in changed:
        return _("The author has deleted the post.")
    if "edited_at" in changed:
        return _("The author has edited the post meanwhile.")
    return _("Something has changed since this page was opened. Look again, and decide then.")
