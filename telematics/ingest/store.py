"""The one statement that keeps reports: history by key, and the live state moved forward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from telematics.ingest.decode import Report
from telematics.ingest.judge import Before
from telematics.models import TruckState

# Each column once: name and type of its array, and how the array's value becomes the column's.
_COLUMNS = {
    "truck_id": "bigint",
    "recorded_at": "timestamptz",
    "seq": "bigint",
    "received_at": "timestamptz",
    "boot_id": "text",
    "latitude_deg": "double precision",
    "longitude_deg": "double precision",
    "source_datum": "text",
    "speed_kmh": "real",
    "soc_percent": "real",
    "heading_deg": "real",
    "altitude_m": "real",
    "odometer_km": "double precision",
    "pack_temperature_c": "real",
    "ambient_temperature_c": "real",
    "gross_mass_kg": "real",
    "pack_codes": "text",
    "alarm_level": "smallint",
    "marks": "smallint",
}
_NAMES = ", ".join(_COLUMNS)
# Arrays of one dimension only: the codes of a truck's packs travel as one text.
_VALUES = _NAMES.replace("pack_codes", "string_to_array(pack_codes, ',')")
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in (*_COLUMNS.values(), "boolean"))
_MOVES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "truck_id")

# Rows are sorted by truck in both tables, so that two requests never wait for each other in a ring.
STORE = f"""
WITH sent AS (SELECT * FROM unnest({_ARRAYS}) AS t ({_NAMES}, is_credible)),
kept AS (
    INSERT INTO telematics_truckreport ({_NAMES})
    SELECT {_VALUES} FROM sent ORDER BY truck_id, recorded_at, seq
    ON CONFLICT DO NOTHING
    RETURNING {_NAMES}),
moved AS (
    INSERT INTO telematics_truckstate AS state ({_NAMES})
    SELECT DISTINCT ON (truck_id) {", ".join(f"kept.{name}" for name in _COLUMNS)}
      FROM kept JOIN sent USING (truck_id, recorded_at, seq)
     WHERE sent.is_credible
     ORDER BY truck_id, recorded_at DESC, seq DESC
    ON CONFLICT (truck_id) DO UPDATE SET {_MOVES}
     WHERE (state.recorded_at, state.seq) < (excluded.recorded_at, excluded.seq))
SELECT truck_id, recorded_at, seq FROM kept
"""  # noqa: S608  names of columns, all from above

KEEP_ODD = """
INSERT INTO telematics_oddreport (truck_id, recorded_at, seq, received_at, reason, body)
SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::timestamptz[], %s::text[],
                     %s::jsonb[])
ON CONFLICT DO NOTHING
RETURNING truck_id, recorded_at, seq
"""

type Key = tuple[int, datetime, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A report of a truck as it will be kept: position in WGS 84, with its marks."""

    truck_id: int
    received_at: datetime
    report: Report
    source_datum: str
    marks: int
    is_credible: bool

    @property
    def key(self) -> Key:
        """Return what the report is known by."""
        return self.truck_id, self.report.recorded_at, self.report.seq


def live_state(truck_id: int) -> Before | None:
    """Return what a truck's live state says, as far as new reports are compared with it."""
    state = TruckState.objects.filter(pk=truck_id).first()
    if state is None:
        return None
    return Before(
        recorded_at=state.recorded_at,
        seq=state.seq,
        boot_id=state.boot_id,
        latitude_deg=state.latitude_deg,
        longitude_deg=state.longitude_deg,
        speed_kmh=state.speed_kmh,
        soc_percent=state.soc_percent,
        pack_codes=None if state.pack_codes is None else tuple(state.pack_codes),
    )


def store_rows(rows: Sequence[Row]) -> set[Key]:
    """Keep reports and move live states forward; return the keys that were new.

    One statement: history and live state commit together. A report known already is left as it
    is. A live state moves only to a credible report later than the one it shows.
    """
    columns = [list(column) for column in zip(*map(_values, rows), strict=True)]
    try:
        return _store(columns)
    except IntegrityError:
        # The day's partition was attached while the rows were on their way to the default one.
        if connection.in_atomic_block:
            raise
        return _store(columns)


def _store(columns: list[list[Any]]) -> set[Key]:
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns)
        return set(cursor.fetchall())


def _values(row: Row) -> tuple[Any, ...]:
    report = row.report
    return (
        row.truck_id,
        report.recorded_at,
        report.seq,
        row.received_at,
        report.boot_id,
        report.latitude_deg,
        report.longitude_deg,
        row.source_datum,
        report.speed_kmh,
        report.soc_percent,
        report.heading_deg,
        report.altitude_m,
        report.odometer_km,
        report.pack_temperature_c,
        report.ambient_temperature_c,
        report.gross_mass_kg,
        None if report.pack_codes is None else ",".join(report.pack_codes),
        report.alarm_level,
        row.marks,
        row.is_credible,
    )


def store_odd(rows: Sequence[tuple[Key, datetime, str, str]]) -> set[Key]:
    """Keep reports apart, each (key, received at, reason, JSON), and return the new keys."""
    columns: list[list[Any]] = [
        [key[0] for key, *_ in rows],
        [key[1] for key, *_ in rows],
        [key[2] for key, *_ in rows],
        [received_at for _, received_at, _, _ in rows],
        [reason for _, _, reason, _ in rows],
        [body for *_, body in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(KEEP_ODD, columns)
        return set(cursor.fetchall())
