"""Plan what a station's slots charge: in time for every truck, at the least cost of energy."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import floor

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Func, Value

from dispatch.models import ChargeWindow, PackHold
from dispatch.planning.charging import ChargeJob, ChargeSchedule
from dispatch.planning.orderly import BLOCK_S, orderly_schedule
from dispatch.planning.stock import wanted_by_s
from dispatch.selectors.charging import SlotCharge, slot_charges
from dispatch.selectors.demand import expected_demand
from dispatch.selectors.readiness import charge_jobs, power_limits
from dispatch.selectors.tariffs import station_prices
from fleet.models import SwapStation

HORIZON = timedelta(hours=24)


def plan_charging(station_id: int, *, now: datetime) -> ChargeSchedule:
    """Replace the charge windows ahead of a station by a new plan, and return it.

    Promised packs are full before their swaps start; the others when trucks without a promise are
    likely to want them, with a safety stock; within that, energy is bought in the cheapest hours.
    A station without a tariff, or where no swap was done yet, charges as soon as it can. The sum
    over the slots stays at or under the station's limit (less the losses of charging) at every
    moment. One transaction, the station's row locked, so that two plans of one station follow
    each other.
    """
    with transaction.atomic():
        station = SwapStation.objects.select_for_update(no_key=True).get(pk=station_id)
        charges = slot_charges([station_id], now=now)
        waiting = [one for one in charges if one.is_charging and not one.is_ready]
        jobs, is_forecast = _with_forecast(
            station_id, charges, charge_jobs(waiting, now=now), now=now
        )
        schedule = orderly_schedule(
            jobs,
            limit_w=power_limits(station, now=now),
            prices=station_prices(station, now=now, horizon=HORIZON) if is_forecast else (),
            horizon_s=int(HORIZON.total_seconds()),
            phase_s=int(now.timestamp()) % BLOCK_S,
        )
        _end_windows(station_id, now=now)
        slots = {str(one.pack.slot_id): one.pack for one in waiting}
        ChargeWindow.objects.bulk_create(
            ChargeWindow(
                slot_id=int(period.slot),
                pack=slots[period.slot],
                during=DateTimeTZRange(
                    now + timedelta(seconds=period.from_s), now + timedelta(seconds=period.to_s)
                ),
                power_w=floor(period.power_w),
            )
            for period in schedule.periods
        )
    return schedule


def stations_that_charge() -> list[int]:
    """Return the stations that have a pack in a slot."""
    rows = SwapStation.objects.filter(is_active=True, slots__packs__isnull=False).distinct()
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _with_forecast(
    station_id: int, charges: list[SlotCharge], jobs: list[ChargeJob], *, now: datetime
) -> tuple[list[ChargeJob], bool]:
    """Give packs nobody is promised the time by which they are likely to be wanted.

    The fullest is wanted first. The second value says whether anything is known to go by.
    """
    demand = expected_demand(station_id, now=now)
    promised = {job.pack for job in jobs if job.ready_by_s is not None}
    kinds = {str(one.pack.pk): one.pack.type_id for one in charges}
    deadlines: dict[str, int | None] = {}
    for kind, expected in demand.items():
        free = sorted(
            (job for job in jobs if kinds[job.pack] == kind and job.pack not in promised),
            key=lambda job: job.full_wh - job.energy_wh,
        )
        ready = _free_and_ready(charges, kind)
        times_s = wanted_by_s(expected, ready=ready, charging=len(free))
        deadlines.update(zip((job.pack for job in free), times_s, strict=True))
    return [
        job if job.pack in promised else replace(job, ready_by_s=deadlines.get(job.pack))
        for job in jobs
    ], bool(demand)


def _free_and_ready(charges: list[SlotCharge], kind: int) -> int:
    ready = {
        one.pack.pk
        for one in charges
        if one.is_ready and one.pack.type_id == kind and not one.pack.is_quarantined
    }
    held = PackHold.objects.filter(pack__in=ready, is_live=True).values_list("pack", flat=True)
    return len(ready - set(held))


def _end_windows(station_id: int, *, now: datetime) -> None:
    """Cut what is under way at `now` and drop what is ahead; what was charged stays on record."""
    ahead = ChargeWindow.objects.filter(slot__station=station_id, during__endswith__gt=now)
    ahead.filter(during__startswith__gte=now).delete()
    ahead.update(during=Func(Func(F("during"), function="lower"), Value(now), function="tstzrange"))
