"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the User, who is new or whose profile changed.
profile_changed = _signals.signal("profile-changed")
