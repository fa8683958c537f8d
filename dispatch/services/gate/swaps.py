"""Finish a swap: what a station saw becomes custody, state, slots and charge plan at once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.services.charging.plan import plan_charging
from dispatch.services.gate.lane_times import lock_lanes, occupy_lane
from dispatch.services.gate.swap_errors import (
    SlotTakenError,
    UnknownCodeError,
    UnknownSlotError,
    WrongPackError,
)
from dispatch.services.promises.moves import NotAllowedNowError, move_assignment
from fleet.models import Pack, Slot, SwapStation
from fleet.services.packs import Custody, PackMoveRefusedError, exchange_packs
from telematics.models import Alarm
from telematics.services.alarms import close_alarm, open_alarm
from telematics.services.slot_states import note_packs_in_slots

STEPS_TO_SWAPPING = {
    "offered": ("accepted", "arrived", "swapping"),
    "accepted": ("arrived", "swapping"),
    "en_route": ("arrived", "swapping"),
    "arrived": ("swapping",),
    "queued": ("swapping",),
}
# A code is free again once its swap is over; a station may still tell of a swap this old.
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPack:
    """A pack that changed places: position on the truck, slot of the station, charge if known."""

    position: int
    code: str
    slot: int
    soc_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What a station says was exchanged; `as_is` insists that it happened, right or wrong."""

    finished_at: datetime
    packs_out: Sequence[MovedPack]
    packs_in: Sequence[MovedPack]
    as_is: bool = False


def finish_swap(
    station: SwapStation, *, check_in_code: str, exchange: Exchange, now: datetime
) -> SwapAssignment:
    """Record a finished swap and end its assignment.

    The packs must be those promised (out, from the slots they are in) and those the truck had
    (in), unless the station insists: then what it saw is recorded, with an alarm, and the
    assignment is done if every position got a pack, failed if not. A swap that ended by the
    driver's word already takes the station's word on where the packs are.

    One transaction, the lane locked: custody with its ledger rows, state, holds, live state of
    the slots, promises behind a late swap, charge plan.

    Raises
    ------
    UnknownCodeError, NotAllowedNowError, UnknownSlotError, WrongPackError, SlotTakenError
    """
    with transaction.atomic():
        assignment = _assignment_of(station, check_in_code, now=now)
        lock_lanes(assignment.lane_id)
        assignment.refresh_from_db(from_queryset=SwapAssignment.objects.select_for_update())
        if not exchange.as_is and assignment.state not in {"swapping", "done"}:
            raise NotAllowedNowError(state=assignment.state, to="done")
        expected = expected_exchange(assignment)
        is_right = _same(expected, exchange)
        if assignment.state == "swapping" and not is_right and not exchange.as_is:
            raise WrongPackError(
                "These are not the packs promised. Put them right, or send the swap as_is.",
                expected=_named(expected),
            )
        return _record(assignment, exchange, is_right=is_right, now=now)


def finish_swap_by_driver(assignment_id: int, *, now: datetime) -> SwapAssignment:
    """End a swap by the driver's word: the packs promised are on the truck, its own in their slots.

    The fallback where a station says nothing; its word counts if it comes later.

    Raises
    ------
    NotAllowedNowError
        The truck is not at the station yet, or the swap is over.
    WrongPackError
        A pack promised is not in a slot of the station.
    """
    with transaction.atomic():
        assignment = SwapAssignment.objects.get(pk=assignment_id)
        lock_lanes(assignment.lane_id)
        assignment.refresh_from_db(from_queryset=SwapAssignment.objects.select_for_update())
        if assignment.state not in {"arrived", "queued", "swapping"}:
            raise NotAllowedNowError(state=assignment.state, to="done")
        exchange = expected_exchange(assignment, finished_at=now)
        if any(pack.slot == 0 for pack in exchange.packs_out):
            raise WrongPackError(
                "A promised pack is not in the station.", expected=_named(exchange)
            )
        return _record(assignment, exchange, is_right=True, now=now)


