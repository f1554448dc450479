"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is who acts (with an ``id``); ``post`` is the post.
liked = _signals.signal("liked")
unliked = _signals.signal("unliked")
