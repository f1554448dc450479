"""What this domain announces to those after it, within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the User who acts; ``author`` is the other one.
followed = _signals.signal("followed")
unfollowed = _signals.signal("unfollowed")
