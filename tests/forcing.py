"""Check again what is said of a way that a plan refused: force it, and look with strangers' eyes.

The forced plan is checked and priced by `check_plan`, which shares no code with the planner;
energy is walked along the route again; a shortage must shrink when what is short is given.
"""

from dataclasses import replace

from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.explain import Explainer, Option
from dispatch.planning.forcing import MOST_TRIED
from dispatch.planning.helps import given_more
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem, Truck
from dispatch.planning.schedule import ANY_COST_S


def faults(
    explainer: Explainer, problem: SwapProblem, plan: SwapPlan, truck_id: str, option: Option
) -> list[str]:
    """Say what is wrong with an option of a truck; empty if all of it holds."""
    truck = next(truck for truck in problem.trucks if truck.id == truck_id)
    if option.code == "chosen":
        here = (truck_id, option.after, option.station, option.start_s)
        found = {(swap.truck, swap.after, swap.station, swap.start_s) for swap in plan.swaps}
        return [] if here in found and option.fleet_s == 0 else ["chosen"]
    forced = explainer.forced_plan(truck_id, after=option.after, station=option.station)
    if option.code in {"out_of_reach", "route_breaks", "held"}:
        return [] if forced is None and _is_broken(truck, option) else ["reach"]
    if option.fleet_s is None:
        return _without_place(explainer, problem, truck_id, option, forced)
    if forced is None:
        return ["no such plan"]
    return [
        *(broken.code for broken in check_plan(problem, forced)),
        *_figures(problem, plan, forced, truck_id, option),
        *_reason(explainer, problem, plan, truck_id, option),
    ]


def cost_of(problem: SwapProblem, plan: SwapPlan, truck_id: str) -> int:
    """Price one truck of a plan, by the checker alone."""
    only = [truck for truck in problem.trucks if truck.id == truck_id]
    swaps = tuple(swap for swap in plan.swaps if swap.truck == truck_id)
    return plan_cost_s(replace(problem, trucks=tuple(only)), replace(plan, swaps=swaps))


def _figures(
    problem: SwapProblem, plan: SwapPlan, forced: SwapPlan, truck_id: str, option: Option
) -> list[str]:
    """Compare the forced plan, swap by swap and in cost, with what is said of it."""
    found = []
    if option.fleet_s != plan_cost_s(problem, forced) - plan_cost_s(problem, plan):
        found.append("fleet_s")
    if option.cost_s != cost_of(problem, forced, truck_id):
        found.append("cost_s")
    here = (truck_id, option.after, option.station, option.start_s)
    if here not in {(swap.truck, swap.after, swap.station, swap.start_s) for swap in forced.swaps}:
        found.append("start_s")
    left_out = {entry.truck for entry in forced.unserved}
    for loser in option.losers:
        lost_s = cost_of(problem, forced, loser.truck) - cost_of(problem, plan, loser.truck)
        if lost_s != loser.more_s or loser.is_left_out != (loser.truck in left_out):
            found.append(f"loser {loser.truck}")
    others = {truck.id for truck in problem.trucks} - {truck_id}
    lose = {one for one in others if _loses(problem, plan, forced, one)}
    if lose != {loser.truck for loser in option.losers}:
        found.append("losers")
    return found


def _loses(problem: SwapProblem, plan: SwapPlan, forced: SwapPlan, truck_id: str) -> bool:
    mine = [[swap for swap in one.swaps if swap.truck == truck_id] for one in (plan, forced)]
    if [(s.after, s.station, s.start_s) for s in mine[0]] == [
        (s.after, s.station, s.start_s) for s in mine[1]
    ]:
        return False
    return cost_of(problem, forced, truck_id) > cost_of(problem, plan, truck_id)


def _reason(
    explainer: Explainer, problem: SwapProblem, plan: SwapPlan, truck_id: str, option: Option
) -> list[str]:
    """Hold the binding reason to its meaning."""
    more_s, before_s = option.fleet_s or 0, cost_of(problem, plan, truck_id)
    if (option.code == "no_worse") != (more_s <= 0):
        return ["no_worse"]
    if option.code in {"longer", "lateness"}:
        alone_s = _cost_alone_s(problem, truck_id, option) - before_s
        return [] if 2 * alone_s >= more_s else [option.code]
    if option.code == "others_lose":
        own_s = (option.cost_s or 0) - before_s
        return [] if option.losers and own_s < more_s else ["others_lose"]
    if option.code in {"lane_busy", "no_packs"}:
        return _shortage(explainer, problem, truck_id, option)
    return []


def _shortage(
    explainer: Explainer, problem: SwapProblem, truck_id: str, option: Option
) -> list[str]:
    """What is said to be short must help at least as much as what is not, given without end."""
    lanes_s = costs_with(explainer, truck_id, option, lanes=len(problem.trucks))
    packs_s = costs_with(explainer, truck_id, option, packs=10 * len(problem.trucks))
    named_s, other_s = (lanes_s, packs_s) if option.code == "lane_busy" else (packs_s, lanes_s)
    helps = [named <= other for named, other in zip(named_s, other_s, strict=True)]
    return [] if any(helps[: 1 if option.fleet_s is not None else None]) else [option.code]


def _cost_alone_s(problem: SwapProblem, truck_id: str, option: Option) -> int:
    """Price the way with the truck alone in the region, forced through a fresh schedule."""
    only = tuple(truck for truck in problem.trucks if truck.id == truck_id)
    alone = Explainer(replace(problem, trucks=only), _nobody())
    forced = alone.forced(truck_id, after=option.after, station=option.station)
    return ANY_COST_S if forced is None else forced.placement.cost_s


def _nobody() -> SwapPlan:
    return SwapPlan(status="feasible", cost_s=0, bound_s=0, seconds=0, swaps=(), unserved=())


def _is_broken(truck: Truck, option: Option) -> bool:
    """Walk the route: without a swap before, is the truck too low at the station, or before?"""
    energy_wh, low = truck.energy_wh, False
    for leg in truck.legs[: option.after]:
        energy_wh -= leg.energy_wh
        low = low or energy_wh < truck.reserve_wh
    way = next(
        way for way in truck.detours if (way.after, way.station) == (option.after, option.station)
    )
    energy_wh -= way.to_wh
    is_low = low or energy_wh < truck.reserve_wh
    return option.arrival_wh == energy_wh and is_low == (option.code == "out_of_reach")


def _without_place(
    explainer: Explainer,
    problem: SwapProblem,
    truck_id: str,
    option: Option,
    forced: SwapPlan | None,
) -> list[str]:
    if forced is not None:
        return ["has a place"]
    if option.code == "after_horizon":
        alone_s = _cost_alone_s(problem, truck_id, option)
        return [] if alone_s == ANY_COST_S else ["after_horizon"]
    if option.code not in {"lane_busy", "no_packs"}:
        return [option.code]
    return _shortage(explainer, problem, truck_id, option)


def costs_with(
    explainer: Explainer, truck_id: str, option: Option, *, lanes: int = 0, packs: int = 0
) -> list[int]:
    """Price each way of an option if there were more lanes or packs where they are short."""
    schedule, station = explainer.schedule, option.short_at or option.station
    with (
        explainer.lifted(truck_id) as (job, _),
        given_more(schedule, station, kind=job.truck.pack_type, packs=packs, lanes=lanes),
    ):
        ways = explainer.ways(job)
        detour = next(w for w in ways if (w.after, w.station) == (option.after, option.station))
        fits = [schedule.fit(job, way, below_s=ANY_COST_S) for way in ways[detour][:MOST_TRIED]]
    return [ANY_COST_S if found is None else found.cost_s for found in fits]
