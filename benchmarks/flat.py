"""Measures whether it stays fast: for who follows many, far down a list, in a large community.

Here one browser asks at a time, so that a time is what a page costs and not how long it queued.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from app.accounts.models import User
from app.posts.models import Post
from app.timelines import queries
from app.web.paging import PAGE, Cut, part_of

from .load import Load, one_by_one
from .measuring import in_turns
from .pages import Site
from .requests import Request
from .server import Server, serving

# Which screen is compared with the first that comes by scrolling.
FAR = 1_000


@dataclass(frozen=True)
class Case:
    """Something that should cost about as much as something else."""

    name: str
    server: Server
    requests: Sequence[Request]


@dataclass(frozen=True)
class Comparison:
    """How many times as long one case takes as another. Times are medians, in milliseconds."""

    name: str
    took: float
    base: str
    base_took: float
    ratio: float
    at_most: float


def compare(
    site: Site, env: Mapping[str, str], *, seconds: int, rounds: int
) -> Iterator[Comparison]:
    """Yield the comparisons within one community."""
    names = ("follows_20", "follows_5000", "follows_prolific")
    few, many, prolific = (site.known(name) for name in names)
    with serving(env) as server:
        homes = [
            Case(f"home of {visitor.user.username}", server, [Request("/", visitor)])
            for visitor in (few, many, prolific)
        ]
        screens = [
            Case(f"screen {number:,}", server, [Request(path, many, htmx=True)])
            for number in (2, FAR)
            for path in [f"/?before={entry_at(site, many.user, (number - 1) * PAGE - 1)}"]
        ]
        for base, other, at_most in (
            (homes[0], homes[1], 8.0),
            (homes[0], homes[2], 2.0),
            (screens[0], screens[1], 1.2),
        ):
            yield _compared(base, other, at_most, seconds, rounds)


def compare_sizes(
    communities: Mapping[str, tuple[Site, Mapping[str, str]]], *, seconds: int, rounds: int
) -> Comparison:
    """Return how home in the second of two ``communities`` compares with home in the first."""
    (small, (site, env)), (large, (large_site, large_env)) = communities.items()
    with serving(env) as server, serving(large_env) as large_server:
        return _compared(
            Case(f"home at size {small}", server, _homes(site)),
            Case(f"home at size {large}", large_server, _homes(large_site)),
            1.3,
            seconds,
            rounds,
        )


def _homes(site: Site) -> list[Request]:
    return [Request("/", visitor) for visitor in site.visitors]


def entry_at(site: Site, reader: User, place: int) -> int:
    """Return the id of the entry at that place of somebody's home, the newest being at 0."""
    with site.app.app_context():
        entries = queries.home(reader).changed(part_of, Cut(place + 1), Post.id).all()
    if len(entries) <= place:
        raise SystemExit(f"The home of {reader.username} is not {place + 1:,} entries long.")
    return int(entries[place].id)


def _compared(base: Case, other: Case, at_most: float, seconds: int, rounds: int) -> Comparison:
    pairs = in_turns(lambda: _ask(base, seconds), lambda: _ask(other, seconds), rounds)
    return Comparison(
        other.name,
        median(after.median for _before, after in pairs),
        base.name,
        median(before.median for before, _after in pairs),
        median(after.median / before.median for before, after in pairs),
        at_most,
    )


def _ask(case: Case, seconds: int) -> Load:
    return one_by_one(case.server.url, case.requests, seconds=seconds)
