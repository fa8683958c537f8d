"""Readings of slots as rows: history that only grows, and live state that only moves forward."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReport:
    """What a station says of one slot; `pack_code` is empty where no pack is."""

    slot: int
    pack_code: str
    soc_percent: float | None
    soh_percent: float | None
    power_kw: float
    temperature_c: float | None
    fault_code: str


def note_packs_in_slots(
    packs: Mapping[int, tuple[str, float | None]], *, recorded_at: datetime, now: datetime
) -> None:
    """Move slots' live state to what a swap left in them: pack code ("" for none) and charge."""
    reports = {
        slot_id: SlotReport(
            slot=0,
            pack_code=code,
            soc_percent=soc_percent,
            soh_percent=None,
            power_kw=0,
            temperature_c=None,
            fault_code="",
        )
        for slot_id, (code, soc_percent) in packs.items()
    }
    move_states_forward(reports, recorded_at=recorded_at, now=now)


_COLUMNS = (
    "slot_id, recorded_at, received_at, pack_code, soc_percent, soh_percent, power_kw,"
    " temperature_c, fault_code"
)
_ROWS = (
    "SELECT slot_id, %s, %s, pack_code, soc_percent, soh_percent, power_kw, temperature_c,"
    " fault_code FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::float8[],"
    " %s::float8[], %s::text[]) AS given (slot_id, pack_code, soc_percent, soh_percent, power_kw,"
    " temperature_c, fault_code) ORDER BY slot_id"
)
_APPEND = (
    f"INSERT INTO telematics_slotreading ({_COLUMNS}) {_ROWS}"
    " ON CONFLICT (slot_id, recorded_at) DO NOTHING RETURNING slot_id"
)
_MOVE_FORWARD = (
    f"INSERT INTO telematics_slotstate AS live ({_COLUMNS}) {_ROWS}"
    " ON CONFLICT (slot_id) DO UPDATE SET recorded_at = EXCLUDED.recorded_at,"
    " received_at = EXCLUDED.received_at, pack_code = EXCLUDED.pack_code,"
    " soc_percent = EXCLUDED.soc_percent, soh_percent = EXCLUDED.soh_percent,"
    " power_kw = EXCLUDED.power_kw, temperature_c = EXCLUDED.temperature_c,"
    " fault_code = EXCLUDED.fault_code"
    " WHERE live.recorded_at < EXCLUDED.recorded_at RETURNING slot_id"
)


def append_readings(
    reports: Mapping[int, SlotReport], *, recorded_at: datetime, now: datetime
) -> set[int]:
    """Append readings by slot; return the slots whose reading is new."""
    return _written(_APPEND, reports, recorded_at, now)


def move_states_forward(
    reports: Mapping[int, SlotReport], *, recorded_at: datetime, now: datetime
) -> set[int]:
    """Move live states to readings newer than they are; return the slots that moved."""
    return _written(_MOVE_FORWARD, reports, recorded_at, now)


def _written(
    statement: str, reports: Mapping[int, SlotReport], recorded_at: datetime, now: datetime
) -> set[int]:
    values = reports.values()
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                recorded_at,
                now,
                list(reports),
                [report.pack_code for report in values],
                _floats(report.soc_percent for report in values),
                _floats(report.soh_percent for report in values),
                _floats(report.power_kw for report in values),
                _floats(report.temperature_c for report in values),
                [report.fault_code for report in values],
            ],
        )
        return {row[0] for row in cursor.fetchall()}


def _floats(values: Iterable[float | None]) -> list[float | None]:
    """Return values as floats throughout: an array has one type, and JSON says 0 for 0.0."""
    return [None if value is None else float(value) for value in values]
