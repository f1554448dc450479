"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the Picture, which the worker has made ready to be shown.
picture_ready = _signals.signal("picture-ready")
