"""How fast a driver's truck moves, in as few values as the page needs to lock itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from dispatch.selectors.cards import iso
from fleet.models import Shift
from telematics.models import TruckState

SLOW_KMH = 10.0  # below it for a while, the page opens
FAST_KMH = 15.0  # above it for a while, the page locks
RETOLD = 15.0  # seconds between reports after which the same band is news again


class Motion(NamedTuple):
    """The newest speed the onboard unit reported, and when."""

    speed_kmh: float
    recorded_at: datetime

    @property
    def band(self) -> int:
        """Return 0 when slow, 2 when fast, 1 between."""
        return (self.speed_kmh >= SLOW_KMH) + (self.speed_kmh > FAST_KMH)

    def is_news_after(self, told: "Motion | None") -> bool:
        """Whether a page that was told `told` should hear this."""
        if told is None or self.band != told.band:
            return True
        return (self.recorded_at - told.recorded_at).total_seconds() >= RETOLD

    def to_json(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {"speed_kmh": round(self.speed_kmh, 1), "recorded_at": iso(self.recorded_at)}


def motions_of(driver_ids: Sequence[int]) -> dict[int, Motion]:
    """Return the motions of the trucks these drivers are on shift with, in two queries."""
    shifts = Shift.objects.filter(driver__in=driver_ids, ended_at__isnull=True)
    truck_of = dict(shifts.values_list("driver_id", "truck_id"))
    states = TruckState.objects.filter(truck__in=truck_of.values())
    motions = {
        truck_id: Motion(speed_kmh, recorded_at)
        for truck_id, speed_kmh, recorded_at in states.values_list(
            "truck_id", "speed_kmh", "recorded_at"
        )
    }
    return {driver: motions[truck] for driver, truck in truck_of.items() if truck in motions}
