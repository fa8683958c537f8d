"""Which trucks must swap, by when, and which nobody can help: written where others read it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from dispatch.planning.notice import swap_notice
from dispatch.planning.plan import SwapPlan
from dispatch.services.plans.plan_to_promise import PROMISE_AHEAD
from dispatch.services.plans.replans import promise_replan
from dispatch.snapshot import LOW_ABOVE_RESERVE_PERCENT, Snapshot, TruckAhead
from telematics.models import Alarm, RouteNeed

SOON = timedelta(minutes=45)
RISK = Alarm.Kind.STRANDED_RISK
BEYOND = "beyond_reach"
LEVELS = {"unreachable": 3, BEYOND: 1, "no_packs": 2, "no_capacity": 2, "hold_impossible": 2}
NEED_FIELDS = [
    "computed_at",
    "energy_wh",
    "reserve_wh",
    "needs_swap_by",
    "earliest_at",
    "likely_at",
    "latest_at",
    "within_notice_percent",
    "is_promised",
    "asks_below_percent",
]
DETAILS = {
    "unreachable": "It can reach no station that could swap it.",
    BEYOND: "It reaches stations, but no row of swaps carries it to its last stop.",
    "no_packs": "No station it can reach has packs for it.",
    "no_capacity": "No lane or charged pack is free for it in time.",
    "hold_impossible": "Its promise can no longer be kept.",
    "not_worth_it": "Serving it would cost the fleet more than leaving it.",
}


def note_needs(snapshot: Snapshot, plan: SwapPlan, *, now: datetime) -> None:
    """Write the energy each truck on shift needs ahead, and raise or lift stranded risks."""
    helped = snapshot.standing.trucks_that_are_helped()
    RouteNeed.objects.bulk_create(
        [
            _need(truck_id, ahead, snapshot.as_of, is_promised=truck_id in helped)
            for truck_id, ahead in snapshot.on_shift.items()
        ],
        update_conflicts=True,
        unique_fields=["truck"],
        update_fields=NEED_FIELDS,
    )
    unserved = {left.truck: left.reason for left in plan.unserved}
    for plate, ahead in snapshot.trucks.items():
        reason = _told_apart(unserved.get(plate), ahead)
        is_helped = ahead.route.truck.pk in helped
        if reason is not None and not is_helped and _is_risk(reason, ahead):
            raise_stranded_risk(ahead, reason=reason, now=now)
        else:
            helped.add(ahead.route.truck.pk)
    lift_stranded_risks(helped, now=now)


def _need(truck_id: int, ahead: TruckAhead, as_of: datetime, *, is_promised: bool) -> RouteNeed:
    notice = swap_notice(lambda sds: ahead.meets_reserve_in_s(sds=sds))

    def at(in_s: int | None) -> datetime | None:
        return None if in_s is None else as_of + timedelta(seconds=in_s)

    return RouteNeed(
        truck_id=truck_id,
        computed_at=as_of,
        energy_wh=max(0, ahead.needed_wh),
        reserve_wh=ahead.reserve_wh,
        needs_swap_by=at(ahead.needs_swap_in_s()),
        earliest_at=at(notice.earliest_s),
        likely_at=at(notice.likely_s),
        latest_at=at(notice.latest_s),
        within_notice_percent=round(100 * notice.within),
        is_promised=is_promised,
        asks_below_percent=None if is_promised else _asks_below_percent(ahead),
    )


def _asks_below_percent(ahead: TruckAhead) -> float | None:
    """Return below which charge a report would change what is to be done about a truck.

    That is where it begins to need a swap; if it needs one later on already, where the need comes
    within what is promised ahead. None: it is low already, and the plan has said what it could.
    """
    reserve_wh, capacity_wh = ahead.reserve_wh, max(1, ahead.capacity_wh)
    within_s = PROMISE_AHEAD.total_seconds()
    if ahead.is_idle:
        return None
    if not ahead.route.legs:
        low_percent = ahead.route.truck.reserve_percent + LOW_ABOVE_RESERVE_PERCENT
        return min(100.0, float(low_percent))
    for asked_wh in (ahead.needed_wh, ahead.used_within_wh(within_s)):
        if ahead.energy_wh - reserve_wh >= asked_wh:
            return min(100.0, 100.0 * (asked_wh + reserve_wh) / capacity_wh)
    return None


def _told_apart(reason: str | None, ahead: TruckAhead) -> str | None:
    """Tell a truck that reaches no station from one whose way is too long for its swaps.

    The planner serves the whole way or nothing; the latter strands if it goes on, and is graver
    as it runs low.
    """
    reaches = any(way.arrival_wh >= ahead.reserve_wh for way in ahead.ways.values())
    return BEYOND if reason == "unreachable" and reaches else reason


def _is_risk(reason: str, ahead: TruckAhead) -> bool:
    return reason in {"unreachable", BEYOND} or _is_soon(ahead)


def _is_soon(ahead: TruckAhead) -> bool:
    in_s = ahead.needs_swap_in_s()
    return in_s is not None and in_s < SOON.total_seconds()


def raise_stranded_risk(ahead: TruckAhead, *, reason: str, now: datetime) -> bool:
    """Open the alarm for a truck that cannot be helped; True if it was not open yet."""
    truck, soc = ahead.route.truck, ahead.route.state.soc_percent
    level = LEVELS.get(reason, 1) + (reason == BEYOND and _is_soon(ahead))
    detail = f"{truck.plate} at {soc:.0f} %: {DETAILS.get(reason, reason)}"
    already = Alarm.objects.filter(kind=RISK, truck=truck, closed_at__isnull=True)
    if already.update(level=level, detail=detail):
        return False
    try:
        with transaction.atomic():
            Alarm.objects.create(kind=RISK, truck=truck, level=level, detail=detail, opened_at=now)
            promise_replan(truck.region_id, cause="stranded_risk", now=now)
    except IntegrityError:
        return False  # another opened it at this moment
    return True


def lift_stranded_risks(truck_ids: Collection[int], *, now: datetime) -> None:
    """Close the alarms of trucks that are promised a swap, or need none any more."""
    Alarm.objects.filter(kind=RISK, truck__in=truck_ids, closed_at__isnull=True).update(
        closed_at=now
    )
