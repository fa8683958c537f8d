"""Close and open lanes and stations with what hangs on them: promises are planned again at once.

A thousand are closed in one transaction, all or none, so none takes a savepoint of its own.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from dispatch.models import SwapAssignment
from dispatch.services.gate.closed_lanes import promise_leaving
from dispatch.services.plans.replans import promise_replan
from fleet.models import Closure, Lane, SwapStation, User
from fleet.services import stations
from telematics.services.station_readings import note_lane_works

MAY_LOSE_ITS_LANE = ("offered", "accepted", "en_route", "arrived", "queued")


def close_lane(lane: Lane, *, reason: str, by: User | None, now: datetime) -> tuple[Closure, int]:
    """Close a lane; return the closure and how many promises lose their lane by it.

    They keep it until the plan promised in this transaction finds them another; what no plan
    moves is seen to seconds later (`closed_lanes`).
    """
    with transaction.atomic(savepoint=False):
        closure = stations.close_lane(lane, reason=reason, by=by, now=now)
        losing = losing_lane(SwapAssignment.objects.filter(lane=lane), now=now).count()
        promise_replan(lane.station.region_id, cause="lane_closed", now=now)
        promise_leaving(closure, now=now)
    return closure, losing


def open_lane(lane: Lane, *, reason: str, by: User | None, now: datetime) -> None:
    """Open a lane: a fault it reported before counts as mended, and a plan may use it at once."""
    with transaction.atomic(savepoint=False):
        stations.open_lane(lane, reason=reason, by=by, now=now)
        note_lane_works(lane.pk, now=now)
        promise_replan(lane.station.region_id, cause="lane_opened", now=now)


def close_station(
    station: SwapStation, *, reason: str, by: User | None, now: datetime
) -> tuple[Closure, int]:
    """Close a whole station; return the closure and how many promises lose their lane by it."""
    with transaction.atomic(savepoint=False):
        closure = stations.close_station(station, reason=reason, by=by, now=now)
        losing = losing_lane(SwapAssignment.objects.filter(station=station), now=now).count()
        promise_replan(station.region_id, cause="station_closed", now=now)
        promise_leaving(closure, now=now)
    return closure, losing


def open_station(station: SwapStation, *, reason: str, by: User | None, now: datetime) -> None:
    """Open a station again; lanes closed on their own stay closed."""
    with transaction.atomic(savepoint=False):
        stations.open_station(station, reason=reason, by=by, now=now)
        promise_replan(station.region_id, cause="station_opened", now=now)


def losing_lane(promises: QuerySet[SwapAssignment], *, now: datetime) -> QuerySet[SwapAssignment]:
    """Return those of the promises that need their lane from now on: closing it takes it."""
    return promises.filter(state__in=MAY_LOSE_ITS_LANE, occupies__endswith__gt=now)
