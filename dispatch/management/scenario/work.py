"""The trucks' work: a shuttle each, and the trip it is on or takes next."""

from datetime import datetime, timedelta

from dispatch.models import Shuttle, Trip
from dispatch.simulation.casting import TruckPart, travelled_s
from fleet.models import Operator, Place, Truck


def make_work(
    trucks: list[Truck],
    parts: list[TruckPart],
    *,
    carriers: list[Operator],
    places: dict[str, Place],
    now: datetime,
) -> None:
    """Give every truck its shuttle and its first trip, begun for those under way."""
    shuttles = Shuttle.objects.bulk_create(
        Shuttle(
            carrier=carriers[index % len(carriers)],
            truck=truck,
            origin=places[part.flow.origin],
            destination=places[part.flow.destination],
            load_out_kg=part.load_kg,
            load_back_kg=0,
            dwell_s=part.dwell_s,
        )
        for index, (truck, part) in enumerate(zip(trucks, parts, strict=True))
    )
    Trip.objects.bulk_create(
        _first_trip(shuttle, part, now) for shuttle, part in zip(shuttles, parts, strict=True)
    )


def _first_trip(shuttle: Shuttle, part: TruckPart, now: datetime) -> Trip:
    trip = Trip(
        carrier=shuttle.carrier,
        truck=shuttle.truck,
        shuttle=shuttle,
        origin=shuttle.origin,
        destination=shuttle.destination,
        load_kg=shuttle.load_out_kg,
        dwell_s=shuttle.dwell_s,
        ready_at=now + timedelta(seconds=part.ready_in_s),
    )
    if part.progress:
        trip.state = Trip.State.UNDERWAY
        trip.left_at = trip.ready_at = now - timedelta(seconds=travelled_s(part))
    return trip