def expected_exchange(
    assignment: SwapAssignment, *, finished_at: datetime | None = None
) -> Exchange:
    """Return the exchange promised: held packs out of their slots, the truck's into the same ones.

    A held pack that is in no slot of the station has slot 0.
    """
    holds = assignment.holds.filter(is_live=True).select_related("pack__slot").order_by("position")
    out = [
        MovedPack(
            position=hold.position,
            code=hold.pack.code,
            slot=hold.pack.slot.number
            if hold.pack.slot and hold.pack.slot.station_id == assignment.station_id
            else 0,
        )
        for hold in holds
    ]
    slots = {pack.position: pack.slot for pack in out}
    packs_in = [
        MovedPack(position=pack.position, code=pack.code, slot=slots.get(pack.position, 0))
        for pack in Pack.objects.filter(truck=assignment.truck_id).order_by("position")
        if pack.position is not None
    ]
    at = finished_at or assignment.occupies.upper
    return Exchange(finished_at=at, packs_out=out, packs_in=packs_in)


def _assignment_of(station: SwapStation, check_in_code: str, *, now: datetime) -> SwapAssignment:
    here = SwapAssignment.objects.filter(station=station, check_in_code=check_in_code)
    found = (
        here.filter(state__in=LIVE).first()
        or here.filter(ended_at__gt=now - REMEMBERED).order_by("-ended_at").first()
    )
    if found is None:
        raise UnknownCodeError("No truck is expected here with this code.")
    return found


def _same(expected: Exchange, exchange: Exchange) -> bool:
    """Say whether the right packs went out of their slots and came off the truck."""
    out = {(pack.position, pack.code, pack.slot) for pack in exchange.packs_out}
    came_in = {(pack.position, pack.code) for pack in exchange.packs_in}
    return out == {(pack.position, pack.code, pack.slot) for pack in expected.packs_out} and (
        came_in == {(pack.position, pack.code) for pack in expected.packs_in}
    )


def _named(expected: Exchange) -> dict[str, list[dict[str, object]]]:
    out = [asdict(pack) for pack in expected.packs_out]
    for pack in out:
        del pack["soc_percent"]
    came_in = [{"position": pack.position, "code": pack.code} for pack in expected.packs_in]
    return {"packs_out": out, "packs_in": came_in}


def _record(
    assignment: SwapAssignment, exchange: Exchange, *, is_right: bool, now: datetime
) -> SwapAssignment:
    at = min(exchange.finished_at, now)
    if assignment.state not in LIVE:
        _refuse_old_news(assignment, exchange, at=at)
    _take_steps(assignment, now=now)
    holds = assignment.holds.filter(is_live=True)
    positions = set(holds.values_list("position", flat=True))
    unknown = _exchange(assignment, exchange, at=at, insists=not is_right)
    got = {pack.position for pack in exchange.packs_out if pack.code not in unknown}
    _give_lane_back(assignment, at=at, now=now)
    if assignment.state == "swapping":
        to = "done" if is_right or got >= positions else "failed"
        reason = "swapped" if is_right else "swapped otherwise than promised"
        move_assignment(assignment_id=assignment.pk, to=to, now=now, reason=reason)
    if is_right:
        of_truck = {"truck_id": assignment.truck_id, "station_id": assignment.station_id}
        close_alarm(Alarm.Kind.WRONG_PACK, now=now, **of_truck)
    elif exchange.as_is:
        _alarm(assignment, exchange, unknown=unknown, now=now)
    plan_charging(assignment.station_id, now=now)
    return SwapAssignment.objects.get(pk=assignment.pk)


