from collections.abc import Callable
from dataclasses import replace

import pytest

from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.exchange import plan_from_json, plan_to_json, read_problem
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import Hold, SwapProblem
from dispatch.planning.solve import plan_swaps
from tests.benchmarks.yardsticks import OWN
from tests.instances import swap_problem
from tests.perturbation import five_percent, later, moved, promised, without_promises
from tests.unit.dispatch.planning.test_check import yard

STEPS = PlannerParams(work_limit=1500, workers=1)
CHANGE_S = 300


@pytest.fixture(scope="module")
def shuttles() -> tuple[SwapProblem, SwapPlan]:
    problem = read_problem(OWN / "shuttle-100x8-s1.json.gz")
    return problem, plan_swaps(problem, STEPS)


@pytest.mark.parametrize("change_s", [0, CHANGE_S])
def test_an_unchanged_world_is_planned_to_the_letter_as_before(
    shuttles: tuple[SwapProblem, SwapPlan], change_s: int
) -> None:
    problem, plan = shuttles
    again = plan_swaps(promised(problem, plan, change_s=change_s), replace(STEPS, work_limit=3000))
    assert set(again.swaps) == set(plan.swaps)
    assert (again.cost_s, again.unserved) == (plan.cost_s, plan.unserved)


def test_the_fallback_keeps_what_is_promised_too(shuttles: tuple[SwapProblem, SwapPlan]) -> None:
    problem, plan = shuttles
    again = greedy(promised(problem, plan, change_s=CHANGE_S), STEPS)
    assert set(again.swaps) == set(plan.swaps)


@pytest.mark.parametrize("seconds", [60, 300, 900])
def test_minutes_later_nothing_is_moved(
    shuttles: tuple[SwapProblem, SwapPlan], seconds: int
) -> None:
    world = later(*shuttles, seconds, change_s=CHANGE_S)
    assert len(world.trucks) < len(shuttles[0].trucks) or seconds < 900
    plan = plan_swaps(world, STEPS)
    assert check_plan(world, plan) == ()
    assert moved(world, plan) == set()


def test_a_world_changed_a_little_moves_few_promises_and_plans_as_well_as_from_scratch(
    shuttles: tuple[SwapProblem, SwapPlan],
) -> None:
    cost_s = scratch_s = unaffected = shaken = 0
    for seed in range(6):
        change = five_percent(shuttles[0], seed)
        standing = plan_swaps(change.before, STEPS)
        world = change.after(standing, change_s=CHANGE_S)
        plan = plan_swaps(world, STEPS)
        assert check_plan(world, plan) == ()
        bare = without_promises(world)
        cost_s += plan_cost_s(bare, plan)
        scratch_s += plan_swaps(bare, STEPS).cost_s
        affected = change.affected(standing)
        unaffected += sum(bool(t.holds) and t.id not in affected for t in world.trucks)
        shaken += len(moved(world, plan) - affected)
    assert cost_s <= 1.01 * scratch_s
    assert 0 < shaken <= 0.05 * unaffected


@pytest.mark.parametrize("seed", range(12))
def test_random_worlds_are_replanned_unchanged_when_change_is_dear(seed: int) -> None:
    problem = without_promises(swap_problem(seed, trucks=8, stations=3, with_options=True))
    plan = plan_swaps(problem, STEPS)
    held = promised(problem, plan, change_s=50_000)
    again = plan_swaps(held, STEPS)
    assert check_plan(held, again) == ()
    assert moved(held, again) == set()
    assert {(swap.truck, swap.packs) for swap in again.swaps} == {
        (swap.truck, swap.packs) for swap in plan.swaps
    }


