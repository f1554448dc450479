"""PostgreSQL's statements by the calls of libpq, each prepared when it first comes."""

from itertools import count
from typing import Any

from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult


class Prepared:
    """The statements of a connection: some dozens, which are not given up again.

    psycopg's cursor finds out each time what is to be done with a statement, which takes the
    process another 50 µs where a page takes some 1,500; and it can be interrupted, which
    these cannot until PostgreSQL has answered.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._libpq, self._encoding = connection.pgconn, connection.info.encoding
        self._adapter = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        # Counted on whatever happens: what was prepared and not noted keeps its name.
        self._numbers = count()

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Return the rows that a statement, with ``$1`` and so on in its text, finds.

        Raises :class:`psycopg.Error` where it fails.
        """
        values: Any = self._adapter.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        types, formats = self._adapter.types or (), self._adapter.formats
        # A number is sent in as many bytes as it takes: those are other types to PostgreSQL.
        name = self._names.get((sql, types)) or self._prepare(sql, types)
        result = self._libpq.exec_prepared(name, values, formats, Format.BINARY)
        self._check(result, ExecStatus.TUPLES_OK)
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, tuple)

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        name = f"reads_{next(self._numbers)}".encode()
        result = self._libpq.prepare(name, sql.encode(self._encoding), types)
        self._check(result, ExecStatus.COMMAND_OK)
        self._names[sql, types] = name
        return name

    def _check(self, result: PGresult, wanted: ExecStatus) -> None:
        if result.status != wanted:
            raise error_from_result(result, encoding=self._encoding)