def _refuse_old_news(assignment: SwapAssignment, exchange: Exchange, *, at: datetime) -> None:
    """Leave packs alone that have moved on since a swap that is over."""
    codes = [pack.code for pack in (*exchange.packs_out, *exchange.packs_in)]
    since = Pack.objects.filter(code__in=codes, moved_at__gt=at)
    if since.exclude(move_assignment_id=assignment.pk).exists():
        raise NotAllowedNowError(state=assignment.state, to="done")


def _take_steps(assignment: SwapAssignment, *, now: datetime) -> None:
    """Bring an assignment whose check-in was missed to the lane."""
    if assignment.state == "offered" and assignment.offer_expires_at <= now:
        return
    for state in STEPS_TO_SWAPPING.get(assignment.state, ()):
        moved = move_assignment(
            assignment_id=assignment.pk, to=state, now=now, reason="swapped without check-in"
        )
        assignment.state, assignment.version = moved.state, moved.version
        assignment.swapping_at = moved.swapping_at


def _exchange(
    assignment: SwapAssignment, exchange: Exchange, *, at: datetime, insists: bool
) -> list[str]:
    """Move the packs and the slots' live state; return the codes no pack has."""
    moved = [*exchange.packs_out, *exchange.packs_in]
    slots = _slots(assignment.station_id, {pack.slot for pack in moved})
    codes = [pack.code for pack in moved]
    packs = dict(Pack.objects.filter(code__in=codes).values_list("code", "pk"))
    unknown = [code for code in codes if code not in packs]
    into = {slots[p.slot]: packs[p.code] for p in exchange.packs_in if p.code in packs}
    onto = {p.position: packs[p.code] for p in exchange.packs_out if p.code in packs}
    began_at = assignment.swapping_at or at
    custody = Custody(at=max(at, began_at), reason="swap", assignment_id=assignment.pk)
    try:
        exchange_packs(
            assignment.truck_id,
            onto_truck=onto,
            into_slots=into,
            custody=custody,
            displace=insists,
        )
    except PackMoveRefusedError as error:
        if error.code == "slot_taken":
            raise SlotTakenError(error.detail) from error
        expected = _named(expected_exchange(assignment))
        raise WrongPackError(error.detail, expected=expected) from error
    left: dict[int, tuple[str, float | None]] = {
        slots[pack.slot]: ("", None) for pack in exchange.packs_out
    }
    left |= {slots[pack.slot]: (pack.code, pack.soc_percent) for pack in exchange.packs_in}
    note_packs_in_slots(left, recorded_at=at, now=at)
    return unknown


def _slots(station_id: int, numbers: set[int]) -> dict[int, int]:
    rows = Slot.objects.filter(station=station_id, number__in=numbers)
    slots = dict(rows.values_list("number", "pk"))
    if missing := numbers - set(slots):
        raise UnknownSlotError(f"The station has no slot {min(missing)}.")
    return slots


def _give_lane_back(assignment: SwapAssignment, *, at: datetime, now: datetime) -> None:
    """Let the lane be occupied for as long as the swap really took."""
    start = min(assignment.swapping_at or assignment.occupies.lower, at - timedelta(seconds=1))
    if assignment.state in LIVE:
        occupy_lane(assignment, start=start, until=at, now=now)
    else:
        assignment.occupies = DateTimeTZRange(start, at)
        assignment.save(update_fields=["occupies"])


def _alarm(
    assignment: SwapAssignment, exchange: Exchange, *, unknown: Sequence[str], now: datetime
) -> None:
    out = ", ".join(pack.code for pack in exchange.packs_out) or "none"
    came_in = ", ".join(pack.code for pack in exchange.packs_in) or "none"
    detail = f"{assignment.truck}: onto the truck {out}; into slots {came_in}, as the station saw"
    if unknown:
        detail += f"; not registered: {', '.join(unknown)}"
    open_alarm(
        Alarm.Kind.WRONG_PACK,
        level=2,
        detail=detail,
        now=now,
        truck_id=assignment.truck_id,
        station_id=assignment.station_id,
    )
