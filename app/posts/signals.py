"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the Post. ``mentioned`` has the ids of the users who are newly mentioned. A new post
# comes with its ``author``; an edit with ``no_longer_mentioned``, ids too, and ``body_before``.
post_created = _signals.signal("post-created")
post_edited = _signals.signal("post-edited")
# The sender is the Post: new, or edited. Comes after those two, so that a later domain may hide it.
post_written = _signals.signal("post-written")
# Deleted, and restored within the time for that.
post_deleted = _signals.signal("post-deleted")
post_restored = _signals.signal("post-restored")
# Deleted by its author while it waited for moderators.
post_withdrawn = _signals.signal("post-withdrawn")
# The sender is a list of ids of deleted posts. Their text was erased for good, but their rows stay
# for their threads: what other tables have about them must be deleted too.
posts_erased = _signals.signal("posts-erased")
# The sender is who acts (with an ``id``); ``post`` is the original.
reposted = _signals.signal("reposted")
unreposted = _signals.signal("unreposted")
