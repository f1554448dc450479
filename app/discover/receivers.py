"""What is talked about, and by whom, leaves out hidden and limited people at once."""

from typing import Any

from ..accounts.models import User
from ..accounts.signals import state_changed
from ..jobs import enqueue
from .jobs import refresh_discover


@state_changed.connect
def _refresh(_user: User, **_details: Any) -> None:
    enqueue(refresh_discover)
