"""What people take along of their notifications."""

from sqlalchemy import select

from ..accounts.exporting import OWNER_ID, add_to_export
from ..accounts.models import User
from ..accounts.visibility import not_hidden
from ..data.database import AnySelect
from .models import Notification


def _notifications() -> AnySelect:
    columns = (Notification.kind, User.username.label("by"), Notification.post_id)
    found = select(Notification.id.label("at"), *columns)
    found = found.join(User, User.id == Notification.actor_id)
    own = found.where(Notification.user_id == OWNER_ID, not_hidden(User.id))
    return own.order_by(Notification.id)


add_to_export("notifications", _notifications, "at")
