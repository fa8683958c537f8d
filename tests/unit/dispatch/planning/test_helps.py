from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import read_problem
from dispatch.planning.explain import Explainer
from dispatch.planning.follow import follow
from dispatch.planning.helps import Help
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import Hold, Lane, Pack, Station, SwapProblem, Truck
from dispatch.planning.schedule import Schedule
from tests.examples import fewer_examples
from tests.instances import swap_problem
from tests.unit.dispatch.planning.test_check import yard

DATA = Path(__file__).parents[3] / "data" / "planning"


def given_help(problem: SwapProblem, truck_id: str, more: Help) -> SwapProblem:
    """Write what would have helped into the problem itself."""
    stations = tuple(
        _with_more(station, problem, truck_id, more) if station.id == more.station else station
        for station in problem.stations
    )
    trucks = tuple(
        replace(
            truck,
            energy_wh=truck.energy_wh + more.energy_wh,
            holds=() if more.release else truck.holds,
        )
        if truck.id == truck_id
        else truck
        for truck in problem.trucks
    )
    return replace(problem, stations=stations, trucks=trucks)


def _with_more(station: Station, problem: SwapProblem, truck_id: str, more: Help) -> Station:
    kind = next(truck.pack_type for truck in problem.trucks if truck.id == truck_id)
    packs = tuple(Pack(id=f"more-{n}", type=kind, ready_s=0) for n in range(more.packs))
    swap_s = min(lane.swap_s for lane in station.lanes)
    lanes = tuple(Lane(id=f"more-{n}", swap_s=swap_s) for n in range(more.lanes))
    return replace(station, packs=station.packs + packs, lanes=station.lanes + lanes)


def served_with(problem: SwapProblem, plan: SwapPlan, truck_id: str, more: Help) -> list[str]:
    """Serve the truck with the help beside all others as planned; gives what is wrong."""
    changed = given_help(problem, truck_id, more)
    schedule = Schedule(changed)
    follow(schedule, plan)
    job = next((job for job in schedule.jobs if job.truck.id == truck_id), None)
    if job is None:
        return [] if more.energy_wh and not more.station else ["has no need"]
    found = schedule.best(job)
    if found is None:
        return ["not served"]
    schedule.put(job, found)
    made = assemble_plan(schedule, bound_s=0, seconds=0.0)
    wrong = [broken.code for broken in check_plan(changed, made)]
    if found.cost_s != more.cost_s:
        wrong.append("cost_s")
    if more.station not in {visit.detour.station for visit in found.itinerary.visits}:
        wrong.append("station")
    return wrong


def every_help(problem: SwapProblem, plan: SwapPlan) -> tuple[list[str], Counter[str]]:
    explainer = Explainer(problem, plan)
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    for entry in plan.unserved:
        told = explainer.helps(entry.truck)
        seen[f"{entry.reason}: {len(told) > 0}"] += 1
        for one in told:
            wrong += [
                f"{entry.truck} {one}: {w}" for w in served_with(problem, plan, entry.truck, one)
            ]
    return wrong, seen


@fewer_examples(2)
@given(seed=st.integers(0, 10**6), with_options=st.booleans())
def test_each_help_would_have_helped(seed: int, with_options: bool) -> None:
    problem = swap_problem(seed, trucks=6, with_options=with_options)
    problem = replace(problem, params=replace(problem.params, s_per_cny=0))
    if with_options:  # packs of other capacities would change what the whole type is reckoned with
        problem = replace(problem, trucks=tuple(replace(t, packs=()) for t in problem.trucks))
    wrong, _ = every_help(problem, greedy(problem, PlannerParams()))
    assert not wrong


def test_most_unserved_trucks_of_a_region_short_of_packs_are_told_what_would_help() -> None:
    problem = read_problem(DATA / "shuttle-100x8-s1.json.gz")
    few = tuple(replace(station, packs=station.packs[:2]) for station in problem.stations)
    problem = replace(problem, stations=few)
    plan = greedy(problem, PlannerParams())
    wrong, seen = every_help(problem, plan)
    assert not wrong
    assert len(plan.unserved) > 10
    assert sum(n for reason, n in seen.items() if reason.endswith("True")) > 0.8 * seen.total()


def only(problem: SwapProblem, truck: Truck) -> tuple[Help, ...]:
    problem = replace(problem, trucks=(truck,))
    plan = greedy(problem, PlannerParams())
    found = Explainer(problem, plan).helps(truck.id)
    assert [served_with(problem, plan, truck.id, one) for one in found] == [[]] * len(found)
    return found


def test_a_truck_out_of_reach_is_told_the_least_charge_that_would_do() -> None:
    truck = yard().trucks[1]
    short = replace(truck, energy_wh=truck.reserve_wh + truck.detours[0].to_wh - 700)
    (found,) = only(yard(), short)
    assert (found.station, found.energy_wh) == ("S", 700)


def test_a_truck_whose_promise_cannot_be_kept_would_be_helped_without_it() -> None:
    truck = yard().trucks[1]
    gone = Hold(after=0, station="S", lane="", start_s=900, packs=("gone",), fixed=True)
    (found,) = only(yard(), replace(truck, holds=(gone,)))
    assert (found.station, found.release) == ("S", True)


@pytest.mark.parametrize(("packs", "shut"), [(True, False), (False, True), (True, True)])
def test_what_is_short_is_what_helps(packs: bool, shut: bool) -> None:
    problem = yard()
    station = problem.stations[0]
    closed = ((0, problem.horizon_s),)
    if shut:
        lanes = tuple(replace(lane, closed=closed) for lane in station.lanes)
        station = replace(station, lanes=lanes)
    if packs:
        station = replace(station, packs=())
    (found,) = only(replace(problem, stations=(station,)), problem.trucks[1])
    assert (found.packs, found.lanes) == (int(packs), int(shut))
