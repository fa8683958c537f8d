"""Plan what a station's slots charge: promised packs first, never over the power limit."""

from datetime import datetime, timedelta
from math import floor

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Func, Value

from dispatch.models import ChargeWindow, PackHold
from dispatch.planning.charging import ChargeJob, ChargeSchedule, charge_schedule
from dispatch.selectors.charging import SlotCharge, slot_charges
from fleet.models import SwapStation


def plan_charging(station_id: int, *, now: datetime) -> ChargeSchedule:
    """Replace the charge windows ahead of a station by a new plan, and return it.

    The pack whose swap starts first has the first claim on power; packs nobody is promised take
    what is left. The sum over the slots stays at or under the station's limit (less the losses
    of charging) at every moment. One transaction, the station's row locked, so that two plans
    of one station follow each other.
    """
    with transaction.atomic():
        station = SwapStation.objects.select_for_update(no_key=True).get(pk=station_id)
        charges = [
            one
            for one in slot_charges([station_id], now=now)
            if one.is_charging and not one.is_ready
        ]
        schedule = charge_schedule(_jobs(charges, now=now), limit_w=station.power_limit_kw * 1000)
        _end_windows(station_id, now=now)
        slots = {str(one.pack.slot_id): one.pack for one in charges}
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
            if _lasts(period.from_s, period.to_s)
        )
    return schedule


def stations_that_charge() -> list[int]:
    """Return the stations that have a pack in a slot."""
    rows = SwapStation.objects.filter(is_active=True, slots__packs__isnull=False).distinct()
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _jobs(charges: list[SlotCharge], *, now: datetime) -> list[ChargeJob]:
    deadlines = _deadlines([one.pack.pk for one in charges])
    jobs = []
    for one in charges:
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
                ready_by_s=None if due is None else floor((due - now).total_seconds()),
            )
        )
    return jobs


def _deadlines(pack_ids: list[int]) -> dict[int, datetime]:
    """Return when the next swap that takes each pack starts."""
    holds = PackHold.objects.filter(pack__in=pack_ids, is_live=True).select_related("assignment")
    deadlines: dict[int, datetime] = {}
    for hold in holds:
        start = hold.assignment.occupies.lower
        deadlines[hold.pack_id] = min(start, deadlines.get(hold.pack_id, start))
    return deadlines


def _end_windows(station_id: int, *, now: datetime) -> None:
    """Cut what is under way at `now` and drop what is ahead; what was charged stays on record."""
    ahead = ChargeWindow.objects.filter(slot__station=station_id, during__endswith__gt=now)
    ahead.filter(during__startswith__gte=now).delete()
    ahead.update(during=Func(Func(F("during"), function="lower"), Value(now), function="tstzrange"))


def _lasts(from_s: float, to_s: float) -> bool:
    """Say whether a period is still one at the database's microsecond."""
    return round(to_s * 1e6) > round(from_s * 1e6)
