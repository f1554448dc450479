"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the Site before; the arguments are by (an id, or None), and before and after, which
# have the values that changed by name; of a list, what was taken out and what was added.
site_changed = _signals.signal("site-changed")