def test_a_truck_half_a_minute_late_pushes_the_queue_and_no_promise_breaks() -> None:
    problem = yard()
    lane = replace(problem.stations[0].lanes[0], closed=())
    station = replace(problem.stations[0], lanes=(lane,))
    trucks = list(problem.trucks)
    for number, start_s in ((0, 600), (1, 900)):
        hold = Hold(after=0, station="S", lane="L1", start_s=start_s, packs=(f"P{number + 1}",))
        trucks[number] = replace(trucks[number], holds=(hold,))
    trucks[0] = replace(trucks[0], ready_s=40)
    problem = replace(problem, stations=(station,), trucks=tuple(trucks))
    plan = greedy(problem, STEPS)
    starts = {swap.truck: (swap.start_s, swap.packs) for swap in plan.swaps}
    assert starts == {"T1": (640, ("P1",)), "T2": (940, ("P2",))}


FIXED = Hold(after=0, station="S", lane="L1", start_s=1000, packs=("P1",), fixed=True)


def contradicting(*holds: Hold) -> SwapProblem:
    problem = yard()
    trucks = [
        replace(truck, holds=(hold,)) for truck, hold in zip(problem.trucks, holds, strict=False)
    ]
    return replace(problem, trucks=(*trucks, *problem.trucks[len(trucks) :]))


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            contradicting(FIXED, replace(FIXED, start_s=1100, packs=("P2",))),
            {"T2": "lane_taken"},
        ),
        (contradicting(FIXED, replace(FIXED, start_s=2000)), {"T1": "pack_twice"}),
        (contradicting(replace(FIXED, station="X")), {"T1": "unknown_station"}),
        (contradicting(replace(FIXED, lane="L9")), {"T1": "unknown_lane"}),
        (contradicting(replace(FIXED, packs=("P9",))), {"T1": "unknown_pack"}),
        (contradicting(replace(FIXED, packs=("T2/0/0",))), {"T1": "unknown_pack"}),
        (contradicting(replace(FIXED, packs=("PB",))), {"T1": "pack_type"}),
        (contradicting(replace(FIXED, packs=("P1", "P2"))), {"T1": "pack_count"}),
        (contradicting(replace(FIXED, packs=())), {"T1": "pack_count"}),
        (contradicting(replace(FIXED, after=7)), {"T1": "no_way"}),
        (contradicting(replace(FIXED, start_s=599)), {"T1": "too_late"}),
        (contradicting(replace(FIXED, start_s=9000)), {"T1": "after_horizon"}),
        (contradicting(replace(FIXED, start_s=3100)), {"T1": "lane_closed"}),
        (contradicting(replace(FIXED, packs=("P3",))), {"T1": "pack_not_ready"}),
        (contradicting(replace(FIXED, fixed=False, station="X")), {"T1": "unknown_station"}),
        (contradicting(replace(FIXED, fixed=False, packs=("P9",))), {"T1": "unknown_pack"}),
        (contradicting(FIXED, replace(FIXED, start_s=2000, packs=("P2",))), {}),
    ],
)
@pytest.mark.parametrize("planner", [greedy, plan_swaps])
def test_contradicting_promises_are_named_with_their_reason_and_crash_nothing(
    planner: Callable[[SwapProblem, PlannerParams], SwapPlan],
    problem: SwapProblem,
    said: dict[str, str],
) -> None:
    plan = planner(problem, STEPS)
    assert {fault.truck: fault.code for fault in plan.hold_faults}.items() >= said.items()
    assert bool(plan.hold_faults) == bool(said)
    assert check_plan(problem, plan) == ()
    assert plan_from_json(plan_to_json(plan)) == plan
    reasons = {fault.truck: fault.detail for fault in plan.hold_faults}
    for entry in plan.unserved:
        if entry.reason == "hold_impossible":
            assert entry.detail == reasons[entry.truck]


def test_two_promises_of_one_truck_for_the_same_stop_contradict_each_other() -> None:
    problem = yard()
    second = replace(FIXED, start_s=2000, packs=("P2",))
    trucks = (replace(problem.trucks[0], holds=(FIXED, second)), *problem.trucks[1:])
    problem = replace(problem, trucks=trucks)
    plan = plan_swaps(problem, STEPS)
    assert "second_promise" in {fault.code for fault in plan.hold_faults}
    assert check_plan(problem, plan) == ()
