"""The command behind ``make bench``: measures, prints a table, and keeps it."""

import argparse
import os
import sys
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from . import report
from .community import SIZES
from .databases import community
from .hostile import measure_hostile
from .measures import measure_flat, measure_memory, measure_pages, measure_writes
from .pages import Site


def main() -> None:
    """Read the options, measure, print and keep the results."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("measure", nargs="?", choices=report.TABLES, default="pages")
    options.add_argument("--size", choices=SIZES, default="s")
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--seconds", type=int, default=3, help="how long a round takes")
    options.add_argument("--rounds", type=int, default=5, help="how many rounds count")
    options.add_argument("--requests", type=int, default=100_000, help="for each worker, of memory")
    options.add_argument("--only", default="", help="measure only pages with this in their name")
    options.add_argument("--results", type=Path, default=report.RESULTS, help="where to write")
    asked = options.parse_args()
    with ExitStack() as stack:
        # At size l, flat compares home with that of size s. DATABASE_URL can hold only one of them.
        is_flat_at_l = (asked.measure, asked.size) == ("flat", "l")
        sizes = "ls" if is_flat_at_l and "DATABASE_URL" not in os.environ else asked.size
        made = (community(size, asked.database) for size in sizes)
        site, *small = [Site(stack.enter_context(each)) for each in made]
        measured = measure_writes(site, asked.seconds * asked.rounds)
        if asked.measure == "pages":
            pages = measure_pages(site, asked.only, asked.seconds, asked.rounds)
            measured = pages if asked.only else chain(pages, measured)
        elif asked.measure == "flat":
            measured = measure_flat(site, *small, seconds=asked.seconds, rounds=asked.rounds)
        elif asked.measure == "hostile":
            measured = measure_hostile(site, asked.seconds, asked.rounds)
        elif asked.measure == "memory":
            measured = measure_memory(site, asked.requests)
        rows = []
        for row in measured:
            print(".", end="", file=sys.stderr, flush=True)
            rows.append(row)
        name = f"{asked.size}-{asked.database}"
        name += "" if asked.measure == "pages" else f"-{asked.measure}"
        print("\n\n" + report.keep(asked.measure, rows, site.app, asked.results, name))


if __name__ == "__main__":
    main()
