"""The lanes of a station over time: swaps promised, under way and done, and closures."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.selectors.bars import Axis, Row
from dispatch.selectors.block_reasons import said
from dispatch.selectors.slot_rows import STALE_AFTER
from fleet.models import Closure, Lane, SwapStation
from telematics.models import LaneState


def lane_rows(
    station: SwapStation, axis: Axis, *, closures: Iterable[Closure], now: datetime
) -> list[Row]:
    """Return a row for each lane of a station; four queries."""
    states = {state.lane_id: state for state in LaneState.objects.filter(lane__station=station)}
    rows = {
        lane.pk: lane_row(lane, states.get(lane.pk), now=now)
        for lane in Lane.objects.filter(station=station).order_by("number")
    }
    for pk, row in rows.items():
        state = states.get(pk)
        if state and state.state == LaneState.State.FAULT:
            leads_to = ("telematics_lanestate", pk)
            bar = axis.bar("blocked", state.recorded_at, None, label=row.fault, leads_to=leads_to)
            row.add(bar)
    for closure in closures:
        for pk, row in rows.items():
            if closure.lane_id in {None, pk}:
                start, end = closure.during.lower, closure.during.upper
                why, leads_to = said(closure.reason), ("fleet_closure", closure.pk)
                row.add(axis.bar("blocked", start, end, label=why, leads_to=leads_to))
                row.is_blocked |= now in closure.during
                row.detail = why if now in closure.during else row.detail
    _add_swaps(rows, axis)
    return [row.stacked() for row in rows.values()]


def lane_row(lane: Lane, state: LaneState | None, *, now: datetime) -> Row:
    """Return a lane as it is now, without bars."""
    return Row(
        what=f"lane-{lane.number}",
        name=f"L{lane.number}",
        number=lane.number,
        state=state.get_state_display() if state else _("unknown"),
        fault=state.fault_code if state else "",
        is_stale=state is None or now - state.received_at > STALE_AFTER,
    )


def _add_swaps(rows: dict[int, Row], axis: Axis) -> None:
    live = Q(state__in=LIVE, occupies__overlap=(axis.start, axis.end))
    done = Q(state="done", ended_at__gt=axis.start)
    of_lanes = SwapAssignment.objects.filter(lane__in=rows).select_related("truck")
    for swap in (*of_lanes.filter(live), *of_lanes.filter(done)):
        is_over = swap.state == "done"
        rows[swap.lane_id].add(
            axis.bar(
                swap.state,
                swap.occupies.lower,
                swap.occupies.upper,
                label="" if is_over else swap.truck.plate,
                says=swap.truck.plate,
                leads_to=("dispatch_swapassignment", swap.pk),
            )
        )
