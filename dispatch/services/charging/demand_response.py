"""Demand response: what drawing less for a while costs trucks, told before anybody accepts it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from math import floor

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from dispatch.models import PowerCap
from dispatch.planning.charging import ChargeJob, ChargeSchedule, PowerLimit, charge_schedule
from dispatch.planning.orderly import energy_cost_cny, orderly_schedule
from dispatch.planning.steps import in_force
from dispatch.planning.stock import Demand, expected_wait_s
from dispatch.selectors.charging import slot_charges
from dispatch.selectors.demand import expected_demand
from dispatch.selectors.readiness import charge_jobs, power_limits
from dispatch.selectors.tariffs import station_prices
from dispatch.services.charging.plan import HORIZON, plan_charging
from dispatch.services.plans.replans import promise_replan
from dispatch.services.promises.moves import DispatchError
from fleet.models import SwapStation, User
from fleet.services.constraints import violated_constraint

_NEVER_S = int(HORIZON.total_seconds())


class CapRefusedError(DispatchError):
    """Another cap is in force in part of that time, or it is over already."""

    code = "power_cap_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a cap costs: minutes of trucks, late promises, energy.

    `promised_minutes` are of trucks with a promise whose packs would be full late,
    `expected_minutes` of those still to come, as far as packs in the slots now go.
    """

    late_promises: int
    promised_minutes: float
    expected_minutes: float
    moved_kwh: float
    energy_cny: float

    @property
    def truck_minutes(self) -> float:
        """Return the price in minutes of trucks."""
        return self.promised_minutes + self.expected_minutes


def quote_cap(
    station: SwapStation, *, start_at: datetime, end_at: datetime, limit_kw: int, now: datetime
) -> Quote:
    """Return what it would cost to draw at most `limit_kw` for a while.

    Both worlds, with and without the cap, charge what is promised first and else as soon as they
    can; `energy_cny` is what energy costs more (or, negative, less) in the cheapest plans of both.
    """
    charges = slot_charges([station.pk], now=now)
    waiting = [one for one in charges if one.is_charging and not one.is_ready]
    jobs = charge_jobs(waiting, now=now)
    usual = power_limits(station, now=now)
    start_s, end_s = (floor((at - now).total_seconds()) for at in (start_at, end_at))
    capped = capped_limits(usual, start_s=start_s, end_s=end_s, limit_w=limit_kw * 1000)
    before, after = (charge_schedule(jobs, limit_w=limit) for limit in (usual, capped))
    late_s = _late_s(jobs, before, after)
    prices = station_prices(station, now=now, horizon=HORIZON)
    cheapest = [orderly_schedule(jobs, limit_w=limit, prices=prices) for limit in (usual, capped)]
    kinds = {str(one.pack.pk): one.pack.type_id for one in waiting}
    ready = Counter(one.pack.type_id for one in charges if one.is_ready)
    demand = expected_demand(station.pk, now=now)
    waits_s = [_waits_s(demand, ready, kinds, jobs, world) for world in (before, after)]
    return Quote(
        late_promises=sum(late > 0 for late in late_s),
        promised_minutes=sum(late_s) / 60,
        expected_minutes=max(0.0, waits_s[1] - waits_s[0]) / 60,
        moved_kwh=_energy_kwh(before, start_s, end_s) - _energy_kwh(after, start_s, end_s),
        energy_cny=energy_cost_cny(cheapest[1], prices) - energy_cost_cny(cheapest[0], prices),
    )


def accept_cap(
    station: SwapStation,
    *,
    start_at: datetime,
    end_at: datetime,
    limit_kw: int,
    reason: str,
    by: User | None,
    now: datetime,
) -> PowerCap:
    """Put a cap in force at the price it has now; charging and the region are planned again.

    Raises
    ------
    CapRefusedError
        Part of that time has a cap already, or it is over.
    """
    if end_at <= max(start_at, now):
        raise CapRefusedError(_("The time must lie ahead and end after it begins."))
    quote = quote_cap(station, start_at=start_at, end_at=end_at, limit_kw=limit_kw, now=now)
    try:
        with transaction.atomic():
            cap = PowerCap.objects.create(
                station=station,
                during=DateTimeTZRange(start_at, end_at),
                limit_kw=limit_kw,
                truck_minutes=round(quote.truck_minutes, 1),
                reason=reason,
                accepted_by=by,
            )
    except IntegrityError as error:
        if violated_constraint(error) != "dispatch_station_has_one_cap_at_a_time":
            raise
        raise CapRefusedError(_("Another cap is in force in part of that time.")) from error
    _plan_again(station, now=now)
    return cap


def lift_cap(cap: PowerCap, *, now: datetime) -> bool:
    """End a cap; say whether it was in force."""
    lifted = PowerCap.objects.filter(pk=cap.pk, is_live=True).update(is_live=False)
    if lifted:
        _plan_again(cap.station, now=now)
    return bool(lifted)


def capped_limits(
    limits: list[PowerLimit], *, start_s: int, end_s: int, limit_w: int
) -> list[PowerLimit]:
    """Return limits with no more than `limit_w` from `start_s` to `end_s`."""
    times = sorted({step.from_s for step in limits} | {max(0, start_s), max(0, end_s)})
    watts = [(step.from_s, step.power_w) for step in limits]
    steps = []
    for at_s in times:
        usual_w = in_force(watts, at_s)
        inside = start_s <= at_s < end_s
        steps.append(PowerLimit(at_s, min(usual_w, limit_w) if inside else usual_w))
    return steps


def _plan_again(station: SwapStation, *, now: datetime) -> None:
    plan_charging(station.pk, now=now)
    promise_replan(station.region_id, cause="power cap", now=now)


def _late_s(jobs: list[ChargeJob], before: ChargeSchedule, after: ChargeSchedule) -> list[int]:
    """Return how much later than its swap, and than without the cap, each promised pack is full."""
    return [
        max(0, after.ready_s.get(job.pack, _NEVER_S) - max(job.ready_by_s, full_s))
        for job in jobs
        if job.ready_by_s is not None
        for full_s in [before.ready_s.get(job.pack, _NEVER_S)]
    ]


def _waits_s(
    demand: dict[int, Demand],
    ready: Counter[int],
    kinds: dict[str, int],
    jobs: list[ChargeJob],
    world: ChargeSchedule,
) -> float:
    total_s = 0.0
    for kind, expected in demand.items():
        free = [job.pack for job in jobs if kinds[job.pack] == kind and job.ready_by_s is None]
        times_s = [world.ready_s.get(pack, _NEVER_S) for pack in free]
        total_s += expected_wait_s(expected, [0] * ready[kind] + times_s)
    return total_s


def _energy_kwh(schedule: ChargeSchedule, start_s: int, end_s: int) -> float:
    return sum(
        period.power_w * max(0.0, min(period.to_s, end_s) - max(period.from_s, start_s)) / 3.6e6
        for period in schedule.periods
    )
