"""What talks to the database.

- ``database``: the base class of models, and ``writing()``; ``reading``: ``read()``.
- ``engines``, ``replica``, ``write_lock``: connections. ``schema``: which revision is needed.
- ``ids``, ``types``, ``counters``, ``keyset``: keys, columns, kept counts, windows of lists.
- ``cached_value``: what each process keeps for some seconds. ``characters``: text.
- ``backup``, ``checkpoint``, ``failures``: files of the database, and when it fails.
"""
