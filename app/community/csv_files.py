"""The CSV files of a community: their columns, and their rows with the line of each."""

import csv
from collections.abc import Iterator
from pathlib import Path

FILES = {
    "users.csv": ("username", "display_name", "created_at"),
    "follows.csv": ("follower", "followed"),
    "posts.csv": ("author", "created_at", "body"),
}


class LoadError(ValueError):
    """A file has an invalid row; the message names file and line."""


def rows_of(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file; the key ``at`` of a row holds the name of its file and its line.

    Raises :class:`LoadError`.
    """
    file = folder / name
    line = 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            columns: list[str] = []
            while True:
                line = reader.line_num + 1
                values = next(reader, None)
                if values is None:
                    break
                if not values:
                    continue  # An empty line.
                if not columns:
                    columns = _header(name, values)
                elif len(values) != len(columns):
                    raise LoadError(f"{name}, line {line}: {len(columns)} columns are wanted")
                else:
                    yield dict(zip(columns, values, strict=True)) | {"at": f"{name}, line {line}"}
            if not columns:
                _header(name, [])
    except FileNotFoundError:
        raise LoadError(f"{name} is missing in {folder}") from None
    except UnicodeDecodeError as error:
        raise LoadError(f"{name} is no UTF-8 CSV file: {error}") from error
    except csv.Error as error:
        raise LoadError(f"{name}, line {line}: no row of a CSV file: {error}") from error


def _header(name: str, columns: list[str]) -> list[str]:
    """Return the columns of the file ``name``, if all that are needed are among them."""
    if missing := set(FILES[name]) - set(columns):
        raise LoadError(f"{name}: no column {', '.join(sorted(missing))}")
    if twice := {column for column in columns if columns.count(column) > 1}:
        raise LoadError(f"{name}: column {', '.join(sorted(twice))} is there twice")
    return columns


def row_error(row: dict[str, str], what: str) -> LoadError:
    """Return the error that ``what`` is wrong with a row."""
    return LoadError(f"{row.get('at', 'a row')}: {what}")
