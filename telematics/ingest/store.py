"""The one statement that keeps reports: ledger, history by key, live state, breached rules."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection

from telematics.ingest.answer import Hole
from telematics.ingest.ledger import BootName, Names, Numbers
from telematics.ingest.rows import COLUMNS, arrays_of
from telematics.models import Mark, Source
from telematics.services.alarm_rules import bits_of
from telematics.services.arrays import numbers, texts
from telematics.services.lines import Prepared

HOLES_MAX = 8
SETTLE_AFTER = "10 minutes"

_NAMES = ", ".join(column.name for column in COLUMNS)
_SENT = ", ".join(f"%({column.name})s::{column.kind}[]" for column in COLUMNS)
_VALUES = ", ".join(column.value for column in COLUMNS)
# The live state in the units people read, from the row that was kept.
_STATE = {
    "recorded_at": "k.recorded_at",
    "seq": "k.seq",
    "boot_id": "m.boot_id",
    "received_at": "k.received_at",
    "latitude_deg": "k.latitude_e7 / 1e7::float8",
    "longitude_deg": "k.longitude_e7 / 1e7::float8",
    "source_datum": f"CASE k.source WHEN {Source.GCJ02.value} THEN 'gcj02' ELSE 'wgs84' END",
    "speed_kmh": "k.speed_tenths / 10::float8",
    "heading_deg": "k.heading_tenths / 10::float8",
    "altitude_m": "k.altitude_m",
    "odometer_km": "k.odometer_10m / 100::float8",
    "soc_percent": "k.soc_hundredths / 100::float8",
    "pack_temperature_c": "k.pack_temperature_tenths / 10::float8",
    "ambient_temperature_c": "k.ambient_temperature_tenths / 10::float8",
    "gross_mass_kg": "k.gross_mass_10kg * 10",
    "cell_spread_mv": "k.cell_spread_mv",
    "insulation_kohm": "k.insulation_kohm",
    "pack_codes": "string_to_array(m.pack_codes, ',')",
    "alarm_level": "k.alarm_level",
    "marks": "k.marks",
    "breaches": "m.breaches",
}
_MOVES = ", ".join(f"{name} = excluded.{name}" for name in _STATE)

# Rows are sorted by truck in all tables, so that two processes never wait for each other in a ring.
# Ids of boots come with the rows: an upsert that draws one each time would use up the sequence.
STORE = Prepared(f"""
WITH booted AS (
    INSERT INTO telematics_boot AS b (id, truck_id, boot_id, seqs, first_recorded_at,
                                      last_recorded_at, last_received_at)
    SELECT id, truck_id, boot_id, seqs::int8multirange, first_at, last_at, received_at
      FROM unnest(%(boots)s::integer[], %(boot_trucks)s::integer[], %(boot_ids)s::text[],
                  %(boot_seqs)s::text[], %(boots_first)s::timestamptz[],
                  %(boots_last)s::timestamptz[], %(boots_received)s::timestamptz[])
           AS t (id, truck_id, boot_id, seqs, first_at, last_at, received_at)
     ORDER BY truck_id, id
    ON CONFLICT (id) DO UPDATE SET seqs = b.seqs + excluded.seqs,
        first_recorded_at = CASE WHEN isempty(b.seqs) THEN excluded.first_recorded_at
            ELSE least(b.first_recorded_at, excluded.first_recorded_at) END,
        last_recorded_at = CASE WHEN isempty(b.seqs) THEN excluded.last_recorded_at
            ELSE greatest(b.last_recorded_at, excluded.last_recorded_at) END,
        last_received_at = excluded.last_received_at
    RETURNING id, truck_id, boot_id, seqs, closed),
