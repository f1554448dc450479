"""What this domain announces to those after it, within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the Post. ``mentioned`` holds the ids of the users whom it newly names, and
# ``no_longer``, where it was edited, of those whom it named before.
post_created = _signals.signal("post-created")
post_edited = _signals.signal("post-edited")
# Taken away, and brought back within the time for that.
post_deleted = _signals.signal("post-deleted")
post_restored = _signals.signal("post-restored")
# The sender is the User who acts; ``post`` is the original.
reposted = _signals.signal("reposted")
unreposted = _signals.signal("unreposted")
