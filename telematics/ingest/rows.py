"""A report as a row of the history: whole steps in two, four or eight bytes."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from telematics.ingest.decode import Report
from telematics.services.arrays import numbers

NONE_INT = -(2**31)
NONE_SMALL = -(2**15)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the history: its type, and whether a report may leave it out."""

    name: str
    kind: str
    is_optional: bool = False

    @property
    def value(self) -> str:
        """Return the SQL that turns what was sent into the column's value."""
        none = NONE_INT if self.kind == "integer" else NONE_SMALL
        return f"nullif({self.name}, {none})" if self.is_optional else self.name


COLUMNS = (
    Column("recorded_at", "timestamptz"),
    Column("received_at", "timestamptz"),
    Column("seq", "bigint"),
    Column("truck_id", "integer"),
    Column("boot_no", "integer"),
    Column("pack_set_id", "integer", is_optional=True),
    Column("latitude_e7", "integer"),
    Column("longitude_e7", "integer"),
    Column("odometer_10m", "integer", is_optional=True),
    Column("speed_tenths", "smallint"),
    Column("heading_tenths", "smallint", is_optional=True),
    Column("altitude_m", "smallint", is_optional=True),
    Column("soc_hundredths", "smallint"),
    Column("pack_temperature_tenths", "smallint", is_optional=True),
    Column("ambient_temperature_tenths", "smallint", is_optional=True),
    Column("gross_mass_10kg", "smallint", is_optional=True),
    Column("cell_spread_mv", "smallint", is_optional=True),
    Column("insulation_kohm", "smallint", is_optional=True),
    Column("alarm_level", "smallint"),
    Column("marks", "smallint"),
    Column("source", "smallint"),
)
_BYTES = {"timestamptz": "i8", "bigint": "i8", "integer": "i4", "smallint": "i2"}
_ROW = np.dtype([(column.name, f"<{_BYTES[column.kind]}") for column in COLUMNS])
_CODES = {"timestamptz": "q", "bigint": "q", "integer": "i", "smallint": "h"}
_pack = struct.Struct("<" + "".join(_CODES[column.kind] for column in COLUMNS)).pack


def pack_row(
    report: Report,
    *,
    at_us: int,
    truck_id: int,
    boot_no: int,
    pack_set_id: int | None,
    received_us: int,
    marks: int,
    source: int,
) -> bytes:
    """Return one row; the report's values are within the bounds its decoder keeps."""
    odometer_km, heading_deg = report.odometer_km, report.heading_deg
    altitude_m, mass_kg = report.altitude_m, report.gross_mass_kg
    pack_c, ambient_c = report.pack_temperature_c, report.ambient_temperature_c
    spread_mv, insulation_kohm = report.cell_spread_mv, report.insulation_kohm
    return _pack(
        at_us,
        received_us,
        report.seq,
        truck_id,
        boot_no,
        NONE_INT if pack_set_id is None else pack_set_id,
        round(report.latitude_deg * 1e7),
        round(report.longitude_deg * 1e7),
        NONE_INT if odometer_km is None else round(odometer_km * 100),
        round(report.speed_kmh * 10),
        NONE_SMALL if heading_deg is None else round(heading_deg * 10),
        NONE_SMALL if altitude_m is None else round(altitude_m),
        round(report.soc_percent * 100),
        NONE_SMALL if pack_c is None else round(pack_c * 10),
        NONE_SMALL if ambient_c is None else round(ambient_c * 10),
        NONE_SMALL if mass_kg is None else round(mass_kg / 10),
        NONE_SMALL if spread_mv is None else round(spread_mv),
        NONE_SMALL if insulation_kohm is None else round(insulation_kohm),
        report.alarm_level,
        marks,
        source,
    )


def arrays_of(rows: Sequence[bytes]) -> dict[str, bytes]:
    """Return packed rows as one array a column."""
    table = np.frombuffer(b"".join(rows), dtype=_ROW)
    return {column.name: numbers(table[column.name], column.kind) for column in COLUMNS}