missing AS (
    SELECT truck_id, boot_id, id, int8multirange(range_merge(seqs)) - seqs - closed AS holes
      FROM booted WHERE boot_id <> '' AND seqs <> int8multirange(range_merge(seqs))
    UNION ALL
    -- Holes of earlier starts, which this batch says nothing of: a look into an index each, for a
    -- join would read all boots there are.
    SELECT t.truck_id, (SELECT boot_id FROM telematics_boot b WHERE b.id = g.boot_id), g.boot_id,
           int8multirange(int8range(from_seq, to_seq, '[]'))
           - (SELECT seqs FROM telematics_boot b WHERE b.id = g.boot_id)
      FROM (SELECT DISTINCT truck_id FROM booted) t, LATERAL (
           SELECT boot_id, from_seq, to_seq FROM telematics_gap
            WHERE truck_id = t.truck_id AND state = 'open'
              AND boot_id NOT IN (SELECT id FROM booted)
            ORDER BY boot_id, from_seq LIMIT {HOLES_MAX}) g),
holes AS (
    SELECT truck_id, boot_id, lower(hole) AS from_seq, upper(hole) - 1 AS to_seq, id
      FROM missing, LATERAL (SELECT hole FROM unnest(holes) hole LIMIT {HOLES_MAX}) few),
kept AS (
    INSERT INTO telematics_truckreport ({_NAMES})
    SELECT {_VALUES} FROM unnest({_SENT}) AS t ({_NAMES}) ORDER BY truck_id, recorded_at, seq
    ON CONFLICT DO NOTHING
    RETURNING *),
dirty AS (
    INSERT INTO telematics_dirtyday (truck_id, day)
    SELECT DISTINCT truck_id, (recorded_at AT TIME ZONE 'UTC')::date FROM kept
     WHERE marks & {Mark.LATE.value} <> 0 OR recorded_at < received_at - interval '{SETTLE_AFTER}'
     ORDER BY 1, 2
    -- Locked, so that whoever takes the day waits for what makes it dirty.
    ON CONFLICT (truck_id, day) DO UPDATE SET day = excluded.day),
moved AS (
    INSERT INTO telematics_truckstate AS state (truck_id, {", ".join(_STATE)})
    SELECT m.truck_id, {", ".join(_STATE.values())}
      FROM unnest(%(moved_trucks)s::integer[], %(moved_at)s::timestamptz[],
                  %(moved_seqs)s::bigint[], %(moved_boots)s::text[], %(moved_packs)s::text[],
                  %(moved_breaches)s::bigint[])
           AS m (truck_id, recorded_at, seq, boot_id, pack_codes, breaches)
           JOIN kept k USING (truck_id, recorded_at, seq)
     ORDER BY m.truck_id
    ON CONFLICT (truck_id) DO UPDATE SET {_MOVES}
     WHERE (state.recorded_at, state.seq) < (excluded.recorded_at, excluded.seq)
    RETURNING truck_id),
begun AS (
    INSERT INTO telematics_breach (truck_id, bit, since)
    SELECT t.*
      FROM unnest(%(begun_trucks)s::integer[], %(begun_bits)s::smallint[],
                  %(begun_since)s::timestamptz[]) AS t (truck_id, bit, since)
           JOIN moved USING (truck_id)
     ORDER BY truck_id, bit
    ON CONFLICT (truck_id, bit) DO UPDATE SET since = excluded.since
    RETURNING truck_id),
ended AS (
    DELETE FROM telematics_breach b
     USING unnest(%(ended_trucks)s::integer[], %(ended_bits)s::smallint[]) AS t (truck_id, bit)
           JOIN moved USING (truck_id)
     WHERE b.truck_id = t.truck_id AND b.bit = t.bit
    RETURNING b.truck_id)
SELECT CASE WHEN (SELECT count(*) FROM kept) < cardinality(%(seq)s) THEN (
           SELECT array_agg(place)
             FROM unnest(%(truck_id)s, %(recorded_at)s, %(seq)s)
                  WITH ORDINALITY AS s (truck_id, recorded_at, seq, place)
            WHERE NOT EXISTS (SELECT FROM kept k WHERE (k.truck_id, k.recorded_at, k.seq)
                                                     = (s.truck_id, s.recorded_at, s.seq))) END,
       EXISTS (SELECT FROM begun) OR EXISTS (SELECT FROM ended),
       (SELECT array_agg(ARRAY[truck_id::text, boot_id, from_seq::text, to_seq::text]
                         ORDER BY id, from_seq) FROM holes)
