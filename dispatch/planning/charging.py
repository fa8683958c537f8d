"""How soon the packs in a station's slots can be full: power shared in earliest-deadline order.

Notes
-----
At every moment the power the station may draw goes to the pack due first, as much as its slot can
give, then to the next, until nothing is left: no power stays unused while a pack that could take
it is not full. Shares change only when a pack is full, a pack comes, or the limit changes, so the
schedule is exact and has no time grid. With one bottleneck (no slot weaker than the station)
this meets every set of deadlines that can be met (Horn 1974); with several slots charging side by
side it is a good rule, not the optimum. Packs charge at constant power: what a pack takes less
near full must be in `max_power_w`, taken as the mean to full.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CHARGE_EFFICIENCY = 0.94
"""From the station's meter into the pack (field reports say 0.92 to 0.95)."""

_WS_PER_WH = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeJob:
    """A pack in a slot that is to be filled.

    `energy_wh` is what it holds, `full_wh` what it must hold to be handed out, `max_power_w` what
    the slot can put into it; `ready_by_s` when it is needed (None: whenever power is left),
    `available_s` when it is in its slot. Seconds count from the moment planned for.
    """

    slot: str
    pack: str
    energy_wh: int
    full_wh: int
    max_power_w: int
    ready_by_s: int | None = None
    available_s: int = 0

    def __post_init__(self) -> None:
        if self.max_power_w <= 0:
            raise ValueError(f"slot {self.slot} has no power")
        if self.energy_wh < 0 or self.full_wh < 0:
            raise ValueError(f"pack {self.pack} has negative energy")


@dataclass(frozen=True, slots=True)
class PowerLimit:
    """What the station may draw from `from_s` on, at its meter."""

    from_s: int
    power_w: int

    def __post_init__(self) -> None:
        if self.power_w < 0:
            raise ValueError("a power limit is not negative")


@dataclass(frozen=True, slots=True)
class ChargePeriod:
    """Constant power into a pack, from and until exact seconds."""

    slot: str
    pack: str
    from_s: float
    to_s: float
    power_w: float


@dataclass(frozen=True, slots=True)
class ChargeSchedule:
    """What each slot does until every pack is full.

    `ready_s` is the whole second by which a pack is full, as the planner sees it; a pack the
    limit never lets fill is missing there. `late` are packs full only after their deadline, or
    never.
    """

    periods: tuple[ChargePeriod, ...]
    ready_s: dict[str, int]
    late: tuple[str, ...]


def power_into_packs_w(meter_power_w: int, *, efficiency: float = CHARGE_EFFICIENCY) -> int:
    """Power that reaches the packs of what the meter shows, rounded down."""
    return floor(meter_power_w * efficiency + 1e-9)


def charge_schedule(
    jobs: Sequence[ChargeJob],
    *,
    limit_w: int | Sequence[PowerLimit],
    efficiency: float = CHARGE_EFFICIENCY,
) -> ChargeSchedule:
    """Share a station's power among its packs, the one due first before the others.

    Parameters
    ----------
    jobs
        At most one a slot and one a pack.
    limit_w
        What the station may draw at its meter: one figure, or steps in order of time; before
        the first step it draws nothing.
    efficiency
        From meter to pack; the power of all packs together stays below limit x efficiency.

    Returns
    -------
    ChargeSchedule
        Periods in order of time, touching ones of equal power joined.

    Raises
    ------
    ValueError
        A slot or pack named twice, steps out of order, or an efficiency outside (0, 1].
    """
    refuse_doubles(jobs)
    if not 0.0 < efficiency <= 1.0:
        raise ValueError("efficiency must be above 0 and at most 1")
    steps = [PowerLimit(0, limit_w)] if isinstance(limit_w, int) else list(limit_w)
    if any(later.from_s <= step.from_s for step, later in itertools.pairwise(steps)):
        raise ValueError("limit steps must be in order of time")
    budgets = [
        (step.from_s, power_into_packs_w(step.power_w, efficiency=efficiency)) for step in steps
    ]
    station = _Station(jobs, budgets)
    station.run()
    ready_s = {pack: ceil(at) for pack, at in station.full_at.items()}
    late = tuple(
        job.pack
        for job in jobs
        if job.ready_by_s is not None and ready_s.get(job.pack, inf) > job.ready_by_s
    )
    return ChargeSchedule(joined_periods(station.periods), ready_s, late)


def refuse_doubles(jobs: Sequence[ChargeJob]) -> None:
    """Raise ValueError if a slot or a pack is named twice."""
    if len({job.slot for job in jobs}) < len(jobs):
        raise ValueError("a slot charges one pack")
    if len({job.pack for job in jobs}) < len(jobs):
        raise ValueError("a pack is in one slot")


class _Station:
    """The state between two events; times and energies are exact fractions."""

    def __init__(self, jobs: Sequence[ChargeJob], budgets: Sequence[tuple[int, int]]) -> None:
        self.queue = sorted(
            jobs,
            key=lambda job: (
                inf if job.ready_by_s is None else job.ready_by_s,
                job.available_s,
                job.full_wh - job.energy_wh,
                job.slot,
            ),
        )
        self.budgets = budgets
        self.missing_ws = {
            job.pack: Fraction(max(0, job.full_wh - job.energy_wh) * _WS_PER_WH) for job in jobs
        }
        self.full_at: dict[str, Fraction] = {}
        self.periods: list[ChargePeriod] = []

    def run(self) -> None:
        """Go from event to event until every pack is full or no power is left to come."""
        now = Fraction(0)
        while True:
            self._take_out_full(now)
            shares = self._shares_w(now)
            until = self._next_event(now, shares)
            if until is None:
                return
            for job, power_w in shares:
                self.periods.append(
                    ChargePeriod(job.slot, job.pack, float(now), float(until), power_w)
                )
                self.missing_ws[job.pack] -= power_w * (until - now)
            now = until

    def _take_out_full(self, now: Fraction) -> None:
        for job in list(self.queue):
            if job.available_s <= now and self.missing_ws[job.pack] == 0:
                self.full_at[job.pack] = now
                self.queue.remove(job)

    def _shares_w(self, now: Fraction) -> list[tuple[ChargeJob, int]]:
        left_w = 0
        for from_s, power_w in self.budgets:
            if from_s <= now:
                left_w = power_w
        shares = []
        for job in self.queue:
            power_w = min(left_w, job.max_power_w)
            if job.available_s <= now and power_w > 0:
                shares.append((job, power_w))
                left_w -= power_w
        return shares

    def _next_event(self, now: Fraction, shares: list[tuple[ChargeJob, int]]) -> Fraction | None:
        if not self.queue:
            return None
        events = [now + self.missing_ws[job.pack] / power_w for job, power_w in shares]
        events += [Fraction(from_s) for from_s, _ in self.budgets if from_s > now]
        events += [Fraction(job.available_s) for job in self.queue if job.available_s > now]
        return min(events, default=None)


def joined_periods(periods: Iterable[ChargePeriod]) -> tuple[ChargePeriod, ...]:
    """Join touching periods of one pack at equal power; all in order of time."""
    open_periods: dict[str, ChargePeriod] = {}
    done: list[ChargePeriod] = []
    for period in sorted(periods, key=lambda period: period.from_s):
        before = open_periods.get(period.pack)
        if before and before.to_s == period.from_s and before.power_w == period.power_w:
            open_periods[period.pack] = replace(before, to_s=period.to_s)
        else:
            if before is not None:
                done.append(before)
            open_periods[period.pack] = period
    done.extend(open_periods.values())
    return tuple(sorted(done, key=lambda period: (period.from_s, period.slot)))
