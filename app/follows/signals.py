"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is who acts; ``author`` is the other person. Both have an ``id``.
followed = _signals.signal("followed")
unfollowed = _signals.signal("unfollowed")
