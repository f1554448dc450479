"""Measures whether a worker keeps its memory, over very many requests of every kind of page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest

from .load import saturate
from .pages import Kind
from .requests import Request
from .server import WORKERS, serving

# So often it is looked at, while so many seconds pass.
EVERY = 5
AT_MOST = 150 * 10**6
GROWS_AT_MOST = 0.05


@dataclass(frozen=True)
class Sample:
    """What the biggest worker took after so many requests to each, in bytes."""

    requests: int
    memory: int
    resident: int


def watch(env: Mapping[str, str], kinds: list[Kind], count: int) -> Iterator[Sample]:
    """Yield what a worker takes, from its first request until it has answered ``count``."""
    requests = mixed(kinds)
    answered = 0
    with serving(env) as server:
        yield Sample(0, *server.memory())
        while answered < count * WORKERS:
            answered += saturate(server.url, requests, seconds=EVERY).answers
            yield Sample(answered // WORKERS, *server.memory())


def growth(samples: list[Sample]) -> float:
    """Return by which share a worker grew in the second half."""
    half = min(samples, key=lambda sample: abs(sample.requests - samples[-1].requests / 2))
    return samples[-1].memory / half.memory - 1


def mixed(kinds: list[Kind]) -> list[Request]:
    """Return the requests of all kinds, by turns."""
    by_turns = zip_longest(*(kind.requests for kind in kinds))
    return [request for request in chain.from_iterable(by_turns) if request]
