"""The signals of this domain, sent within the transaction that changes it."""

from blinker import Namespace

_signals = Namespace()

# The sender is the User, who is new or whose profile changed.
profile_changed = _signals.signal("profile-changed")

# The sender is the User, whose ``role`` is the new one already; ``was`` is the one before.
role_changed = _signals.signal("role-changed")

# The sender is the User, whose ``state`` is the new one already; with ``was_hidden`` and
# ``is_hidden``.
state_changed = _signals.signal("state-changed")

# The sender is the User, who asked to join and waits to be let in.
applied = _signals.signal("applied")

# The sender is the User, who has left and is deleted next. What refers to the user by a foreign key
# goes by itself; what else there is must be deleted too.
account_deleted = _signals.signal("account-deleted")

# The sender is the User, whose state has ended by itself, and is "active" now; ``was`` is the
# state that ended.
state_ended = _signals.signal("state-ended")

# The sender is the Invitation that was made or revoked (``action`` is "invite" or "revoke"); with
# ``by``, None for a command, and ``until`` when it could be used before, None for a new one.
invitation_changed = _signals.signal("invitation-changed")

# The sender is the User who asked to join, and is deleted afterwards unless let in; with ``by``
# (who decided, None for a command), ``is_let_in`` and ``reason``.
application_decided = _signals.signal("application-decided")
