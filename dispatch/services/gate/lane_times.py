"""Who stands in a lane when: reality first, and the promises after it make room."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F

from dispatch.lifecycle import LIVE
from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.news import refresh_downlink, tell_driver
from dispatch.services.promises.moves import move_assignment
from fleet.models import Lane, TruckSight

_ONE_TRUCK_A_LANE = "dispatch_lane_takes_one_truck_at_a_time"
STILL_ON_THE_WAY = {"offered", "accepted"}


def lock_lanes(*lane_ids: int) -> dict[int, Lane]:
    """Lock lanes by number: until the transaction ends nobody promises them or works in them.

    The full row lock makes a new promise, which refers to the lane, wait.
    """
    rows = Lane.objects.select_for_update().filter(pk__in=lane_ids)
    return {lane.pk: lane for lane in rows.order_by("pk")}


def occupy_lane(
    assignment: SwapAssignment, *, start: datetime, until: datetime, now: datetime
) -> int:
    """Give an assignment its lane from `start` until `until`; say how many promises made room.

    Call it with the lane locked (`assignment.lane`, which may be another than so far). Promises
    that overlap, and those that overlap them, move back
    as far as needed, each with window, holds and news to its driver. One that cannot (its truck
    or a pack is promised elsewhere then) is cancelled and planned again. The lane's exclusion
    constraint is deferred for that, and checked before this returns.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_ONE_TRUCK_A_LANE} DEFERRED")
        assignment.occupies = DateTimeTZRange(start, until)
        assignment.save(update_fields=["lane", "occupies"])
        moved = 0
        for other in _others_from(assignment, lane_id=assignment.lane_id, start=start):
            if other.occupies.lower >= until:
                break
            late = until - other.occupies.lower
            until = other.occupies.upper + late
            _push_back_or_cancel(other, late=late, now=now)
            moved += 1
        cursor.execute(f"SET CONSTRAINTS {_ONE_TRUCK_A_LANE} IMMEDIATE")
    return moved


def delay_to_others(
    assignment: SwapAssignment, *, lane: Lane, start: datetime, until: datetime
) -> timedelta:
    """Return how long the first promise taken by a driver would wait for this occupation."""
    for other in _others_from(assignment, lane_id=lane.pk, start=start):
        if other.state != "offered":
            wait: timedelta = until - other.occupies.lower
            return max(wait, timedelta())
    return timedelta()


def _others_from(
    assignment: SwapAssignment, *, lane_id: int, start: datetime
) -> list[SwapAssignment]:
    rows = SwapAssignment.objects.filter(lane=lane_id, state__in=LIVE, occupies__endswith__gt=start)
    return list(rows.exclude(pk=assignment.pk).order_by("occupies", "pk"))


def _push_back_or_cancel(other: SwapAssignment, *, late: timedelta, now: datetime) -> None:
    try:
        with transaction.atomic():
            _push_back(other, late=late, now=now)
    except IntegrityError:
        move_assignment(
            assignment_id=other.pk, to="cancelled", now=now, reason="The lane is late for it."
        )


def _push_back(other: SwapAssignment, *, late: timedelta, now: datetime) -> None:
    other.occupies = _later(other.occupies, late)
    other.window = _later(other.window, late)
    if other.state in STILL_ON_THE_WAY:
        other.leave_by_at += late
    other.version += 1
    SwapAssignment.objects.filter(pk=other.pk).update(
        occupies=other.occupies,
        window=other.window,
        leave_by_at=other.leave_by_at,
        version=F("version") + 1,
    )
    for hold in other.holds.filter(is_live=True):
        hold.during = _ends_later(hold.during, late)
        hold.save(update_fields=["during"])
    for sight in TruckSight.objects.filter(assignment_id=other.pk):
        sight.during = _ends_later(sight.during, late)
        sight.save(update_fields=["during"])
    refresh_downlink(other.truck_id, now=now)
    tell_driver(other, kind=DriverNotice.Kind.CHANGED, now=now, late_s=int(late.total_seconds()))


def _later(span: DateTimeTZRange, late: timedelta) -> DateTimeTZRange:
    return DateTimeTZRange(span.lower + late, span.upper + late)


def _ends_later(span: DateTimeTZRange, late: timedelta) -> DateTimeTZRange:
    return DateTimeTZRange(span.lower, span.upper + late if span.upper else None)
