"""Mail: the outbox, and what delivers it."""
