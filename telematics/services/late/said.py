"""What a truck's history says of a span of time, in the order of the reports' own times."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet

from telematics.models import Mark, TruckReport
from telematics.services.plausibility import AHEAD_AT_MOST, NULL_ISLAND_DEG


class Said(NamedTuple):
    """One report of the history: what neighbours are compared by, and what rules look at."""

    recorded_at: datetime
    seq: int
    received_at: datetime
    marks: int
    latitude_deg: float
    longitude_deg: float
    speed_kmh: float
    soc_percent: float
    pack_set_id: int | None
    pack_temperature_c: float | None
    ambient_temperature_c: float | None
    gross_mass_kg: float | None
    cell_spread_mv: float | None
    insulation_kohm: float | None
    alarm_level: int

    @property
    def pack_codes(self) -> int | None:
        """Return the list of packs by its number: lists are compared, never read."""
        return self.pack_set_id

    @property
    def is_late(self) -> bool:
        """Say whether the live state was newer when it came."""
        return bool(self.marks & Mark.LATE.value)


def read_said(truck_id: int, *, start: datetime, end: datetime) -> list[Said]:
    """Return what a truck reported from `start` to before `end`, by its own time."""
    rows = _of(truck_id).filter(recorded_at__gte=start, recorded_at__lt=end)
    return [Said(*row) for row in rows.values_list(*Said._fields).order_by("recorded_at", "seq")]


def last_credible_before(truck_id: int, at: datetime) -> Said | None:
    """Return the last report before an instant that may move a live state."""
    rows = _credible(truck_id).filter(recorded_at__lt=at).order_by("-recorded_at", "-seq")
    row = rows.values_list(*Said._fields).first()
    return None if row is None else Said(*row)


def first_credible_from(truck_id: int, at: datetime) -> Said | None:
    """Return the first report from an instant on that may move a live state."""
    rows = _credible(truck_id).filter(recorded_at__gte=at).order_by("recorded_at", "seq")
    row = rows.values_list(*Said._fields).first()
    return None if row is None else Said(*row)


def _of(truck_id: int) -> QuerySet[TruckReport]:
    return TruckReport.objects.filter(truck_id=truck_id)


def _credible(truck_id: int) -> QuerySet[TruckReport]:
    """Return a truck's reports as `is_credible` sees them, by when each was received."""
    rows = _of(truck_id).filter(recorded_at__lte=F("received_at") + AHEAD_AT_MOST)
    return rows.exclude(
        latitude_deg__gt=-NULL_ISLAND_DEG,
        latitude_deg__lt=NULL_ISLAND_DEG,
        longitude_deg__gt=-NULL_ISLAND_DEG,
        longitude_deg__lt=NULL_ISLAND_DEG,
    )
