from dataclasses import replace

from dispatch.planning.check import check_plan
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import CostParams, Hold, SwapProblem
from dispatch.planning.solve import plan_swaps
from tests.unit.dispatch.planning.test_check import yard


def promised(problem: SwapProblem, number: int, *holds: Hold) -> SwapProblem:
    trucks = list(problem.trucks)
    trucks[number] = replace(trucks[number], holds=holds)
    return replace(problem, trucks=tuple(trucks))


def hold(start_s: int, packs: tuple[str, ...] = ("P1",), *, fixed: bool = True) -> Hold:
    return Hold(after=0, station="S", lane="L1", start_s=start_s, packs=packs, fixed=fixed)


def planned(problem: SwapProblem) -> tuple[SwapPlan, dict[str, Swap]]:
    plan = plan_swaps(problem, PlannerParams(time_limit_s=30, workers=1))
    assert check_plan(problem, plan) == ()
    return plan, {swap.truck: swap for swap in plan.swaps}


def with_change_s(change_s: int) -> SwapProblem:
    return replace(yard(), params=CostParams(unserved_s=9000, late_weight=2, change_s=change_s))


def test_a_fixed_promise_is_kept_to_the_second_with_its_own_packs() -> None:
    _, swaps = planned(
        promised(
            yard(),
            0,
            hold(1234, ("P3",)),
        )
    )
    assert "T1" not in swaps or swaps["T1"].packs == ("P3",)
    _, swaps = planned(promised(yard(), 0, hold(1234, ("P2",))))
    assert (swaps["T1"].start_s, swaps["T1"].packs) == (1234, ("P2",))
    assert swaps["T2"].packs == ("P1",)


def test_a_fixed_promise_moves_to_an_open_lane() -> None:
    problem = promised(yard(), 0, hold(1234))
    first, second = problem.stations[0].lanes
    lanes = (replace(first, closed=((0, 5000),)), replace(second, closed=(), types=None))
    problem = replace(problem, stations=(replace(problem.stations[0], lanes=lanes),))
    _, swaps = planned(problem)
    assert (swaps["T1"].start_s, swaps["T1"].lane) == (1234, "L2")


def test_a_truck_late_for_its_fixed_promise_is_named_and_the_others_are_served() -> None:
    problem = promised(yard(), 0, hold(599))
    plan, swaps = planned(problem)
    assert [(entry.truck, entry.reason) for entry in plan.unserved] == [("T1", "hold_impossible")]
    assert set(swaps) == {"T2"}


def test_a_fixed_promise_may_rest_on_the_packs_another_promised_truck_brings() -> None:
    problem = promised(yard(), 0, hold(700))
    back_s = 700 + 300 + 750
    problem = promised(problem, 1, hold(back_s, ("T1/0/0",)))
    _, swaps = planned(problem)
    assert swaps["T1"].start_s == 700
    assert (swaps["T2"].start_s, swaps["T2"].packs) == (back_s, ("T1/0/0",))


def test_a_loose_promise_is_kept_while_change_costs_more_than_it_gains() -> None:
    loose = hold(1500, fixed=False)
    _, swaps = planned(promised(with_change_s(5000), 0, loose))
    assert swaps["T1"].start_s == 1500 - 120
    _, swaps = planned(promised(with_change_s(10), 0, loose))
    assert swaps["T1"].start_s < 1000


def test_a_promise_to_a_truck_that_needs_nothing_any_more_is_dropped_and_paid_for() -> None:
    plan, _ = planned(with_change_s(500))
    promise, swaps = planned(promised(with_change_s(500), 2, hold(3700, fixed=False)))
    assert promise.cost_s == plan.cost_s + 500
    assert "T3" not in swaps
