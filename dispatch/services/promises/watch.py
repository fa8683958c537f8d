"""Watch promises: what runs out, and what the trucks' movements say."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from dispatch.models import SwapAssignment
from dispatch.planning.travel import great_circle_m
from dispatch.services.promises.moves import DispatchError, move_assignment
from telematics.models import TruckState

log = logging.getLogger(__name__)
NO_SHOW_AFTER = timedelta(minutes=15)
ENDS_AFTER = timedelta(minutes=20)
"""A promise is over this long after its window, whatever happened: the rule of last resort."""
GATE_RADIUS_M = 300.0
ARRIVING_BELOW_KMH = 25.0
STATE_COUNTS_FOR = timedelta(minutes=2)
ON_THE_WAY = ["accepted", "en_route"]
AT_THE_STATION = ["arrived", "queued", "swapping"]


def expire_offers(*, now: datetime) -> int:
    """End the offers whose time is over; return how many."""
    late = SwapAssignment.objects.filter(state="offered", offer_expires_at__lte=now)
    return _move_all(late, to="expired", now=now, reason="not answered in time")


def watch_assignments(*, now: datetime) -> int:
    """Note arrivals, end what did not show up, and end what should be over; return how many moved.

    A truck that has not come `NO_SHOW_AFTER` after its window is a no-show; one that is at the
    station but not swapped `ENDS_AFTER` its window and its lane time has failed.
    """
    moved = note_arrivals(now=now)
    missing = SwapAssignment.objects.filter(
        state__in=ON_THE_WAY, window__endswith__lte=now - NO_SHOW_AFTER
    )
    moved += _move_all(missing, to="no_show", now=now, reason="did not come within its window")
    overdue = SwapAssignment.objects.filter(
        Q(window__endswith__lte=now - ENDS_AFTER, occupies__endswith__lte=now),
        state__in=AT_THE_STATION,
    )
    return moved + _move_all(overdue, to="failed", now=now, reason="no swap was reported")


def note_arrivals(*, now: datetime) -> int:
    """Move promises to `arrived` whose truck is slow and within `GATE_RADIUS_M` of the gate."""
    coming = SwapAssignment.objects.filter(state__in=ON_THE_WAY).select_related("station")
    rows = list(coming)
    states = {
        state.truck_id: state
        for state in TruckState.objects.filter(
            truck__in=[row.truck_id for row in rows],
            recorded_at__gt=now - STATE_COUNTS_FOR,
            speed_kmh__lt=ARRIVING_BELOW_KMH,
        )
    }
    return sum(
        _try_move(row.pk, to="arrived", now=now, reason="geofence")
        for row in rows
        if row.truck_id in states and _is_at_gate(row, states[row.truck_id])
    )


def _is_at_gate(assignment: SwapAssignment, state: TruckState) -> bool:
    gate = assignment.station
    metres = great_circle_m(
        [(state.latitude_deg, state.longitude_deg)], [(gate.latitude_deg, gate.longitude_deg)]
    )
    return bool(metres[0] <= GATE_RADIUS_M)


def _move_all(rows: QuerySet[SwapAssignment], *, to: str, now: datetime, reason: str) -> int:
    ids = list(rows.values_list("pk", flat=True))
    return sum(_try_move(pk, to=to, now=now, reason=reason) for pk in ids)


def _try_move(assignment_id: int, *, to: str, now: datetime, reason: str) -> bool:
    """Move unless someone else moved it meanwhile, which is just as well."""
    try:
        move_assignment(assignment_id=assignment_id, to=to, now=now, reason=reason)
    except DispatchError as refusal:
        log.info("assignment %s not moved to %s: %s", assignment_id, to, refusal)
        return False
    return True
