from dataclasses import replace

import pytest

from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.exchange import read_problem
from dispatch.planning.one_truck import OneTruck, swap_one_truck
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan, Unserved
from dispatch.planning.problem import SwapProblem
from tests.benchmarks.yardsticks import OWN
from tests.instances import swap_problem
from tests.perturbation import promised, without_promises
from tests.unit.dispatch.planning.test_check import yard

LIMITS = PlannerParams(time_limit_s=1, workers=1)


def without(problem: SwapProblem, truck: str) -> SwapProblem:
    return replace(problem, trucks=tuple(each for each in problem.trucks if each.id != truck))


def joined(problem: SwapProblem, standing: SwapPlan, truck: str, found: OneTruck) -> SwapPlan:
    """Put what was found for one truck into the plan that stands."""
    moved = {swap.truck for swap in found.moved}
    stay = [swap for swap in standing.swaps if swap.truck not in moved | {truck}]
    plan = replace(standing, swaps=(*stay, *found.moved, *found.swaps), bound_s=0)
    if found.reason not in {"", "not_in_need"}:
        left = Unserved(truck=truck, reason="no_capacity", detail=found.detail)
        plan = replace(plan, unserved=(*plan.unserved, left))
    return replace(plan, cost_s=plan_cost_s(problem, plan))


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("may_move", [False, True])
def test_the_answer_fits_beside_all_that_stands(seed: int, may_move: bool) -> None:
    options = seed % 2 == 0
    problem = without_promises(swap_problem(seed, trucks=7, stations=2, with_options=options))
    for truck in problem.trucks[:3]:
        rest = without(problem, truck.id)
        standing = greedy(rest, LIMITS)
        found = swap_one_truck(problem, standing, truck.id, may_move=may_move)
        plan = joined(problem, standing, truck.id, found)
        assert check_plan(problem, plan) == ()
        if not options:  # nobody's packs, energy or promises differ: the cost adds up
            assert plan.cost_s == standing.cost_s + found.cost_s
        stood = {(s.truck, s.after, s.station, s.lane, s.start_s) for s in standing.swaps}
        now = {(s.truck, s.after, s.station, s.lane, s.start_s) for s in found.moved}
        assert len({truck for truck, *_ in now - stood}) <= 1
        if not may_move:
            assert found.moved == ()


@pytest.mark.parametrize("seed", range(20))
def test_no_promise_that_is_fixed_moves_and_room_is_found_by_moving_one_that_is_not(
    seed: int,
) -> None:
    problem = without_promises(swap_problem(seed, trucks=7, stations=2))
    for truck in problem.trucks[:3]:
        standing = greedy(without(problem, truck.id), LIMITS)
        alone = swap_one_truck(problem, standing, truck.id, may_move=False)
        roomy = swap_one_truck(problem, standing, truck.id)
        assert roomy.cost_s <= alone.cost_s
        fixed = promised(problem, standing, change_s=0, fixed=True)
        assert swap_one_truck(fixed, standing, truck.id) == alone


def test_moving_one_truck_that_may_be_moved_helps_at_times() -> None:
    helped = 0
    for seed in range(20):
        problem = without_promises(swap_problem(seed, trucks=7, stations=2))
        for truck in problem.trucks[:3]:
            standing = greedy(without(problem, truck.id), LIMITS)
            found = swap_one_truck(problem, standing, truck.id)
            helped += bool(found.moved and found.swaps)
    assert helped > 0


def test_a_truck_that_has_a_swap_is_offered_the_best_as_if_it_had_none() -> None:
    problem = read_problem(OWN / "shuttle-100x8-s1.json.gz")
    standing = greedy(problem, LIMITS)
    givers = {pack.split("/")[0] for swap in standing.swaps for pack in swap.packs}
    truck = next(swap.truck for swap in standing.swaps if swap.truck not in givers)
    found = swap_one_truck(problem, standing, truck, may_move=False)
    plan = joined(problem, standing, truck, found)
    assert check_plan(problem, plan) == ()
    assert plan.cost_s <= standing.cost_s


def test_a_truck_whose_packs_others_are_to_get_keeps_its_swap() -> None:
    problem = read_problem(OWN / "shuttle-100x8-s1.json.gz")
    standing = greedy(problem, LIMITS)
    given = next(pack for swap in standing.swaps for pack in swap.packs if "/" in pack)
    giver = given.split("/")[0]
    found = swap_one_truck(problem, standing, giver)
    assert found.reason == "relied_on"
    assert found.swaps == tuple(swap for swap in standing.swaps if swap.truck == giver)


def test_why_there_is_none_is_said() -> None:
    problem = yard()
    nothing = SwapPlan(status="feasible", cost_s=0, bound_s=0, seconds=0, swaps=(), unserved=())
    assert swap_one_truck(problem, nothing, "T3").reason == "not_in_need"
    far = replace(problem.trucks[0], detours=())
    found = swap_one_truck(replace(problem, trucks=(far, *problem.trucks[1:])), nothing, "T1")
    assert (found.reason, found.swaps) == ("unreachable", ())
    shut = replace(problem.stations[0].lanes[0], closed=((0, 9000),))
    station = replace(problem.stations[0], lanes=(shut,))
    found = swap_one_truck(replace(problem, stations=(station,)), nothing, "T1")
    assert (found.reason, found.swaps) == ("no_capacity", ())
    with pytest.raises(KeyError):
        swap_one_truck(problem, nothing, "T9")
