"""How large the made communities are, and by which laws their people differ."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.data.ids import id_at

SEED = 20261124

BODIES = 5_000
FOLLOWS_EACH = 40
LIKES_EACH = 3
# More posts than this are not all liked, but only the newest so many.
MOST_LIKED = 1_000_000
# Who posts a hundredth of everything, each: at size l that is 100,000 times.
PROLIFIC = 20

# People join in one year and do everything else in the next: whoever acts has an id by then.
JOINING, ACTING, END = (id_at(datetime(year, 1, 1, tzinfo=UTC)) for year in (2024, 2025, 2026))
# What was done since then is told in notifications, and is not read since the later moment.
TOLD_SINCE = id_at(datetime(2025, 11, 25, tzinfo=UTC))
UNREAD_SINCE = id_at(datetime(2025, 12, 25, tzinfo=UTC))
# Spread the first of a ranking over everybody: without a divisor in common with any size.
SPREAD_FOLLOWED, SPREAD_FOLLOWERS, SPREAD_POSTS = 7_919, 6_389, 604_171
# The people whom measurements name, by their numbers
KNOWN = ("follows_20", "follows_5000", "follows_prolific")


@dataclass(frozen=True)
class Size:
    """How many people and posts."""

    people: int
    posts: int
    # At ten million posts the index would take longer to make than all the rest.
    has_search: bool = True

    @property
    def a_person(self) -> int:
        """From one person's id to the next."""
        return (ACTING - JOINING) // self.people

    @property
    def a_post(self) -> int:
        """From one post's id to the next."""
        return (END - ACTING) // (self.posts + 1)


SIZES = {
    "s": Size(4_000, 100_000),
    "m": Size(20_000, 1_000_000),
    "l": Size(100_000, 10_000_000, has_search=False),
}
