"""``make bench``: one table of how fast every kind of page is, or a further measure."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from app import create_app

from . import data, report
from .flat import compare, compare_sizes
from .load import find_wrk
from .measuring import Row, measure
from .memory import watch
from .pages import Site
from .sizes import SIZES
from .writes import measure_writes

T = TypeVar("T")


class Bench:
    """One run: what was asked for, and the communities that are open in it."""

    def __init__(self, asked: argparse.Namespace, stack: ExitStack) -> None:
        self.asked, self.stack = asked, stack
        self.site, self.env = self.open(asked.size)
        self.how = {"seconds": asked.seconds, "rounds": asked.rounds}

    def open(self, size: str) -> tuple[Site, Mapping[str, str]]:
        """Return the community of that size, made first where it is missing."""
        cache = self.asked.cache.resolve()
        env = self.stack.enter_context(data.community(size, self.asked.database, cache))
        return Site(create_app(env)), env

    def pages(self) -> report.Table:
        """Measure every kind of page, and the writes."""
        kinds = [kind for kind in self.site.kinds() if self.asked.only in kind.name]
        rows = _telling(measure(self.site.app, self.env, kinds, **self.how))
        return report.of_pages(rows if self.asked.only else rows + self._writes())

    def writes(self) -> report.Table:
        """Measure the writes alone."""
        return report.of_pages(self._writes())

    def flat(self) -> report.Table:
        """Compare what should cost about the same; with size s, where both are made, size l."""
        found = _telling(compare(self.site, self.env, **self.how))
        if self.asked.size == "l" and data.is_made("s", self.asked.database, self.asked.cache):
            both = {"s": self.open("s"), "l": (self.site, self.env)}
            found.append(compare_sizes(both, **self.how))
        return report.of_comparisons(found)

    def memory(self) -> report.Table:
        """Watch the memory of a worker."""
        return report.of_samples(_telling(watch(self.env, self.site.kinds(), self.asked.requests)))

    def _writes(self) -> list[Row]:
        seconds = self.asked.seconds * self.asked.rounds
        return _telling(measure_writes(self.site, self.env, seconds=seconds))


def _telling(measured: Iterable[T]) -> list[T]:
    """Return all that is ``measured``, and show that it goes on."""
    found = []
    for each in measured:
        print(".", end="", file=sys.stderr, flush=True)
        found.append(each)
    print(file=sys.stderr)
    return found


def main() -> None:
    """Read the options, measure, print, and keep the results."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("measure", nargs="?", choices=MEASURES, default="pages")
    options.add_argument("--size", choices=SIZES, default="s")
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--seconds", type=int, default=3, help="how long a round takes")
    options.add_argument("--rounds", type=int, default=5, help="how many are measured")
    options.add_argument("--requests", type=int, default=100_000, help="a worker, for memory")
    options.add_argument("--only", default="", help="pages with this in their name alone")
    options.add_argument("--cache", type=Path, default=data.CACHE, help="where communities are")
    options.add_argument("--results", type=Path, default=report.RESULTS, help="where to write")
    asked = options.parse_args()
    find_wrk()
    with ExitStack() as stack:
        bench = Bench(asked, stack)
        table = MEASURES[asked.measure](bench)
        name = f"{asked.size}-{asked.database}"
        name += "" if asked.measure == "pages" else f"-{asked.measure}"
        kept = report.keep(table, bench.site.app, asked.results, name)
    print(f"\n{table.plain()}\n\n{table.remark}\n\nKept in {kept}")


MEASURES = {
    "pages": Bench.pages,
    "writes": Bench.writes,
    "flat": Bench.flat,
    "memory": Bench.memory,
}

if __name__ == "__main__":
    main()
