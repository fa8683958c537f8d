"""Read records from the columns of a CSV file, by a mapping from our fields to its headers."""

import csv
import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, cast
from zoneinfo import ZoneInfo

from dispatch.management.replay.record import Record, RecordError

NEEDED = ("recorded_at", "latitude_deg", "longitude_deg", "speed_kmh", "soc_percent")
MAY_BE = (
    "altitude_m",
    "heading_deg",
    "odometer_km",
    "pack_temperature_c",
    "ambient_temperature_c",
    "gross_mass_kg",
)
TIME_FORMS = ("%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S")


def read_mapping(text: str) -> dict[str, str]:
    """Read `field=Column,other=Column+Column` as the option gives it.

    Raises
    ------
    RecordError
        A part without `=`, or a field reports do not have.
    """
    mapping = {}
    for part in filter(None, text.split(",")):
        name, sign, column = part.strip().partition("=")
        if not sign or name not in {*NEEDED, *MAY_BE}:
            known = ", ".join([*NEEDED, *MAY_BE])
            raise RecordError(f"--map {part!r}: write field=Column, with one of {known}.")
        mapping[name] = column
    return mapping


def read_columns(path: Path, mapping: Mapping[str, str], *, timezone: ZoneInfo) -> list[Record]:
    """Read a file; `Column+Column` joins two columns with a space, as date and time.

    Raises
    ------
    RecordError
        A column is not there, a value cannot be read, or no row is left.
    """
    if missing := [name for name in NEEDED if name not in mapping]:
        raise RecordError(f"--map lacks {', '.join(missing)}.")
    with _open(path) as lines:
        rows = csv.DictReader(lines)
        wanted = {part for column in mapping.values() for part in column.split("+")}
        if lacking := wanted - set(rows.fieldnames or ()):
            there = ", ".join(rows.fieldnames or ())
            raise RecordError(f"{path.name} has no column {', '.join(sorted(lacking))}: {there}.")
        records = [
            _record(row, mapping, timezone, f"{path.name}, row {number}")
            for number, row in enumerate(rows, start=2)
        ]
    if not records:
        raise RecordError(f"{path.name} has no rows.")
    return sorted(records, key=lambda record: record.at_s)


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _record(
    row: Mapping[str, str], mapping: Mapping[str, str], timezone: ZoneInfo, where: str
) -> Record:
    cells = {
        name: " ".join(row[part] or "" for part in column.split("+")).strip()
        for name, column in mapping.items()
    }
    at_s = read_instant(cells.pop("recorded_at"), timezone=timezone, where=where)
    values = {}
    for name, cell in cells.items():
        try:
            values[name] = float(cell)
        except ValueError:
            if name in NEEDED:
                raise RecordError(f"{where}: {mapping[name]} is {cell!r}, no number.") from None
    return Record(at_s, values)


def read_instant(text: str, *, timezone: ZoneInfo, where: str) -> float:
    """Read ISO 8601, seconds, or one of a few written forms, as seconds since 1970.

    Raises
    ------
    RecordError
        None of these.
    """
    for form in ("", *TIME_FORMS):
        try:
            at = _read_as(form, text, timezone)
        except ValueError:
            continue
        return at.timestamp()
    raise RecordError(f"{where}: {text!r} is no time this can read.")


def _read_as(form: str, text: str, timezone: ZoneInfo) -> datetime:
    if form:
        return datetime.strptime(text, form).replace(tzinfo=timezone)
    if text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=timezone)
