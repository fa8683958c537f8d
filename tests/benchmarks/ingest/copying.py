"""The limit of the database: text COPY of the same rows into the same table, one connection."""

import time
from datetime import datetime

import psycopg

TABLE = "telematics_truckreport"
FOREIGN_SEQ = 10**12  # what is copied has numbers from here on
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    " AND NOT attisdropped ORDER BY attnum"
)


def copied_per_second(database_url: str, *, since: datetime, nth: int, most: int) -> float:
    """Return rows a second of COPY, commit included.

    The rows are those the service received since then, under numbers of their own; reading them
    takes none of the time.
    """
    with psycopg.connect(database_url) as connection:
        names = [name for (name,) in connection.execute(_COLUMNS, [TABLE])]
        shifted = [f"seq + {nth * FOREIGN_SEQ}" if name == "seq" else name for name in names]
        rows = (
            f"COPY (SELECT {', '.join(shifted)} FROM {TABLE} WHERE received_at >= '{since}'"
            f" AND seq < {FOREIGN_SEQ} LIMIT {most}) TO STDOUT"
        )
        cursor = connection.cursor()
        with cursor.copy(rows.encode()) as out:
            blocks = [bytes(block) for block in out]
        connection.commit()
        joined = b"".join(blocks)
        begun = time.perf_counter()
        with cursor.copy(f"COPY {TABLE} ({', '.join(names)}) FROM STDIN".encode()) as into:
            for at in range(0, len(joined), 2**18):
                into.write(joined[at : at + 2**18])
        connection.commit()
        return joined.count(b"\n") / (time.perf_counter() - begun)


def kept(database_url: str) -> int:
    """Return how many reports of the service's own are in the history."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {TABLE} WHERE seq < {FOREIGN_SEQ}"
        ).fetchone()
    assert row
    return int(row[0])
