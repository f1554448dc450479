"""The archive: a ZIP file with each list as JSON and as CSV, and the files of a person."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask_babel import gettext as _

from ..accounts.exporting import FILES, PARTS, Part
from ..accounts.models import User
from ..data.ids import moment_of
from ..data.reading import read_latest
from ..site import site
from ..web.i18n import using_language
from ..web.urls import external_url

# How a text begins that a spreadsheet takes for a formula (OWASP, CSV Injection).
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Bytes of a list that are kept in memory.
IN_MEMORY = 1_000_000


def size_of(user_id: int) -> int:
    """Return how many lists and files the archive of a user has."""
    return len(PARTS) + sum(files.count(user_id) for files in FILES)


def write_archive(user: User, target: IO[bytes], report: Callable[[int], None]) -> None:
    """Write all that is the own of ``user`` to ``target``.

    ``report`` is called with how many lists and files are in it by then. Raises
    :class:`app.media.stores.StoreUnavailableError`.
    """
    done = 0
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _introduction(user))
        for part in PARTS:
            _add(archive, part, user.id)
            done += 1
            report(done)
        for files in FILES:
            for name, pieces in files.open(user.id):
                # Pictures are compressed already.
                info = ZipInfo(name, date_time=_NO_DATE)
                info.compress_type = ZIP_STORED
                with archive.open(info, "w") as file:
                    for piece in pieces:
                        file.write(piece)
                done += 1
                report(done)


# The earliest that a ZIP file knows.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def _introduction(user: User) -> str:
    with using_language(user.language):
        return "\n\n".join(
            (
                _("What @%(name)s has on %(site)s", name=user.username, site=site().name),
                _("Each list is here twice: as JSON for programs, as CSV for spreadsheets."),
                _(
                    "Times are in UTC. The post with the number 123 is at %(url)s.",
                    url=external_url("posts.show", id=123),
                ),
                "",
            )
        )


def _add(archive: ZipFile, part: Part, user_id: int) -> None:
    """Add a list, read once: as JSON at once, as CSV afterwards."""
    result = read_latest(part.rows(), owner_id=user_id)
    names = list(result.keys())
    with SpooledTemporaryFile(IN_MEMORY) as kept:
        text = TextIOWrapper(kept, "utf-8", newline="")
        table = csv.writer(text)
        table.writerow(names)
        with archive.open(f"{part.name}.json", "w") as file:
            file.write(b"[")
            for number, row in enumerate(_values(part, names, result)):
                file.write(b",\n" if number else b"\n")
                file.write(json.dumps(row, ensure_ascii=False).encode())
                table.writerow([cell(value) for value in row.values()])
            file.write(b"\n]\n")
        text.flush()
        kept.seek(0)
        with archive.open(f"{part.name}.csv", "w") as file:
            # So that spreadsheets see that it is UTF-8.
            file.write("\ufeff".encode())
            while block := kept.read(IN_MEMORY):
                file.write(block)
        text.detach()


def _values(part: Part, names: list[str], rows: Any) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        values = dict(zip(names, row, strict=True))
        for name in part.times:
            values[name] = moment_of(values[name])
        yield {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON has it. Ids are text: JavaScript rounds numbers of their size."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value


def cell(value: Any) -> Any:
    """Return ``value`` as a spreadsheet shows it, which takes some texts for formulas."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA)
    return f"'{value}" if is_formula else value
