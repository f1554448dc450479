"""What people take along of their relationships with others."""

from typing import Any

from sqlalchemy import select

from ..accounts.exporting import OWNER_ID, add_to_export
from ..accounts.models import User
from ..accounts.visibility import not_hidden
from ..data.database import AnySelect
from .models import Block, Follow, Mute


def _people(own: Any, other: Any, since: Any) -> AnySelect:
    found = select(User.username, since).join(User, User.id == other)
    return found.where(own == OWNER_ID, not_hidden(User.id)).order_by(since)


def _following() -> AnySelect:
    return _people(Follow.follower_id, Follow.followed_id, Follow.since)


def _followers() -> AnySelect:
    return _people(Follow.followed_id, Follow.follower_id, Follow.since)


def _blocked() -> AnySelect:
    return _people(Block.blocker_id, Block.blocked_id, Block.since)


def _muted() -> AnySelect:
    return _people(Mute.muter_id, Mute.muted_id, Mute.since)


add_to_export("following", _following, "since")
add_to_export("followers", _followers, "since")
add_to_export("blocked", _blocked, "since")
add_to_export("muted", _muted, "since")
