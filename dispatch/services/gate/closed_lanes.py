"""Promises a plan left in a lane that was closed: another lane at once, or an end the driver hears.

A plan moves most of them within a second or two and to the best place. What it may not move, as
pinned ones and those of trucks it does not hear, is seen to here.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.news import refresh_downlink, tell_driver
from dispatch.services.promises.moves import DispatchError, move_assignment
from fleet.models import Closure, Lane
from fleet.services.jobs import promise_job

LEAVE_TASK = "dispatch.leave_closed"
PLAN_HAS = timedelta(seconds=5)
"""So long, in real seconds, the plan has to find the promises of a closed lane a better place."""
ON_THE_ROAD = ("offered", "accepted", "en_route")


def promise_leaving(closure: Closure, *, now: datetime) -> None:
    """See to it that nobody drives to a closed lane for long."""
    promise_job(
        name=LEAVE_TASK,
        key=f"{closure.station_id}:{now.timestamp():.3f}",
        station_id=closure.station_id,
        since=now.isoformat(),
    )


def wait_for_plan_s(since: datetime, *, now: datetime) -> float:
    """Return how long the plan still has, in real seconds."""
    gone = (now - since) / max(settings.CLOCK_RATE, 1e-6)
    return max(0.0, (PLAN_HAS - gone).total_seconds())


def leave_closed_lanes(station_id: int, *, now: datetime) -> tuple[int, int]:
    """Move what still stands in closed lanes of a station; return how many moved, and ended.

    Another open lane at the same time, if the database has it free; or the promise ends as
    cancelled, the driver is told and the truck gets its own answer at once.
    """
    moved = ended = 0
    for swap in _stranded(station_id).select_related("truck__model").order_by("occupies"):
        if _other_lane(swap, now=now):
            moved += 1
            continue
        try:
            move_assignment(assignment_id=swap.pk, to="cancelled", now=now, reason="lane_closed")
        except DispatchError:
            continue
        ended += 1
    return moved, ended


def _stranded(station_id: int) -> QuerySet[SwapAssignment]:
    of_its_lane = Q(lane=None) | Q(lane=OuterRef("lane"))
    closed = Closure.objects.filter(
        of_its_lane, station=station_id, during__contains=OuterRef("occupies__startswith")
    )
    rows = SwapAssignment.objects.filter(station=station_id, state__in=ON_THE_ROAD)
    return rows.filter(Exists(closed))


def _other_lane(swap: SwapAssignment, *, now: datetime) -> bool:
    """Take another lane at the same time; the database says whether it is open and free."""
    kind = swap.truck.model.pack_type_id
    fits = Q(pack_types=kind) | Q(pack_types=None)
    lanes = Lane.objects.filter(fits, station=swap.station_id).exclude(pk=swap.lane_id)
    for lane in lanes.distinct().order_by("number"):
        try:
            with transaction.atomic():
                rows = SwapAssignment.objects.filter(
                    pk=swap.pk, version=swap.version, state__in=ON_THE_ROAD
                )
                if not rows.update(lane=lane, version=F("version") + 1):
                    return True  # somebody else has just changed it
                fresh = SwapAssignment.objects.get(pk=swap.pk)
                refresh_downlink(fresh.truck_id, now=now)
                why = {"code": "lane_changed"}
                tell_driver(fresh, kind=DriverNotice.Kind.CHANGED, now=now, why=why)
        except IntegrityError:
            continue
        return True
    return False
