"""Statements over a bare connection, values sent apart from the text."""

import itertools
import re
from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg import Connection, Cursor
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

_VALUE = re.compile(r"%\((\w+)\)s")


def own_connection() -> Connection[Any]:
    """Return the connection Django holds for this thread, opened if need be."""
    connection.ensure_connection()
    return cast("Connection[Any]", connection.connection)


def run(line: Connection[Any], statement: str, values: Any = None) -> Cursor[Any]:
    """Run a statement; Django's own cursors would paste the values into the text."""
    return Cursor(line).execute(statement.encode(), values)


class Prepared:
    """A statement that runs again and again, prepared once on each connection.

    Its values, `%(name)s` each, come ready as PostgreSQL reads them
    (`telematics.services.arrays`). A cursor would read the text, adapt the values and learn the
    columns anew each time: half of what a batch of few reports costs.
    """

    _count = itertools.count()

    def __init__(self, text: str) -> None:
        self._name = b"yizhan_%d" % next(self._count)
        self._values = list(dict.fromkeys(_VALUE.findall(text)))
        places = {value: f"${n}" for n, value in enumerate(self._values, 1)}
        self._text = _VALUE.sub(lambda found: places[found[1]], text).encode()
        self._formats = [Format.BINARY] * len(places)
        self._readers: WeakKeyDictionary[Connection[Any], Any] = WeakKeyDictionary()

    def rows(self, line: Connection[Any], values: Mapping[str, bytes]) -> list[tuple[Any, ...]]:
        """Run it and return its rows.

        Raises
        ------
        psycopg.Error
            As a cursor does.
        """
        if not line.autocommit and line.info.transaction_status == TransactionStatus.IDLE:
            line.execute("SELECT")  # what is sent past psycopg's cursors begins no transaction
        reader = self._readers.get(line)
        if reader is None:
            line.pgconn.send_prepare(self._name, self._text)
            _result(line)
            reader = self._readers[line] = Transformer(line)
        line.pgconn.send_query_prepared(
            self._name,
            [values[name] for name in self._values],
            param_formats=self._formats,
            result_format=Format.BINARY,
        )
        result = _result(line)
        reader.set_pgresult(result)
        found: list[tuple[Any, ...]] = reader.load_rows(0, result.ntuples, tuple)
        return found


def _result(line: Connection[Any]) -> PGresult:
    result: PGresult
    [result] = line.wait(execute(line.pgconn))
    if result.status == ExecStatus.FATAL_ERROR:
        raise error_from_result(result, encoding=line.info.encoding)
    return result
