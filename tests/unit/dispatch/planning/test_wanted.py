"""A truck that is sent to a station: the place that is found holds, and so do a plan's figures."""

from dataclasses import replace

import pytest

from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.figures import more_milli_cny, plan_figures
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import Lane, SwapProblem, Truck
from dispatch.planning.solve import plan_swaps
from dispatch.planning.wanted import Found, find_place
from tests.instances import swap_problem

QUICK = PlannerParams(work_limit=60, workers=1)
SEEDS = range(40)


def problem_of(seed: int) -> SwapProblem:
    """Make a problem without promises, prices of changes or of energy."""
    problem = swap_problem(seed, trucks=4, stations=2)
    params = replace(problem.params, change_s=0, s_per_cny=0)
    trucks = tuple(replace(truck, holds=()) for truck in problem.trucks)
    return replace(problem, params=params, trucks=trucks)


def sent(problem: SwapProblem, truck: Truck, found: Found) -> SwapProblem:
    assert found.hold is not None
    wants = replace(truck, holds=(found.hold,))
    return replace(
        problem, trucks=tuple(wants if one.id == truck.id else one for one in problem.trucks)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_trucks_add_up_to_what_the_checker_says(seed: int) -> None:
    problem = swap_problem(seed, trucks=5, stations=2, with_options=True)
    params = replace(problem.params, change_s=0, s_per_cny=0)
    problem = replace(problem, params=params)
    plan = greedy(problem, PlannerParams(workers=1))
    figures = plan_figures(problem, plan)
    assert sum(one.cost_s for one in figures.values()) == plan_cost_s(problem, plan)
    assert sum(one.swaps for one in figures.values()) == len(plan.swaps)
    assert all(one.wait_s >= 0 for one in figures.values())


def test_a_place_that_is_found_is_kept_by_the_planner_and_none_is_found_in_vain() -> None:
    kept = 0
    for seed in SEEDS:
        problem = problem_of(seed)
        for truck in problem.trucks:
            for station in problem.stations:
                found = find_place(problem, truck.id, station.id)
                if found.hold is None:
                    assert found.code
                    continue
                asked = sent(problem, truck, found)
                plan = plan_swaps(asked, QUICK)
                assert not check_plan(asked, plan), (seed, truck.id, station.id)
                assert not [f for f in plan.hold_faults if f.truck == truck.id]
                assert _starts(plan, truck.id, station.id) == [found.hold.start_s]
                kept += 1
    assert kept > 60


def _starts(plan: SwapPlan, truck: str, station: str) -> list[int]:
    mine = sorted((s for s in plan.swaps if s.truck == truck), key=lambda swap: swap.after)
    return [swap.start_s for swap in mine if swap.station == station][:1]


def test_no_earlier_place_is_there_and_not_before_means_that() -> None:
    tried = 0
    for seed in SEEDS:
        problem = problem_of(seed)
        for truck in problem.trucks:
            for way in truck.detours:
                found = find_place(problem, truck.id, way.station)
                if found.hold is None:
                    continue
                later_s = found.hold.start_s + 77
                later = find_place(problem, truck.id, way.station, from_s=later_s)
                assert later.hold is None or later.hold.start_s >= later_s
                if found.code == "":
                    assert found.hold.start_s == found.arrival_s, "nothing to wait for"
                    tried += 1
    assert tried > 20


def test_what_stands_in_the_way_is_named() -> None:
    problem = problem_of(3)
    for truck in problem.trucks:
        for station in problem.stations:
            found = find_place(problem, truck.id, station.id)
            if found.hold is None or found.code:
                continue
            shut = tuple(replace(lane, closed=((0, problem.horizon_s),)) for lane in station.lanes)
            closed = _with_lanes(problem, station.id, shut)
            assert find_place(closed, truck.id, station.id).code == "lane_busy"
            bare = replace(station, packs=())
            stations = tuple(bare if s.id == station.id else s for s in problem.stations)
            without = replace(problem, stations=stations)
            assert find_place(without, truck.id, station.id).code == "no_packs"
            low = replace(truck, energy_wh=truck.reserve_wh)
            trucks = tuple(low if t.id == truck.id else t for t in problem.trucks)
            far = find_place(replace(problem, trucks=trucks), truck.id, station.id)
            assert far.code in {"out_of_reach", ""}
            _assert_rival_is_named(problem, truck, station.id, found)
            return
    pytest.fail("no truck can be sent anywhere at once")


def _with_lanes(problem: SwapProblem, station: str, lanes: tuple[Lane, ...]) -> SwapProblem:
    stations = tuple(
        replace(one, lanes=lanes) if one.id == station else one for one in problem.stations
    )
    return replace(problem, stations=stations)


def _assert_rival_is_named(problem: SwapProblem, truck: Truck, station: str, found: Found) -> None:
    """Have another truck stand fixed where the first would be: it waits, and says for whom."""
    one_lane = next(s for s in problem.stations if s.id == station).lanes[:1]
    narrow = _with_lanes(problem, station, one_lane)
    first = find_place(narrow, truck.id, station)
    assert first.hold is not None
    rival = next(t for t in narrow.trucks if t.id != truck.id)
    fixed = replace(rival, holds=(replace(first.hold, packs=()),))
    trucks = tuple(fixed if t.id == rival.id else t for t in narrow.trucks)
    behind = find_place(replace(narrow, trucks=trucks), truck.id, station)
    assert (behind.code, behind.rivals) == ("lane_busy", (rival.id,))
    assert behind.hold is None or behind.hold.start_s >= first.hold.start_s + one_lane[0].swap_s


def test_what_buys_less_is_not_called_cheap() -> None:
    """A truck that takes less on board pays less, and has less: that is worth what it would pay."""
    problem = problem_of(1)
    plan = greedy(problem, PlannerParams(workers=1))
    figures = plan_figures(problem, plan)
    served = next(one for one in figures.values() if one.swaps)
    less = replace(served, paid=served.paid - 10_000, end_wh=served.end_wh - 10_000, price=1000)
    assert more_milli_cny(replace(served, price=1000), less) == 0
    assert more_milli_cny(served, replace(served, swaps=0)) == 0
