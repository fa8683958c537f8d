"""Shuttles repeat themselves: there are always some trips ahead of each."""

from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from dispatch.models import Shuttle, Trip

TRIPS_AHEAD = 3
AHEAD = (Trip.State.PLANNED, Trip.State.UNDERWAY)


def extend_shuttles(*, now: datetime) -> int:
    """Give each active shuttle its next trips, to and fro; return how many were made.

    Each begins where the one before it ends, and may leave as soon as the truck is there. Equal
    rounds make equal numbers, so `dispatch_trip_is_ordered_once` decides between those that run
    at the same time.
    """
    mine = Trip.objects.filter(truck=OuterRef("truck"), shuttle=OuterRef("pk"), state__in=AHEAD)
    ahead = mine.order_by().values("shuttle").annotate(n=Count("pk")).values("n")
    short = (
        Shuttle.objects.filter(is_active=True, truck__is_active=True)
        .annotate(ahead=Coalesce(Subquery(ahead, output_field=IntegerField()), 0))
        .filter(ahead__lt=TRIPS_AHEAD)
    )
    new = [
        trip
        for shuttle in short
        for trip in _next_trips(shuttle, count=TRIPS_AHEAD - shuttle.ahead, now=now)
    ]
    return len(Trip.objects.bulk_create(new, ignore_conflicts=True))


def _next_trips(shuttle: Shuttle, *, count: int, now: datetime) -> list[Trip]:
    trips = Trip.objects.filter(shuttle=shuttle)
    made = trips.count()
    last = trips.exclude(state=Trip.State.CANCELLED).order_by("-ready_at", "-pk").first()
    new: list[Trip] = []
    for number in range(made, made + count):
        is_back = last is not None and last.destination_id == shuttle.destination_id
        ready_at = max(now, last.ready_at + timedelta(seconds=1)) if last else now
        last = _trip(shuttle, number=number, is_back=is_back, ready_at=ready_at)
        new.append(last)
    return new


def _trip(shuttle: Shuttle, *, number: int, is_back: bool, ready_at: datetime) -> Trip:
    ends = [shuttle.origin_id, shuttle.destination_id]
    return Trip(
        carrier_id=shuttle.carrier_id,
        external_id=f"shuttle-{shuttle.pk}-{number}",
        truck_id=shuttle.truck_id,
        shuttle=shuttle,
        origin_id=ends[is_back],
        destination_id=ends[not is_back],
        load_kg=shuttle.load_back_kg if is_back else shuttle.load_out_kg,
        ready_at=ready_at,
        dwell_s=shuttle.dwell_s,
    )
