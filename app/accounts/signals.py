"""What this domain announces to those after it, within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the User. Its name or its profile is new.
profile_changed = _signals.signal("profile-changed")
