"""Statements that run for every batch: as cursors would run them, and planned for full tables."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from telematics.ingest.committer import PLANNED_ONCE
from telematics.ingest.ledger import Names
from telematics.ingest.live import live_states
from telematics.ingest.store import Batch, store
from telematics.services.arrays import instant, numbers, texts
from telematics.services.downlinks import fetch_rides
from telematics.services.lines import Prepared
from tests.builders import NOW

type Line = psycopg.Connection[Any]

pytestmark = pytest.mark.django_db
WHERE = ("host", "port", "user", "password", "dbname")
ADD = Prepared("INSERT INTO few SELECT unnest(%(ns)s::integer[]) RETURNING n")


def connect(**options: Any) -> Line:
    given = connection.get_connection_params()
    where = {name: given[name] for name in WHERE if name in given}
    return psycopg.connect(**where, **options)


@pytest.fixture
def line() -> Iterator[Line]:
    with connect() as made:
        made.execute("CREATE TEMPORARY TABLE few (n integer PRIMARY KEY)")
        made.commit()
        yield made


def ns(*values: int) -> dict[str, bytes]:
    return {"ns": numbers(values, "integer")}


def kept(line: Line) -> list[int]:
    return [n for (n,) in line.execute("SELECT n FROM few ORDER BY n")]


def test_values_come_back_as_they_were_sent(line: Line) -> None:
    echo = Prepared(
        "SELECT %(at)s::timestamptz, %(texts)s::text[], %(at)s::timestamptz, %(small)s::smallint[]"
    )
    sent = {
        "at": instant(NOW),
        "texts": texts(["驿站", None, ""]),
        "small": numbers([-1, 0], "smallint"),
    }
    for _ in range(2):
        assert echo.rows(line, sent) == [(NOW, ["驿站", None, ""], NOW, [-1, 0])]
    nothing = {**sent, "texts": texts([]), "small": numbers([], "smallint")}
    assert echo.rows(line, nothing) == [(NOW, [], NOW, [])]


def test_it_belongs_to_the_transaction_of_its_connection(line: Line) -> None:
    assert ADD.rows(line, ns(1, 2)) == [(1,), (2,)]
    line.rollback()
    assert kept(line) == []
    ADD.rows(line, ns(1))
    line.commit()
    line.rollback()
    assert kept(line) == [1]


def test_what_fails_raises_what_a_cursor_raises_and_the_connection_goes_on(line: Line) -> None:
    line.autocommit = True
    ADD.rows(line, ns(1))
    with pytest.raises(psycopg.errors.UniqueViolation):
        ADD.rows(line, ns(2, 1))
    assert ADD.rows(line, ns(3)) == [(3,)]
    assert kept(line) == [1, 3]
    line.close()
    with pytest.raises(psycopg.OperationalError):
        ADD.rows(line, ns(4))


def test_an_ended_session_is_an_operational_error(line: Line) -> None:
    line.autocommit = True
    ADD.rows(line, ns(1))
    with connect(autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [line.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        ADD.rows(line, ns(2))


def test_plans_made_on_empty_tables_read_no_table_whole() -> None:
    options = " ".join(f"-c {name}={value}" for name, value in PLANNED_ONCE.items())
    with connect(autocommit=True, options=options) as line:
        live_states(line, [1])
        store(line, Batch(), Names())
        fetch_rides(line, [1], now=NOW)
        found = line.execute(
            "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements"
        )
        prepared = [(name, count) for name, count in found if name.startswith("yizhan")]
        assert len(prepared) == 3
        for name, count in prepared:
            plan = line.execute(f"EXPLAIN EXECUTE {name}({', '.join(['NULL'] * count)})".encode())
            text = "\n".join(row for (row,) in plan)
            assert "Index Scan" in text
            assert "Seq Scan" not in text, text
