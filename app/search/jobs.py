"""The index is filled again after a migration has emptied it."""

from ..jobs import every_minute
from . import index

# At most this long at a time, so that mail is delivered meanwhile.
SECONDS = 30


@every_minute
def complete_index() -> None:
    """Index what is missing. Until all is there, search finds the newest posts only."""
    if not index.is_complete():
        index.fill(SECONDS)
