"""The results: tables in Markdown, and the files in ``benchmarks/results``."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import text

from config import ROOT

Row = Mapping[str, Any]

RESULTS = Path(__file__).with_name("results")
LIBRARIES = ("Flask", "Jinja2", "SQLAlchemy", "Werkzeug", "granian", "psycopg")
VERSIONS = {
    "sqlite": "SELECT 'SQLite ' || sqlite_version()",
    "postgresql": "SELECT 'PostgreSQL ' || current_setting('server_version')",
}
REVISION = ["git", "describe", "--always", "--exclude=*", "--dirty= and more"]
MB = 10**6

# The headings of each table, and the keys and formats of its cells.
PAGES = (
    "page | a second | median ms | 99 % ms | statements | bytes | compressed | memory MB | ratio "
    "| reach | aim",
    "page: | a_second:,.0f | median:.1f | near_worst:.1f | statements:, | size:, | compressed:, "
    "| memory:.0f | ratio:.3f | reach:.2f | aim:.2f",
)
FLAT = (
    "page | median ms | base ms | ratio | at most",
    "name: | took:.1f | base_took:.1f | ratio:.2f | at_most:.1f",
)
MEMORY = (
    "after requests to each worker | memory MB | with files (RSS)",
    "requests:, | memory:.1f | resident:.1f",
)
TABLES = {"pages": PAGES, "writes": PAGES, "flat": FLAT, "hostile": FLAT, "memory": MEMORY}


def cells(row: Row, formats: str) -> list[str]:
    """Return the cells of a row; those without a value are empty."""
    texts = {}
    for one in formats.split(" | "):
        key, spec = one.split(":")
        value = row[key] / MB if row[key] and key in ("memory", "resident") else row[key]
        texts[key] = "" if value is None else format(value, spec)
    if row.get("base"):
        texts["name"] += f", to {row['base']}"
    if row.get("failed"):
        texts["page"] += f" ({row['failed']:,} FAILED)"
    if row.get("within"):
        texts["reach"] = f"99 % < {row['within']:.0f}"
    if row.get("size") and not row["compressed"]:
        texts["compressed"] = "no"
    return list(texts.values())


def table(lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, aligned for a terminal. The first of ``lines`` is its heading."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(
        f"| {' | '.join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])} |"
        for line in (lines[0], rule, *lines[1:])
    )


def remark(measure: str, rows: Sequence[Row]) -> str:
    """Return what a reader must know of the figures."""
    if measure == "pages":
        return (
            "The ratio is to a bare Flask view that returns the same bytes on the same server, "
            "measured by turns in the same run: it can be compared, times cannot."
        )
    if measure != "memory":
        return ""
    requests, memory = rows[-1]["requests"], rows[-1]["memory"]
    half = min(rows, key=lambda row: abs(row["requests"] - requests / 2))
    return (
        f"A worker takes {memory / MB:.0f} MB after {requests:,} requests (at most 150), and grew "
        f"by {memory / half['memory'] - 1:.1%} in the second half (at most 5%), without the files "
        "that it maps."
    )


def keep(measure: str, rows: Sequence[Row], app: Flask, folder: Path, name: str) -> str:
    """Write ``rows`` to ``folder`` as JSON and as Markdown; return the Markdown."""
    around = surroundings(app)
    stem = f"{datetime.now(UTC):%Y-%m-%d}-{name}"
    headings, formats = TABLES[measure]
    lines = [headings.split(" | "), *(cells(row, formats) for row in rows)]
    listed = "\n".join(f"- {what}: {value}" for what, value in around.items())
    parts = (f"# {stem}", table(lines), remark(measure, rows), listed)
    page = "\n\n".join(filter(None, parts)) + "\n"
    whole = json.dumps({"surroundings": around, "measured": rows}, indent=2, ensure_ascii=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.json").write_text(whole + "\n")
    (folder / f"{stem}.md").write_text(page)
    return page


def surroundings(app: Flask) -> dict[str, str]:
    """Return the code, the machine, and the versions of its software."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        database = session.scalar(text(VERSIONS[session.get_bind().dialect.name]))
    revision = subprocess.run(REVISION, cwd=ROOT, capture_output=True, text=True, check=False)
    memory = psutil.virtual_memory().total / 10**9
    return {
        "revision": revision.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB",
        "load when it ended": f"{os.getloadavg()[0]:.1f}",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "database": database,
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }
