"""When packs in slots can be handed out, at the soonest: what can still be promised."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from math import floor

from dispatch.models import PackHold, PowerCap
from dispatch.planning.charging import ChargeJob, PowerLimit, charge_schedule
from dispatch.selectors.charging import SlotCharge, slot_charges
from fleet.models import SwapStation

FULL_BEFORE_SWAP = timedelta(minutes=2)
"""So long before its swap starts a promised pack is planned to be full."""
BEGINS_WITHIN = timedelta(seconds=30)
"""So long it takes at most until a pack promised now has its place in the charge plan."""


def pack_ready_at(station_ids: Iterable[int], *, now: datetime) -> dict[int, datetime]:
    """Return from when each pack in the slots of stations can be handed out, at the soonest.

    A charged one now; one on charge when it would be full if every pack charged as soon as it
    can, the promised ones first: the charge plan may wait for a cheaper hour, but only while
    nobody is promised the pack. Missing: packs that do not charge and are not charged, those no
    reading speaks of, quarantined ones, and those no power is left for.
    """
    stations = SwapStation.objects.in_bulk(list(station_ids))
    charges = [one for one in slot_charges(stations, now=now) if not one.pack.is_quarantined]
    ready = {one.pack.pk: now for one in charges if one.is_known and one.is_ready}
    for station_id, group in groupby(charges, key=station_of):
        waiting = [one for one in group if one.is_charging and not one.is_ready]
        known = {one.pack.pk for one in waiting if one.is_known}
        limit = power_limits(stations[station_id], now=now)
        soonest = charge_schedule(charge_jobs(waiting, now=now), limit_w=limit)
        for pack, ready_s in soonest.ready_s.items():
            if int(pack) in known:
                ready[int(pack)] = now + timedelta(seconds=ready_s) + BEGINS_WITHIN
    return ready


def station_of(charge: SlotCharge) -> int:
    """Return the station whose slot the pack is in."""
    if charge.pack.slot is None:
        raise ValueError(f"pack {charge.pack} is in no slot")
    return charge.pack.slot.station_id


def power_limits(station: SwapStation, *, now: datetime) -> list[PowerLimit]:
    """Return what the station may draw from now on: its own limit, and less under a cap."""
    most_w = station.power_limit_kw * 1000
    caps = PowerCap.objects.filter(station=station, is_live=True, during__endswith__gt=now)
    steps = [PowerLimit(0, most_w)]
    for cap in caps.order_by("during"):
        start_s = max(0, floor((cap.during.lower - now).total_seconds()))
        end_s = floor((cap.during.upper - now).total_seconds())
        if start_s == steps[-1].from_s:
            steps.pop()
        steps.append(PowerLimit(start_s, min(most_w, cap.limit_kw * 1000)))
        if end_s > start_s:
            steps.append(PowerLimit(end_s, most_w))
    return steps


def charge_jobs(charges: Iterable[SlotCharge], *, now: datetime) -> list[ChargeJob]:
    """Return what is to be charged in a station's slots, promised packs with their deadlines."""
    rows = list(charges)
    deadlines = _deadlines([one.pack.pk for one in rows])
    jobs = []
    for one in rows:
        slot = one.pack.slot
        power_kw = min(slot.max_power_kw if slot else 0, one.pack.type.max_charge_kw)
        due = deadlines.get(one.pack.pk)
        if power_kw <= 0:
            continue
        jobs.append(
            ChargeJob(
                slot=str(one.pack.slot_id),
                pack=str(one.pack.pk),
                energy_wh=one.energy_wh,
                full_wh=one.charge_to_wh,
                max_power_w=power_kw * 1000,
                ready_by_s=None if due is None else max(0, floor((due - now).total_seconds())),
            )
        )
    return jobs


def _deadlines(pack_ids: list[int]) -> dict[int, datetime]:
    """Return when each pack that is promised must be full."""
    holds = PackHold.objects.filter(pack__in=pack_ids, is_live=True).select_related("assignment")
    deadlines: dict[int, datetime] = {}
    for hold in holds:
        due = hold.assignment.occupies.lower - FULL_BEFORE_SWAP
        deadlines[hold.pack_id] = min(due, deadlines.get(hold.pack_id, due))
    return deadlines
