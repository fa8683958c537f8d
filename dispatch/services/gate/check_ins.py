"""Check a truck in at a station: the right truck goes into the lane, or waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.services.gate.held_packs import packs_go_at
from dispatch.services.gate.lane_times import delay_to_others, lock_lanes, occupy_lane
from dispatch.services.gate.swap_errors import (
    LaneClosedError,
    UnknownCodeError,
    UnknownLaneError,
    WrongTruckError,
)
from dispatch.services.promises.moves import move_assignment
from fleet.models import Lane, Pack, SwapStation, Truck
from fleet.services.stations import is_lane_closed
from telematics.models import LaneState

# Whoever is early may go first if that delays a driver who took a promise by this at most.
EARLY_MAY_DELAY = timedelta(minutes=2)
OVERDUE_TAKES = timedelta(minutes=1)
# After this a swap whose end nobody told does not keep others out of the lane.
STUCK_AFTER = timedelta(minutes=15)
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
    promise waits more than 2 min for a truck that is early. Unless the station names a lane,
    another one that is free is taken when the promised lane is closed or busy. One transaction,
    the lanes locked: state, lane occupation and the promises behind it change together.

    Raises
    ------
    UnknownCodeError, WrongTruckError, UnknownLaneError, LaneClosedError, NotAllowedNowError
    """
    with transaction.atomic():
        assignment = _assignment_of(station, check_in_code)
        if _plain(plate) != _plain(assignment.truck.plate):
            detail = f"This code belongs to truck {assignment.truck.plate}."
            raise WrongTruckError(detail, plate=assignment.truck.plate)
        lanes = _lanes(assignment, lane_number)
        lock_lanes(assignment.lane_id, *(lane.pk for lane in lanes))
        assignment.refresh_from_db(from_queryset=SwapAssignment.objects.select_for_update())
        if assignment.state == "swapping":
            return _answer(assignment)
        lanes = _open_lanes(lanes, truck=assignment.truck, now=now)
        _arrive(assignment, now=now)
        _stand(assignment, lanes=lanes, is_told=lane_number is not None, now=now)
        return _answer(SwapAssignment.objects.get(pk=assignment.pk))


def _assignment_of(station: SwapStation, check_in_code: str) -> SwapAssignment:
    rows = SwapAssignment.objects.select_related("truck__model", "lane")
    found = rows.filter(station=station, check_in_code=check_in_code, state__in=LIVE).first()
    if found is None:
        raise UnknownCodeError("No truck is expected here with this code.")
    return found


def _plain(plate: str) -> str:
    return "".join(plate.upper().replace("·", "").split())


def _lanes(assignment: SwapAssignment, number: int | None) -> list[Lane]:
    """Return the lane the station names, or the one promised and then the others."""
    rows = Lane.objects.filter(station=assignment.station_id).order_by("number")
    if number is None:
        return sorted(rows, key=lambda lane: lane.pk != assignment.lane_id)
    lanes = list(rows.filter(number=number))
    if not lanes:
        raise UnknownLaneError(f"The station has no lane {number}.")
    return lanes


def _open_lanes(lanes: list[Lane], *, truck: Truck, now: datetime) -> list[Lane]:
    if found := [lane for lane in lanes if _takes(lane, truck=truck, now=now)]:
        return found
    others = Lane.objects.filter(station=lanes[0].station_id).order_by("number")
    open_lanes = [other.number for other in others if _takes(other, truck=truck, now=now)]
    detail = f"Lane {lanes[0].number} is closed. Name an open lane, or wait for the new plan."
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


def _stand(assignment: SwapAssignment, *, lanes: list[Lane], is_told: bool, now: datetime) -> None:
    """Let the truck into the first lane that can take it now, or queue it before the first."""
    packs_go = packs_go_at(assignment, now=now)
    promised_lane_id = assignment.lane_id
    starts = [
        _may_start_at(
            assignment,
            lane=lane,
            packs_go=packs_go,
            is_its_own=is_told or lane.pk == promised_lane_id,
            now=now,
        )
        for lane in lanes
    ]
    lane, start = next(
        ((lane, start) for lane, start in zip(lanes, starts, strict=True) if start <= now),
        (lanes[0], starts[0]),
    )
    assignment.lane = lane
    swap = timedelta(seconds=lane.swap_s)
    if start <= now:
        occupy_lane(assignment, start=now, until=now + swap, now=now)
        _move(assignment, to="swapping", now=now)
        return
    _let_overrun(lane, now=now)
    if lane.pk != promised_lane_id or start > assignment.occupies.lower:
        occupy_lane(assignment, start=start, until=start + swap, now=now)
    if assignment.state != "queued":
        _move(assignment, to="queued", now=now)


def _move(assignment: SwapAssignment, *, to: str, now: datetime) -> None:
    move_assignment(assignment_id=assignment.pk, to=to, now=now, reason="checked in at the station")


def _may_start_at(
    assignment: SwapAssignment, *, lane: Lane, packs_go: datetime, is_its_own: bool, now: datetime
) -> datetime:
    """Return when the truck may enter a lane; later than now if it must wait."""
    promised: datetime = assignment.occupies.lower
    if under_way := _swap_in(lane, now=now):
        until_free: datetime = under_way.occupies.upper
        return max(until_free, now + OVERDUE_TAKES, promised)
    if packs_go > now:
        return packs_go
    until = now + timedelta(seconds=lane.swap_s)
    waits = delay_to_others(assignment, lane=lane, start=now, until=until)
    if (now < promised or not is_its_own) and waits > EARLY_MAY_DELAY:
        return max(promised, now + OVERDUE_TAKES)
    return now


def _swap_in(lane: Lane, *, now: datetime) -> SwapAssignment | None:
    """Return the swap under way in a lane; one that should be over long ago is none."""
    since = now - STUCK_AFTER
    rows = SwapAssignment.objects.filter(lane=lane, state="swapping", swapping_at__gt=since)
    return rows.first()


def _let_overrun(lane: Lane, *, now: datetime) -> None:
    """Give a swap that takes longer than planned its lane for a minute more."""
    under_way = _swap_in(lane, now=now)
    if under_way and under_way.occupies.upper < now + OVERDUE_TAKES:
        start = under_way.occupies.lower
        occupy_lane(under_way, start=start, until=now + OVERDUE_TAKES, now=now)


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
