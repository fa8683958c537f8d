"""Days of one station with random trucks: packs charged on return, or in order of need and price.

Swaps take what is full, first come first served. Trucks come as a Poisson process with two peaks a
day; each is promised its swap `NOTICE_S` before. Both policies see the same trucks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from dispatch.planning.charging import ChargeJob, ChargeSchedule, charge_schedule
from dispatch.planning.orderly import BLOCK_S, energy_cost_cny, orderly_schedule
from dispatch.planning.stock import Demand, wanted_by_s
from dispatch.simulation.tariffs import TANGSHAN, price_cny_per_kwh

FULL_WH = 273_000
SLOT_W = 250_000
NOTICE_S = 3_600
SWAP_S = 300
DAY_S = 86_400
STEP_S = 300
SHARES = (2, 2, 2, 2, 3, 4, 6, 7, 6, 4, 4, 4, 4, 4, 4, 5, 6, 7, 6, 5, 4, 3, 3, 3)
"""How trucks spread over the hours: a wave at each change of shift."""


@dataclass
class Tally:
    """What a station's days came to."""

    cost_cny: float = 0.0
    charged_kwh: float = 0.0
    wait_s: float = 0.0
    swaps: int = 0
    plans: int = 0


@dataclass
class Station:
    """Energy of each pack, and trucks that wait."""

    energy_wh: list[float]
    queue: list[float] = field(default_factory=list)

    @property
    def full(self) -> list[int]:
        """Packs that can be handed out."""
        return [n for n, energy in enumerate(self.energy_wh) if energy > FULL_WH - 1]


def arrivals_s(seed: int, *, swaps_a_day: float, days: int) -> list[float]:
    """Draw when trucks come."""
    random = Random(seed)  # noqa: S311 - not for secrets
    times = []
    for hour in range(24 * days):
        rate = swaps_a_day * SHARES[hour % 24] / sum(SHARES)
        at_s = random.expovariate(rate)
        while at_s < 1:
            times.append((hour + at_s) * 3600)
            at_s += random.expovariate(rate)
    return times


def prices_from(at_s: float, *, month: int) -> list[tuple[int, int]]:
    """Return Tangshan's prices for a day from a second of the simulation on."""
    steps = []
    for hour in range(25):
        start = int(at_s // 3600 + hour) * 3600
        price = price_cny_per_kwh(TANGSHAN, month=month, minute=start // 60 % 1440)
        steps.append((max(0, int(start - at_s)), round(price * 1000)))
    return steps


def run_days(
    times_s: Sequence[float],
    *,
    packs: int,
    swaps_a_day: float,
    limit_w: int,
    is_orderly: bool,
    days: int,
    month: int = 1,
    seed: int = 0,
) -> Tally:
    """Run the days of one policy."""
    random = Random(seed)  # noqa: S311 - not for secrets
    left_wh = [random.uniform(0.15, 0.35) * FULL_WH for _ in times_s]
    station = Station([FULL_WH] * packs)
    tally = Tally()
    coming = list(times_s)
    for at_s in range(0, days * DAY_S, STEP_S):
        while coming and coming[0] < at_s:
            station.queue.append(coming.pop(0))
        for came_s in list(station.queue):
            if not station.full:
                break
            pack = station.full[0]
            station.queue.remove(came_s)
            station.energy_wh[pack] = left_wh[tally.swaps]
            tally.swaps += 1
            tally.wait_s += at_s - came_s
        promised = [0.0 for _ in station.queue]
        promised += [max(0.0, time - at_s) for time in coming if time - at_s < NOTICE_S]
        plan = _plan(station, promised, at_s, limit_w, swaps_a_day, month, is_orderly=is_orderly)
        tally.plans += 1
        _charge(station, plan, prices_from(at_s, month=month), tally)
    missing_kwh = sum(FULL_WH - energy for energy in station.energy_wh) / 1000
    tally.cost_cny *= 1 + missing_kwh / tally.charged_kwh  # what is not full yet costs the mean
    return tally


def _plan(
    station: Station,
    promised_s: Sequence[float],
    at_s: int,
    limit_w: int,
    swaps_a_day: float,
    month: int,
    *,
    is_orderly: bool,
) -> ChargeSchedule:
    waiting = sorted(
        (n for n, energy in enumerate(station.energy_wh) if energy <= FULL_WH - 1),
        key=lambda n: -station.energy_wh[n],
    )
    jobs = [
        ChargeJob(
            slot=f"S{n}",
            pack=f"P{n}",
            energy_wh=round(station.energy_wh[n]),
            full_wh=FULL_WH,
            max_power_w=SLOT_W,
        )
        for n in waiting
    ]
    if not is_orderly:
        return charge_schedule(jobs, limit_w=limit_w, efficiency=1.0)
    ready = len(station.full)
    sure = [max(0, int(time) - STEP_S) for time in promised_s[ready:]][: len(jobs)]
    later = wanted_by_s(
        _demand(at_s, swaps_a_day),
        ready=max(0, ready - len(promised_s)),
        charging=len(jobs) - len(sure),
    )
    due = [*sure, *(None if time is None else max(0, time - STEP_S) for time in later)]
    timed = [replace(job, ready_by_s=by) for job, by in zip(jobs, due, strict=True)]
    prices = prices_from(at_s, month=month)
    return orderly_schedule(
        timed, limit_w=limit_w, prices=prices, phase_s=at_s % BLOCK_S, efficiency=1.0
    )


def _demand(at_s: int, swaps_a_day: float) -> Demand:
    edges = [NOTICE_S]
    edges += [s for h in range(1, 26) if (s := int((at_s // 3600 + h) * 3600 - at_s)) > NOTICE_S]
    rates = [swaps_a_day * SHARES[int((at_s + s) // 3600) % 24] / sum(SHARES) for s in edges[:-1]]
    return Demand(tuple(edges), tuple(rates))


def _charge(
    station: Station, plan: ChargeSchedule, prices: Sequence[tuple[int, int]], tally: Tally
) -> None:
    """Let the packs take what the plan gives them in one step."""
    now = [replace(p, to_s=min(p.to_s, STEP_S)) for p in plan.periods if p.from_s < STEP_S]
    for period in now:
        energy_wh = period.power_w * (period.to_s - period.from_s) / 3600
        station.energy_wh[int(period.pack[1:])] += energy_wh
        tally.charged_kwh += energy_wh / 1000
    tally.cost_cny += energy_cost_cny(replace(plan, periods=tuple(now)), prices, efficiency=1.0)
