"""What this domain announces to those after it, within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the User who acts; ``post`` is what they like.
liked = _signals.signal("liked")
unliked = _signals.signal("unliked")
