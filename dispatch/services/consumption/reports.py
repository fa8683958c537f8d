"""A truck's reports of a span of time as a track, with everything that ends a drive."""

from collections.abc import Sequence
from datetime import datetime
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.models import SwapAssignment
from dispatch.planning.segments import Track
from fleet.models import PackMove
from telematics.models import Mark, TruckReport

COLUMNS = (
    "recorded_at",
    "soc_percent",
    "speed_kmh",
    "latitude_deg",
    "longitude_deg",
    "odometer_km",
    "altitude_m",
    "ambient_temperature_c",
    "gross_mass_kg",
    "pack_set__codes",
    "marks",
)
UNUSABLE = (
    Mark.IMPLAUSIBLE_POSITION | Mark.IMPLAUSIBLE_SPEED | Mark.IMPLAUSIBLE_CHARGE | Mark.CLOCK_AHEAD
)
"""A report so marked is left out; that it came late does not matter."""


def first_report_at(truck_id: int, *, after: datetime, before: datetime) -> datetime | None:
    """Return when a truck reported first in a span."""
    rows = TruckReport.objects.filter(
        truck_id=truck_id, recorded_at__gte=after, recorded_at__lt=before
    )
    return rows.order_by("recorded_at").values_list("recorded_at", flat=True).first()


def read_track(truck_id: int, *, since: datetime, until: datetime) -> Track | None:
    """Return the reports from `since` to before `until` in the order of their own time.

    Two reports of one instant count as the later numbered one. None: there are none.
    """
    kept = TruckReport.objects.filter(
        truck_id=truck_id, recorded_at__gte=since, recorded_at__lt=until
    )
    by_time = {
        row[0]: row
        for row in kept.order_by("recorded_at", "seq").values_list(*COLUMNS)
        if not row[-1] & UNUSABLE
    }
    if not by_time:
        return None
    columns = dict(zip(COLUMNS, zip(*by_time.values(), strict=True), strict=True))
    return Track(
        at_s=np.array([at.timestamp() for at in columns["recorded_at"]]),
        soc_percent=_rounded(columns["soc_percent"]),
        speed_kmh=_row(columns["speed_kmh"]),
        latitude_deg=_row(columns["latitude_deg"]),
        longitude_deg=_row(columns["longitude_deg"]),
        odometer_m=_row(columns["odometer_km"]) * 1_000.0,
        altitude_m=_row(columns["altitude_m"]),
        temperature_c=_row(columns["ambient_temperature_c"]),
        gross_mass_kg=_row(columns["gross_mass_kg"]),
        packs=[None if codes is None else ",".join(codes) for codes in columns["pack_set__codes"]],
        cuts_s=tuple(sorted(_swaps_s(truck_id, since=since, until=until))),
    )


def _row(values: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([nan if value is None else value for value in values], dtype=np.float64)


def _rounded(values: Sequence[Any]) -> NDArray[np.float64]:
    """Undo the rounding of floats, so that the step a unit reports its charge in can be seen."""
    return np.round(_row(values), 4)


def _swaps_s(truck_id: int, *, since: datetime, until: datetime) -> set[float]:
    """Return when packs went on or off the truck, by the custody ledger and its promises."""
    moves = PackMove.objects.filter(moved_at__gte=since, moved_at__lt=until)
    at: set[datetime | None] = {*moves.filter(to_truck=truck_id).values_list("moved_at", flat=True)}
    at |= {*moves.filter(from_truck=truck_id).values_list("moved_at", flat=True)}
    swaps = SwapAssignment.objects.filter(
        truck=truck_id, state="done", ended_at__gte=since, ended_at__lt=until
    )
    for began_at, ended_at in swaps.values_list("swapping_at", "ended_at"):
        at |= {began_at, ended_at}
    return {moment.timestamp() for moment in at if moment is not None}
