"""Check a truck in at a station: the right truck goes into the lane, or waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.selectors.charging import pack_ready_at
from dispatch.services.lane_times import delay_to_others, lock_lanes, occupy_lane
from dispatch.services.moves import move_assignment
from dispatch.services.swap_errors import (
    LaneClosedError,
    UnknownCodeError,
    UnknownLaneError,
    WrongTruckError,
)
from fleet.models import Lane, Pack, SwapStation, Truck
from fleet.services.stations import is_lane_closed
from telematics.models import LaneState

# Whoever is early may go first if that delays a driver who took a promise by this at most.
EARLY_MAY_DELAY = timedelta(minutes=2)
OVERDUE_TAKES = timedelta(minutes=1)
# What leads a truck that stands at the gate to the state in which it may enter a lane.
STEPS_TO_ARRIVED = {
    "offered": ("accepted", "arrived"),
    "accepted": ("arrived",),
    "en_route": ("arrived",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOut:
    """A pack that goes onto the truck; `slot` is None while it is not in the station."""

    position: int
    code: str
    slot: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """What the station does with the truck: swap now, or let it wait until about `starts_at`."""

    assignment: SwapAssignment
    hand_out: list[HandOut]
    expect_in: list[Pack]
    starts_at: datetime


def check_in(
    station: SwapStation,
    *,
    check_in_code: str,
    plate: str,
    lane_number: int | None,
    now: datetime,
) -> CheckIn:
    """Let the truck of a check-in code into its lane, or into the queue before it.

    Coming with an offer that still stands takes it. The swap begins when no other truck is being
    swapped in the lane, the packs are charged or were promised for now, and nobody who took a
    promise waits more than 2 min for a truck that is early. One transaction, the lane locked:
    state, lane occupation and the promises behind it change together.

    Raises
    ------
    UnknownCodeError, WrongTruckError, UnknownLaneError, LaneClosedError, NotAllowedNowError
    """
    with transaction.atomic():
        assignment = _assignment_of(station, check_in_code)
        if _plain(plate) != _plain(assignment.truck.plate):
            detail = f"This code belongs to truck {assignment.truck.plate}."
            raise WrongTruckError(detail, plate=assignment.truck.plate)
        lane = _lane(station, lane_number) if lane_number else assignment.lane
        lock_lanes(assignment.lane_id, lane.pk)
        assignment.refresh_from_db(from_queryset=SwapAssignment.objects.select_for_update())
        if assignment.state == "swapping":
            return _answer(assignment)
        _refuse_closed(lane, truck=assignment.truck, now=now)
        _arrive(assignment, now=now)
        _stand(assignment, lane=lane, now=now)
        return _answer(SwapAssignment.objects.get(pk=assignment.pk))


def _assignment_of(station: SwapStation, check_in_code: str) -> SwapAssignment:
    rows = SwapAssignment.objects.select_related("truck__model", "lane")
    found = rows.filter(station=station, check_in_code=check_in_code, state__in=LIVE).first()
    if found is None:
        raise UnknownCodeError("No truck is expected here with this code.")
    return found


def _plain(plate: str) -> str:
    return "".join(plate.upper().replace("·", "").split())


def _lane(station: SwapStation, number: int) -> Lane:
    lane = Lane.objects.filter(station=station, number=number).first()
    if lane is None:
        raise UnknownLaneError(f"{station.code} has no lane {number}.")
    return lane


def _refuse_closed(lane: Lane, *, truck: Truck, now: datetime) -> None:
    if _takes(lane, truck=truck, now=now):
        return
    others = Lane.objects.filter(station=lane.station_id).order_by("number")
    open_lanes = [other.number for other in others if _takes(other, truck=truck, now=now)]
    detail = f"Lane {lane.number} is closed. Name an open lane, or wait for the new plan."
    raise LaneClosedError(detail, open_lanes=open_lanes)


def _takes(lane: Lane, *, truck: Truck, now: datetime) -> bool:
    types = set(lane.pack_types.values_list("pk", flat=True))
    if types and truck.model.pack_type_id not in types:
        return False
    is_broken = LaneState.objects.filter(lane=lane, state=LaneState.State.FAULT).exists()
    return not is_broken and not is_lane_closed(lane, now=now)


def _arrive(assignment: SwapAssignment, *, now: datetime) -> None:
    for state in STEPS_TO_ARRIVED.get(assignment.state, ()):
        moved = move_assignment(
            assignment_id=assignment.pk, to=state, now=now, reason="checked in at the station"
        )
        assignment.state = moved.state


def _stand(assignment: SwapAssignment, *, lane: Lane, now: datetime) -> None:
    swap = timedelta(seconds=lane.swap_s)
    has_other_lane = assignment.lane_id != lane.pk
    assignment.lane = lane
    start = _may_start_at(assignment, lane=lane, now=now)
    if start <= now:
        occupy_lane(assignment, start=now, until=now + swap, now=now)
        _move(assignment, to="swapping", now=now)
        return
    if has_other_lane or start > assignment.occupies.lower:
        occupy_lane(assignment, start=start, until=start + swap, now=now)
    if assignment.state != "queued":
        _move(assignment, to="queued", now=now)


def _move(assignment: SwapAssignment, *, to: str, now: datetime) -> None:
    move_assignment(assignment_id=assignment.pk, to=to, now=now, reason="checked in at the station")


def _may_start_at(assignment: SwapAssignment, *, lane: Lane, now: datetime) -> datetime:
    promised: datetime = assignment.occupies.lower
    in_lane = SwapAssignment.objects.filter(lane=lane, state="swapping").first()
    if in_lane:
        free: datetime = max(in_lane.occupies.upper, now + OVERDUE_TAKES)
        if free > in_lane.occupies.upper:
            occupy_lane(in_lane, start=in_lane.occupies.lower, until=free, now=now)
        return max(free, promised)
    if now >= promised:
        return now
    until = now + timedelta(seconds=lane.swap_s)
    if delay_to_others(assignment, start=now, until=until) > EARLY_MAY_DELAY:
        return promised
    ready = pack_ready_at([assignment.station_id], now=now)
    packs = assignment.holds.filter(is_live=True).values_list("pack", flat=True)
    return min(max([ready.get(pack, promised) for pack in packs], default=now), promised)


def _answer(assignment: SwapAssignment) -> CheckIn:
    holds = assignment.holds.filter(is_live=True).select_related("pack__slot").order_by("position")
    hand_out = [
        HandOut(
            position=hold.position,
            code=hold.pack.code,
            slot=hold.pack.slot.number
            if hold.pack.slot and hold.pack.slot.station_id == assignment.station_id
            else None,
        )
        for hold in holds
    ]
    expect_in = list(Pack.objects.filter(truck=assignment.truck_id).order_by("position"))
    return CheckIn(
        assignment=assignment,
        hand_out=hand_out,
        expect_in=expect_in,
        starts_at=assignment.occupies.lower,
    )
