"""The limits of the database: text COPY of the same rows, and bare commits.

COPY goes into the service's own table, and into one of rows as wide as those the floor was set
with (15 values: keys, place, six readings and four named values in `jsonb`; primary key and BRIN):
a table that is made small is quicker to copy into, and its reports no slower to take.
"""

import time
from datetime import datetime

import psycopg

from tests.benchmarks.ingest.load import Load

TABLE = "telematics_truckreport"
FOREIGN_SEQ = 10**12  # what is copied has numbers from here on
TURN_SEQ = 10**9
MOST_ROWS = 200_000
BLOCK_BYTES = 2**18
WIDE = "copied_wide"
_WIDE_COLUMNS = {
    "truck_id": "truck_id",
    "seq": "seq",
    "recorded_at": "recorded_at",
    "latitude_deg": "latitude_e7 / 1e7",
    "longitude_deg": "longitude_e7 / 1e7",
    "speed_kmh": "speed_tenths / 10.0",
    "heading_deg": "heading_tenths / 10.0",
    "altitude_m": "altitude_m",
    "soc_percent": "soc_hundredths / 100.0",
    "pack_temperature_c": "pack_temperature_tenths / 10.0",
    "gross_mass_kg": "gross_mass_10kg * 10",
    "odometer_km": "odometer_10m / 100.0",
    "more": "jsonb_build_object('ambient_temperature_c', ambient_temperature_tenths / 10.0,"
    " 'cell_spread_mv', cell_spread_mv, 'insulation_kohm', insulation_kohm,"
    " 'alarm_level', alarm_level)",
}
_MAKE_WIDE = f"""
CREATE TABLE IF NOT EXISTS {WIDE} (
    truck_id bigint, seq bigint, recorded_at timestamptz, latitude_deg float8, longitude_deg float8,
    speed_kmh real, heading_deg real, altitude_m real, soc_percent real, pack_temperature_c real,
    gross_mass_kg real, odometer_km float8, more jsonb,
    PRIMARY KEY (truck_id, recorded_at, seq));
CREATE INDEX IF NOT EXISTS {WIDE}_recorded ON {WIDE} USING brin (recorded_at);
"""
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    " AND NOT attisdropped ORDER BY attnum"
)


def copied_per_second(
    database_url: str, *, since: datetime, nth: int, for_s: float, is_wide: bool = False
) -> float:
    """Return rows a second of COPY by one connection, commits included, over some seconds.

    The rows are those the service received since then, again and again under numbers of their
    own; reading them takes none of the time.
    """
    rows, took_s, turn = 0, 0.0, 0
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        if is_wide:
            cursor.execute(_MAKE_WIDE)
            columns = _WIDE_COLUMNS
        else:
            columns = {name: name for (name,) in cursor.execute(_COLUMNS, [TABLE])}
        into = f"COPY {WIDE if is_wide else TABLE} ({', '.join(columns)}) FROM STDIN"
        while took_s < for_s:
            number = nth * FOREIGN_SEQ + turn * TURN_SEQ
            read = columns | {"seq": f"seq + {number}"}
            chosen = (
                f"COPY (SELECT {', '.join(read.values())} FROM {TABLE}"
                f" WHERE received_at >= '{since}' AND seq < {FOREIGN_SEQ} LIMIT {MOST_ROWS})"
                " TO STDOUT"
            )
            with cursor.copy(chosen.encode()) as out:
                text = b"".join(bytes(block) for block in out)
            connection.commit()
            begun = time.perf_counter()
            _copy(cursor, into, text)
            connection.commit()
            took_s += time.perf_counter() - begun
            rows, turn = rows + text.count(b"\n"), turn + 1
    return rows / took_s


def _copy(cursor: psycopg.Cursor, into: str, text: bytes) -> None:
    with cursor.copy(into.encode()) as copy:
        for at in range(0, len(text), BLOCK_BYTES):
            copy.write(text[at : at + BLOCK_BYTES])


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
