"""The limits of the database: text COPY of the same rows into the same table, and bare commits."""

import time
from datetime import datetime

import psycopg

from tests.benchmarks.ingest.load import Load

TABLE = "telematics_truckreport"
FOREIGN_SEQ = 10**12  # what is copied has numbers from here on
TURN_SEQ = 10**9
MOST_ROWS = 200_000
BLOCK_BYTES = 2**18
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    " AND NOT attisdropped ORDER BY attnum"
)


def copied_per_second(database_url: str, *, since: datetime, nth: int, for_s: float) -> float:
    """Return rows a second of COPY by one connection, commits included, over some seconds.

    The rows are those the service received since then, again and again under numbers of their
    own; reading them takes none of the time.
    """
    rows, took_s, turn = 0, 0.0, 0
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        names = [name for (name,) in cursor.execute(_COLUMNS, [TABLE])]
        while took_s < for_s:
            number = nth * FOREIGN_SEQ + turn * TURN_SEQ
            shifted = [f"seq + {number}" if name == "seq" else name for name in names]
            read = (
                f"COPY (SELECT {', '.join(shifted)} FROM {TABLE} WHERE received_at >= '{since}'"
                f" AND seq < {FOREIGN_SEQ} LIMIT {MOST_ROWS}) TO STDOUT"
            )
            with cursor.copy(read.encode()) as out:
                text = b"".join(bytes(block) for block in out)
            connection.commit()
            begun = time.perf_counter()
            with cursor.copy(f"COPY {TABLE} ({', '.join(names)}) FROM STDIN".encode()) as into:
                for at in range(0, len(text), BLOCK_BYTES):
                    into.write(text[at : at + BLOCK_BYTES])
            connection.commit()
            took_s += time.perf_counter() - begun
            rows, turn = rows + text.count(b"\n"), turn + 1
    return rows / took_s


def committed(database_url: str, *, for_s: float) -> Load:
    """Commit one small row after the other: what the disk asks of everybody who commits."""
    took_ms = []
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare_commit (number bigint)")
        begun = time.perf_counter()
        while (at := time.perf_counter()) - begun < for_s:
            connection.execute("INSERT INTO bare_commit VALUES (1)")
            took_ms.append((time.perf_counter() - at) * 1000)
    took_ms.sort()
    return Load(
        requests=len(took_ms),
        refused=0,
        broken=0,
        seconds=for_s,
        p50_ms=took_ms[len(took_ms) // 2],
        p99_ms=took_ms[len(took_ms) * 99 // 100],
    )


def kept(database_url: str) -> int:
    """Return how many reports of the service's own are in the history."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {TABLE} WHERE seq < {FOREIGN_SEQ}"
        ).fetchone()
    assert row
    return int(row[0])
