"""PostgreSQL's statements by the calls of libpq, each prepared when it first comes."""

from typing import Any

from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult


class Prepared:
    """The statements of a connection. As many as are asked for: they are not given up again.

    psycopg's cursor makes the same calls, but finds out each time what is to be done with a
    statement: that took the process another 50 µs, where a page takes some 1,500.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._libpq = connection.pgconn
        self._values = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Return the rows that a statement, with ``$1`` and so on in its text, finds.

        Raises :class:`psycopg.Error` where it fails.
        """
        values: Any = self._values.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        # A number is sent in as many bytes as it takes: those are other types to PostgreSQL.
        key = sql, self._values.types or ()
        name = self._names.get(key)
        if name is None:
            name = f"reads_{len(self._names)}".encode()
            _done(self._libpq.prepare(name, sql.encode(), key[1]))
            self._names[key] = name
        formats = self._values.formats
        found = _done(self._libpq.exec_prepared(name, values, formats, Format.BINARY))
        self._values.set_pgresult(found)
        return self._values.load_rows(0, found.ntuples, tuple)


def _done(result: PGresult) -> PGresult:
    if result.status == ExecStatus.FATAL_ERROR:
        raise error_from_result(result)
    return result