""")  # noqa: S608  names of columns, all from above


type Breach = tuple[int, int]
"""A truck, and the bit of a rule."""


class Move(NamedTuple):
    """The newest credible report a batch has of a truck, and the rules it breaches."""

    at_us: int
    seq: int
    boot_id: str
    pack_codes: str | None
    breaches: int


@dataclass(slots=True)
class Batch:
    """What one statement keeps."""

    rows: list[bytes] = field(default_factory=list)
    boots: dict[BootName, Numbers] = field(default_factory=dict)
    moves: dict[int, Move] = field(default_factory=dict)
    began: dict[Breach, int] = field(default_factory=dict)
    """Since when (microseconds) what is newly breached is so."""
    ended: set[Breach] = field(default_factory=set)
    seen: dict[int, set[tuple[datetime, int]]] = field(default_factory=dict)
    """Keys of reports by truck: the first of equal ones counts."""
    asking: set[int] = field(default_factory=set)

    def change(self, truck_id: int, *, was: int, now: int, at_us: int) -> None:
        """Note the bits of a truck's breached rules that differ."""
        for bit in bits_of(now & ~was):
            self.began[truck_id, bit] = at_us
            self.ended.discard((truck_id, bit))
        for bit in bits_of(was & ~now):
            self.began.pop((truck_id, bit), None)
            self.ended.add((truck_id, bit))


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch: places (from 0) of rows known before, holes by truck."""

    duplicates: frozenset[int]
    has_breaches_changed: bool
    holes: dict[int, list[Hole]]


def store(line: Connection[Any], batch: Batch, names: Names) -> Kept:
    """Keep a batch in one statement, which is one transaction unless the caller opened one.

    A report known already is left as it is. A live state moves only to a credible report later
    than the one it shows, and only then do breached rules change.
    """
    moves = sorted(batch.moves.items())
    began, ended = sorted(batch.began.items()), sorted(batch.ended)
    values = {
        **arrays_of(batch.rows),
        **_boots(batch, names),
        "moved_trucks": numbers([truck for truck, _ in moves], "integer"),
        "moved_at": numbers([move.at_us for _, move in moves], "timestamptz"),
        "moved_seqs": numbers([move.seq for _, move in moves], "bigint"),
        "moved_boots": texts([move.boot_id for _, move in moves]),
        "moved_packs": texts([move.pack_codes for _, move in moves]),
        "moved_breaches": numbers([move.breaches for _, move in moves], "bigint"),
        "begun_trucks": numbers([truck for (truck, _), _ in began], "integer"),
        "begun_bits": numbers([bit for (_, bit), _ in began], "smallint"),
        "begun_since": numbers([at_us for _, at_us in began], "timestamptz"),
        "ended_trucks": numbers([truck for truck, _ in ended], "integer"),
        "ended_bits": numbers([bit for _, bit in ended], "smallint"),
    }
    [(duplicates, has_changed, holes)] = STORE.rows(line, values)
    by_truck: dict[int, list[Hole]] = {}
    for truck, boot_id, from_seq, to_seq in holes or ():
        mine = by_truck.setdefault(int(truck), [])
        if len(mine) < HOLES_MAX:
            mine.append(Hole(boot_id, int(from_seq), int(to_seq)))
    return Kept(frozenset(place - 1 for place in duplicates or ()), has_changed, by_truck)


def _boots(batch: Batch, names: Names) -> dict[str, bytes]:
    boots = sorted(batch.boots.items())
    return {
        "boots": numbers([names.boots[name] for name, _ in boots], "integer"),
        "boot_trucks": numbers([truck_id for (truck_id, _), _ in boots], "integer"),
        "boot_ids": texts([boot_id for (_, boot_id), _ in boots]),
        "boot_seqs": texts([each.multirange for _, each in boots]),
        "boots_first": numbers([each.first_us for _, each in boots], "timestamptz"),
        "boots_last": numbers([each.last_us for _, each in boots], "timestamptz"),
        "boots_received": numbers([each.received_us for _, each in boots], "timestamptz"),
    }
