"""What was measured as a table, to be read here and kept in ``benchmarks/results``."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from app.data.database import db
from app.data.engines import sqlite
from config import ROOT

from .flat import Comparison
from .measuring import Row
from .memory import AT_MOST, GROWS_AT_MOST, Sample, growth
from .plot import plot

RESULTS = Path(__file__).with_name("results")
LIBRARIES = ("Flask", "Jinja2", "SQLAlchemy", "Werkzeug", "granian", "psycopg")
MB = 10**6


@dataclass(frozen=True)
class Table:
    """Cells under headings, and what they were made from."""

    headings: Sequence[str]
    cells: Sequence[Sequence[str]]
    measured: Sequence[Any]
    remark: str = ""

    def plain(self) -> str:
        """Return the table for a terminal: names to the left, figures to the right."""
        lines = [self.headings, *self.cells]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
            for line in lines
        )

    def markdown(self) -> str:
        """Return the table for a page."""
        rule = ["---", *["---:"] * (len(self.headings) - 1)]
        lines = [self.headings, rule, *self.cells]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def of_pages(rows: Sequence[Row]) -> Table:
    """Return the table of kinds of page and of writes."""
    headings = (
        "page|a second|median ms|99 % ms|statements|bytes|compressed|memory MB|ratio|reach|aim"
    )
    cells = [
        (
            row.page + (f" ({row.failed:,} FAILED)" if row.failed else ""),
            f"{row.a_second:,.0f}",
            f"{row.median:.1f}",
            f"{row.near_worst:.1f}",
            _number(row.statements),
            _number(row.size),
            _compressed(row),
            f"{row.memory / MB:.0f}" if row.memory else "",
            "" if row.ratio is None else f"{row.ratio:.3f}",
            _ratio(row.reach) if row.within is None else f"99 % < {row.within:.0f}",
            _ratio(row.aim),
        )
        for row in rows
    ]
    remark = (
        "The ratio is to a bare Flask view that returns the same bytes on the same server, "
        "measured by turns in the same run: it can be compared, times cannot."
    )
    rated = any(row.ratio is not None for row in rows)
    return Table(headings.split("|"), cells, rows, remark if rated else "")


def of_comparisons(comparisons: Sequence[Comparison]) -> Table:
    """Return the table of what should cost about the same."""
    cells = [
        (
            f"{each.name}, to {each.base}",
            f"{each.took:.1f}",
            f"{each.base_took:.1f}",
            f"{each.ratio:.2f}",
            f"{each.at_most:.1f}",
        )
        for each in comparisons
    ]
    return Table(("page", "median ms", "base ms", "ratio", "at most"), cells, comparisons)


def of_samples(samples: Sequence[Sample]) -> Table:
    """Return the table of what a worker took."""
    cells = [
        (f"{each.requests:,}", f"{each.memory / MB:.1f}", f"{each.resident / MB:.1f}")
        for each in samples
    ]
    last = samples[-1]
    remark = (
        f"A worker takes {last.memory / MB:.0f} MB after {last.requests:,} requests (at most "
        f"{AT_MOST / MB:.0f}), and grew by {growth(samples):.1%} in the second half (at most "
        f"{GROWS_AT_MOST:.0%}): that is what it has for itself, without the files that it maps."
    )
    headings = ("after requests to each worker", "memory MB", "with files (RSS)")
    return Table(headings, cells, samples, remark)


def keep(table: Table, app: Flask, folder: Path, name: str) -> Path:
    """Write ``table`` to ``folder`` as JSON and Markdown, rows with a ratio as a plot too.

    Returns where the Markdown is.
    """
    around = surroundings(app)
    stem = f"{datetime.now(UTC):%Y-%m-%d}-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    measured = [asdict(each) for each in table.measured]
    whole = {"surroundings": around, "measured": measured}
    (folder / f"{stem}.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    parts = [f"# {stem}", table.markdown(), table.remark]
    rated = [row for row in table.measured if isinstance(row, Row) and row.ratio]
    if rated:
        (folder / f"{stem}.svg").write_text(plot(rated, name))
        parts.append(f"![Ratio to a bare view]({stem}.svg)")
    parts.append("\n".join(f"- {what}: {value}" for what, value in around.items()))
    page = folder / f"{stem}.md"
    page.write_text("\n\n".join(part for part in parts if part) + "\n")
    return page


def surroundings(app: Flask) -> dict[str, str]:
    """Return on what it was measured: the code, the machine, and the versions of its parts."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return {
        "revision": _git("rev-parse", "--short", "HEAD") + (" and more" if _git("diff") else ""),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {memory / 10**9:.0f} GB",
        "load when it ended": f"{os.getloadavg()[0]:.1f}",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "database": _database(app),
        "libraries": libraries,
    }


def _git(*arguments: str) -> str:
    found = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def _database(app: Flask) -> str:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return f"SQLite {sqlite.sqlite_version}"
        return f"PostgreSQL {db.session.scalar(text('SHOW server_version'))}"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _compressed(row: Row) -> str:
    if row.size is None:
        return ""
    return _number(row.compressed) or "no"
