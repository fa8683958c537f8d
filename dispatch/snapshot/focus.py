"""What is read when one truck is all that matters: it, and the stations it could be swapped at."""

from dataclasses import dataclass

import numpy as np
from django.conf import settings

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.snapshot.routes import stations_on_the_way
from dispatch.snapshot.trucks import TruckAhead
from fleet.models import Region, SwapStation


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A person's decision: this truck alone is planned, to this station alone, need or not."""

    truck_id: int
    station_id: int


def stations_to_read(
    region: Region, trucks: dict[int, TruckAhead], *, wish: Wish | None
) -> set[int]:
    """Return the stations near the ways of trucks, and those they are promised a swap at."""
    if wish is not None:
        return {wish.station_id}
    rows = SwapStation.objects.filter(region=region, is_active=True).order_by("pk")
    places = list(rows.values_list("pk", "latitude_deg", "longitude_deg"))
    promised = SwapAssignment.objects.filter(truck__in=list(trucks), state__in=LIVE)
    found = set(promised.values_list("station_id", flat=True))
    if not places:
        return found
    points = np.array([(latitude_deg, longitude_deg) for _, latitude_deg, longitude_deg in places])
    for ahead in trucks.values():
        if ahead.route.legs:
            near = stations_on_the_way(ahead.route, points, count=settings.TRAVEL_STATIONS)
            found |= {places[index][0] for row in near for index in row}
    return found
