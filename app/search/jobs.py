"""The index is filled again after a migration has emptied it."""

from ..jobs import every_minute, job
from . import index

# At most this long at a time, so that mail is delivered meanwhile.
SECONDS = 30


@job
def index_author(user_id: int) -> None:
    """Index the posts of somebody whose account is in another state than before."""
    index.index_author(user_id)


@every_minute
def complete_index() -> None:
    """Index what is missing. Until all is there, search finds the newest posts only."""
    if not index.is_complete():
        index.fill(SECONDS)
