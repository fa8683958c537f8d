"""One truck now: its best swaps beside a plan that stands, without planning the region again."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.frozen import freeze_swaps
from dispatch.planning.job import Job
from dispatch.planning.keep import keep_promises
from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import Hold, SwapProblem, Truck
from dispatch.planning.schedule import Placement, Schedule

_MOST_MOVABLE = 30
_WORTH_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTruck:
    """What can be done for one truck at once.

    `swaps` are its own, in order; empty if there is none, and `reason` and `detail` say why (the
    reasons of a plan, or `not_in_need`). `relied_on`: it keeps its standing swaps, because others
    are to get the packs it brings. `moved` are the new swaps of a truck that makes room, and of
    those that now get other packs. `cost_s` is what all of it costs the fleet beyond the plan.
    """

    swaps: tuple[Swap, ...] = ()
    moved: tuple[Swap, ...] = ()
    cost_s: int = 0
    reason: str = ""
    detail: str = ""


def swap_one_truck(
    problem: SwapProblem, standing: SwapPlan, truck_id: str, *, may_move: bool = True
) -> OneTruck:
    """Find the best swaps for one truck beside those that stand.

    Every other swap of `standing` stays as it is: lane, start and packs. With `may_move`, one
    truck without a fixed promise may be moved to make room, at its cost and `change_s`. The
    truck's own standing swaps, if it has any, are taken to be free.

    Notes
    -----
    Only the stations on its ways are looked at: those that stand there become closed lane times
    and packs that are gone or come back (`freeze_swaps`), so that the rest is the planner's own
    insertion into a region of one truck.

    Raises
    ------
    KeyError
        If the problem has no such truck.
    """
    truck = next((truck for truck in problem.trucks if truck.id == truck_id), None)
    if truck is None:
        raise KeyError(truck_id)
    stations = {detour.station for detour in truck.detours}
    others = [swap for swap in standing.swaps if swap.truck != truck_id]
    if truck_id in _givers(others):
        detail = "Other trucks are to get the packs it brings: its swap stays as it is."
        return OneTruck(swaps=_of(standing, truck_id), reason="relied_on", detail=detail)
    alone = _beside(problem, others, [replace(truck, holds=())], stations)
    best = _placed(alone, truck_id)
    if may_move and alone.jobs and (not best.swaps or _is_dear(alone)):
        moved = _with_room(problem, others, truck, stations, best)
        best = moved or best
    return best


def _beside(
    problem: SwapProblem, frozen: list[Swap], trucks: list[Truck], stations: Collection[str]
) -> Schedule:
    """Open the books of some stations with the swaps that stand in them."""
    there = freeze_swaps(problem, frozen, stations=stations)
    return Schedule(replace(problem, stations=there, trucks=tuple(trucks)))


def _placed(schedule: Schedule, truck_id: str) -> OneTruck:
    if not schedule.jobs:
        return OneTruck(reason="not_in_need", detail="It reaches its last stop without a swap.")
    job = schedule.jobs[0]
    placement = schedule.best(job)
    if placement is not None:
        schedule.put(job, placement)
    plan = assemble_plan(schedule, bound_s=0, seconds=0.0)
    if placement is None:
        left = plan.unserved[0]
        return OneTruck(reason=left.reason, detail=left.detail, cost_s=job.unserved_s)
    return OneTruck(swaps=_of(plan, truck_id), cost_s=placement.cost_s)


def _of(plan: SwapPlan, truck_id: str) -> tuple[Swap, ...]:
    mine = [swap for swap in plan.swaps if swap.truck == truck_id]
    return tuple(sorted(mine, key=lambda swap: swap.after))


def _is_dear(schedule: Schedule) -> bool:
    """Whether the truck waits for others: its swaps cost more than if it were alone."""
    return schedule.cost_s > schedule.least_cost_s + _WORTH_S


def _with_room(
    problem: SwapProblem,
    others: list[Swap],
    truck: Truck,
    stations: Collection[str],
    best: OneTruck,
) -> OneTruck | None:
    """Try to move one truck that may be moved, for each of those near; None if none helps."""
    movable = _movable(problem, others, truck, stations)
    if not movable:
        return None
    frozen = [swap for swap in others if swap.truck not in movable]
    trucks = [
        _as_promised(each, movable[each.id], stations)
        for each in problem.trucks
        if each.id in movable
    ]
    schedule = _beside(problem, frozen, [replace(truck, holds=()), *trucks], stations)
    keep_promises(schedule)
    jobs = {job.truck.id: job for job in schedule.jobs}
    mine = jobs.pop(truck.id)
    if any(job.index not in schedule.placements for job in jobs.values()):
        return None
    before_s = schedule.cost_s - mine.unserved_s
    if not _exchange(schedule, mine, list(jobs.values()), below_s=before_s + best.cost_s):
        return None
    plan = assemble_plan(schedule, bound_s=0, seconds=0.0)
    stood = set(movable.values())
    return OneTruck(
        swaps=_of(plan, truck.id),
        moved=tuple(swap for swap in plan.swaps if swap.truck != truck.id and swap not in stood),
        cost_s=schedule.cost_s - before_s,
    )


def _exchange(schedule: Schedule, mine: Job, others: list[Job], *, below_s: int) -> bool:
    """Move the one of the others with which all together cost least; False if none is worth it."""
    chosen: tuple[Job, Placement, Placement] | None = None
    for other in others:
        stood = schedule.take_out(other)
        own = schedule.best(mine)
        if own is not None:
            schedule.put(mine, own)
            room = schedule.best(other)
            if room is not None:
                schedule.put(other, room)
                if schedule.cost_s < below_s - _WORTH_S:
                    below_s, chosen = schedule.cost_s + _WORTH_S, (other, own, room)
                schedule.take_out(other)
            schedule.take_out(mine)
        schedule.put(other, stood)
    if chosen is None:
        return False
    other, own, room = chosen
    schedule.take_out(other)
    schedule.put(mine, own)
    schedule.put(other, room)
    return True


def _movable(
    problem: SwapProblem, others: list[Swap], truck: Truck, stations: Collection[str]
) -> dict[str, Swap]:
    """Give the swaps near in time that nothing fixed holds or rests on, one swap a truck."""
    fixed = {each.id for each in problem.trucks if any(hold.fixed for hold in each.holds)}
    count: dict[str, int] = {}
    wanted = _givers(others)
    for swap in others:
        count[swap.truck] = count.get(swap.truck, 0) + 1
    able = [
        swap
        for swap in others
        if swap.station in stations and swap.truck not in fixed | wanted and count[swap.truck] == 1
    ]
    arrival_s = min((truck.ready_s + way.to_s for way in truck.detours), default=0)
    able.sort(key=lambda swap: (abs(swap.start_s - arrival_s), swap.truck))
    return {swap.truck: swap for swap in able[:_MOST_MOVABLE]}


def _givers(swaps: list[Swap]) -> set[str]:
    """Give the trucks whose packs, once taken off and charged, go to one of these swaps."""
    named = [pack for swap in swaps for pack in swap.packs]
    return {pack.rsplit("/", 2)[0] for pack in named if "/" in pack}


def _as_promised(truck: Truck, swap: Swap, stations: Collection[str]) -> Truck:
    """Give a truck with its standing swap as a promise, and with the ways that are looked at."""
    hold = Hold(
        after=swap.after,
        station=swap.station,
        lane=swap.lane,
        start_s=swap.start_s,
        packs=swap.packs,
    )
    ways = tuple(detour for detour in truck.detours if detour.station in stations)
    return replace(truck, holds=(hold,), detours=ways)
