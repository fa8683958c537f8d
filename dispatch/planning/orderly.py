"""When the packs of a station charge so that each is full in time and the energy costs least.

Time is cut where something changes (a price, a limit, a deadline, a pack that comes) and at every
quarter of an hour; in one block each pack takes constant power. What remains is a min-cost flow
from packs through blocks to the grid, which is solved exactly: energy before a pack's deadline at
the price of its block, later only if it cannot be helped, and at equal prices the earlier, so that
what goes wrong later finds packs full.

References
----------
Pan et al. and others price charging by blocks as a transportation problem; deadlines of packs that
are alike (the k-th returned pack must be full by swap B + k) follow Horn, "Some simple scheduling
algorithms", Naval Research Logistics Quarterly 21 (1974).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from dispatch.planning.charging import (
    CHARGE_EFFICIENCY,
    ChargeJob,
    ChargePeriod,
    ChargeSchedule,
    PowerLimit,
    joined_periods,
    power_into_packs_w,
    refuse_doubles,
)
from dispatch.planning.steps import in_force

type Whole = NDArray[np.int64]

BLOCK_S = 900
DAY_S = 86_400
_WS_PER_WH = 3_600
_EVER_S = 1 << 40
# Costs of one watt-second. Among equal prices the earlier block is the better, most of all for the
# pack due first; any delay past a deadline outweighs any price; not being full at the horizon
# outweighs any delay. All of it times the energy of fifty packs fits into 63 bits.
_PRICE_UNIT = 4_096
_MOST_PRICES = 3_000
_MOST_URGENT = 24
_LATE = 20_000_000
_LATE_A_BLOCK = 100_000
_NEVER = 100_000_000


def orderly_schedule(
    jobs: Sequence[ChargeJob],
    *,
    limit_w: int | Sequence[PowerLimit],
    prices: Sequence[tuple[int, int]] = (),
    horizon_s: int = DAY_S,
    phase_s: int = 0,
    efficiency: float = CHARGE_EFFICIENCY,
) -> ChargeSchedule:
    """Fill a station's packs by their deadlines at the least cost of energy.

    Parameters
    ----------
    jobs
        At most one a slot and one a pack. Without `ready_by_s` a pack need only be full by the
        horizon.
    limit_w
        What the station may draw at its meter: one figure, or steps in order of time; before
        the first step it draws nothing.
    prices
        From so many seconds on, in thousandths of a CNY a kWh at the meter, in order of time;
        before the first one energy is free. Without any, every pack charges as soon as it can.
    horizon_s
        Until when energy can be bought, at most two days.
    phase_s
        Seconds from the last quarter of an hour to the moment planned for, so that plans made
        one after the other cut time at the same instants.
    efficiency
        From meter to pack.

    Returns
    -------
    ChargeSchedule
        `late` are packs full only after their deadline, or not by the horizon; if any way of
        charging in blocks meets all deadlines, it is empty.

    Raises
    ------
    ValueError
        A slot or pack named twice, or a negative price.
    """
    refuse_doubles(jobs)
    if any(price < 0 for _, price in prices):
        raise ValueError("a price is not negative")
    steps = [PowerLimit(0, limit_w)] if isinstance(limit_w, int) else list(limit_w)
    watts = [(step.from_s, step.power_w) for step in steps]
    missing_ws = {
        job.pack: max(0, job.full_wh - job.energy_wh) * _WS_PER_WH
        for job in jobs
        if job.available_s < horizon_s
    }
    waiting = [job for job in jobs if missing_ws.get(job.pack)]
    blocks = _blocks(waiting, watts, prices, horizon_s=horizon_s, phase_s=phase_s)
    budget_w = [
        power_into_packs_w(in_force(watts, start), efficiency=efficiency) for start, _ in blocks
    ]
    price = [in_force(prices, start) for start, _ in blocks]
    taken_ws = _cheapest_flow(
        waiting, [missing_ws[job.pack] for job in waiting], blocks, budget_w, price
    )
    return _schedule(jobs, waiting, missing_ws, blocks, budget_w, taken_ws)


def _blocks(
    jobs: Sequence[ChargeJob],
    limits: Sequence[tuple[int, int]],
    prices: Sequence[tuple[int, int]],
    *,
    horizon_s: int,
    phase_s: int,
) -> list[tuple[int, int]]:
    """Cut the time to the horizon where anything changes, in seconds from now."""
    cuts = {0, horizon_s, *range(BLOCK_S - phase_s % BLOCK_S, horizon_s, BLOCK_S)}
    cuts.update(from_s for from_s, _ in limits)
    cuts.update(from_s for from_s, _ in prices)
    cuts.update(job.available_s for job in jobs)
    cuts.update(job.ready_by_s for job in jobs if job.ready_by_s is not None)
    return list(pairwise(sorted(cut for cut in cuts if 0 <= cut <= horizon_s)))


def _cheapest_flow(
    jobs: Sequence[ChargeJob],
    missing_ws: Sequence[int],
    blocks: Sequence[tuple[int, int]],
    budget_w: Sequence[int],
    price: Sequence[int],
) -> Whole:
    """Give the energy of each pack in each block, shape (packs, blocks), watt-seconds."""
    packs, count = len(jobs), len(blocks)
    if not packs or not count:
        return np.zeros((packs, count), np.int64)
    start_s = np.array([start for start, _ in blocks], np.int64)
    length_s = np.array([end - start for start, end in blocks], np.int64)
    power_w = np.array([[job.max_power_w] for job in jobs], np.int64)
    available_s = np.array([[job.available_s] for job in jobs], np.int64)
    capacity_ws = np.where(start_s >= available_s, power_w * length_s, 0)
    wanted_ws = np.array(missing_ws, np.int64)
    pack, block, sink = np.arange(packs), packs + np.arange(count), packs + count
    tails, heads = np.repeat(pack, count), np.tile(block, packs)
    flow: Any = min_cost_flow.SimpleMinCostFlow()  # its stubs name no arrays
    arcs = flow.add_arcs_with_capacity_and_unit_cost
    arcs(tails, heads, capacity_ws.ravel(), _costs(jobs, start_s, price).ravel())
    arcs(block, np.full(count, sink), np.array(budget_w) * length_s, np.zeros(count, np.int64))
    arcs(pack, np.full(packs, sink), wanted_ws, np.full(packs, _NEVER))
    flow.set_nodes_supplies(np.append(pack, sink), np.append(wanted_ws, -wanted_ws.sum()))
    if flow.solve() != flow.OPTIMAL:  # every supply has a way of its own to the sink
        raise RuntimeError("the flow of energy was not solved")
    return np.array(flow.flows(np.arange(packs * count)), np.int64).reshape(packs, count)


def _costs(jobs: Sequence[ChargeJob], start_s: Whole, price: Sequence[int]) -> Whole:
    """Cost of one watt-second of each pack in each block, shape (packs, blocks)."""
    due_s = np.array([_EVER_S if job.ready_by_s is None else job.ready_by_s for job in jobs])
    number = np.arange(len(start_s), dtype=np.int64)
    blocks_late = np.maximum(0, number - np.searchsorted(start_s, due_s)[:, None] + 1)
    rank = np.argsort(np.argsort(due_s, kind="stable"), kind="stable")
    urgency = 1 + (_MOST_URGENT - 1) * (len(jobs) - 1 - rank) // max(1, len(jobs) - 1)
    coarser = -(-max(price) // _MOST_PRICES) or 1
    ties = np.minimum(number * urgency[:, None], _PRICE_UNIT - 1)
    in_time = np.array(price, np.int64) // coarser * _PRICE_UNIT
    cost: Whole = np.where(blocks_late > 0, _LATE + blocks_late * _LATE_A_BLOCK, in_time) + ties
    return cost


def _schedule(
    jobs: Sequence[ChargeJob],
    waiting: Sequence[ChargeJob],
    missing_ws: dict[str, int],
    blocks: Sequence[tuple[int, int]],
    budget_w: Sequence[int],
    taken_ws: Whole,
) -> ChargeSchedule:
    ready_s = {job.pack: job.available_s for job in jobs if missing_ws.get(job.pack) == 0}
    periods: list[ChargePeriod] = []
    for number, block in enumerate(blocks):
        packs = list(map(int, np.flatnonzero(taken_ws[:, number])))
        active = [(waiting[pack], int(taken_ws[pack, number])) for pack in packs]
        periods += _periods(active, block, budget_w[number])
    for job, row in zip(waiting, taken_ws, strict=True):
        if row.sum() == missing_ws[job.pack]:
            ends_s = (period.to_s for period in periods if period.pack == job.pack)
            ready_s[job.pack] = ceil(max(ends_s))
    late = tuple(
        job.pack
        for job in jobs
        if job.ready_by_s is not None and ready_s.get(job.pack, _EVER_S) > job.ready_by_s
    )
    return ChargeSchedule(joined_periods(periods), ready_s, late)


def _periods(
    active: Sequence[tuple[ChargeJob, int]], block: tuple[int, int], budget_w: int
) -> Iterator[ChargePeriod]:
    """Charge as fast as the slots can if the limit allows it, else evenly over the block."""
    start, end = block
    at_once = sum(job.max_power_w for job, _ in active) <= budget_w
    for job, energy_ws in active:
        power_w = job.max_power_w if at_once else energy_ws / (end - start)
        until = start + energy_ws / power_w if at_once else end
        yield ChargePeriod(job.slot, job.pack, start, until, power_w)


def energy_cost_cny(
    schedule: ChargeSchedule,
    prices: Sequence[tuple[int, int]],
    *,
    efficiency: float = CHARGE_EFFICIENCY,
) -> float:
    """Return what the energy of a schedule costs at the meter."""
    edges = [from_s for from_s, _ in prices[1:]]
    total = 0.0
    for period in schedule.periods:
        cuts = [period.from_s, *(e for e in edges if period.from_s < e < period.to_s), period.to_s]
        for start, end in pairwise(cuts):
            milli = in_force(prices, int(start))
            total += milli / 1000 * period.power_w * (end - start) / 3.6e6
    return total / efficiency
