"""Close and open stations and lanes, block slots: always with a reason."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from fleet.models import Closure, Lane, Slot, SwapStation, User
from fleet.services.packs import told


def close_lane(lane: Lane, *, reason: str, by: User | None, now: datetime) -> Closure:
    """Take no truck in a lane from now on; a lane closed already stays as it was closed."""
    return _close(lane.station_id, lane=lane, reason=reason, by=by, now=now)


def open_lane(lane: Lane, *, reason: str, by: User | None, now: datetime) -> int:
    """Take trucks in a lane again; say how many closures that lifted.

    A closure of the whole station stays, and so do closures announced for later.
    """
    return _open(Closure.objects.filter(lane=lane), reason=reason, by=by, now=now)


def close_station(station: SwapStation, *, reason: str, by: User | None, now: datetime) -> Closure:
    """Take no truck at a station from now on, in none of its lanes."""
    return _close(station.pk, lane=None, reason=reason, by=by, now=now)


def open_station(station: SwapStation, *, reason: str, by: User | None, now: datetime) -> int:
    """Take trucks at a station again; lanes closed on their own stay closed."""
    rows = Closure.objects.filter(station=station, lane=None)
    return _open(rows, reason=reason, by=by, now=now)


def is_lane_closed(lane: Lane, *, now: datetime) -> bool:
    """Say whether the lane, or its whole station, is closed now."""
    of_the_lane = Q(lane=lane) | Q(lane=None)
    rows = Closure.objects.filter(of_the_lane, station=lane.station_id, during__contains=now)
    return rows.exists()


def block_slot(slot: Slot, *, reason: str, by: User | None, now: datetime) -> None:
    """Charge nothing in a slot and hand nothing out of it, for a reason.

    One that is blocked already stays so since it was, for the newer reason.
    """
    with told(by=by, why=reason):
        Slot.objects.filter(pk=slot.pk).update(
            is_blocked=True, block_reason=reason, blocked_at=Coalesce("blocked_at", Value(now))
        )


def unblock_slot(slot: Slot, *, reason: str, by: User | None) -> None:
    """Use a slot again."""
    with told(by=by, why=reason):
        Slot.objects.filter(pk=slot.pk).update(is_blocked=False, block_reason="", blocked_at=None)


def _close(
    station_id: int, *, lane: Lane | None, reason: str, by: User | None, now: datetime
) -> Closure:
    with transaction.atomic(savepoint=False), told(by=by, why=reason):
        # Two who close it at once get one closure.
        SwapStation.objects.select_for_update(no_key=True).get(pk=station_id)
        already = Closure.objects.filter(
            station=station_id, lane=lane, during__contains=now, during__upper_inf=True
        ).first()
        if already:
            return already
        return Closure.objects.create(
            station_id=station_id,
            lane=lane,
            during=DateTimeTZRange(now, None),
            reason=reason,
            closed_by=by,
        )


def _open(rows: QuerySet[Closure], *, reason: str, by: User | None, now: datetime) -> int:
    with transaction.atomic(savepoint=False), told(by=by, why=reason):
        lifted = 0
        for closure in rows.select_for_update().filter(during__contains=now).order_by("pk"):
            lifted += 1
            if closure.during.lower == now:
                closure.delete()
            else:
                closure.during = DateTimeTZRange(closure.during.lower, now)
                closure.save(update_fields=["during"])
        return lifted
