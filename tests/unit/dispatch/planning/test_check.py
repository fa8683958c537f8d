from collections.abc import Callable
from dataclasses import replace

import pytest

from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.exchange import problem_from_json
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import Swap, SwapPlan, Unserved
from dispatch.planning.problem import Hold, SwapProblem

Mutant = Callable[[SwapProblem, SwapPlan], tuple[SwapProblem, SwapPlan]]


def yard() -> SwapProblem:
    """Two trucks in need and one that is not, one lane and one spare lane, three packs."""
    way = {"after": 0, "station": "S", "to_s": 600, "to_wh": 10_000}
    detours = [
        {**way, "from_s": 600, "from_wh": 10_000},
        {**way, "after": 1, "from_s": 600, "from_wh": 10_000},
    ]
    truck = {
        "pack_type": "A",
        "energy_wh": 60_000,
        "reserve_wh": 20_000,
        "stops": [{"due_s": None}, {"due_s": 2400}, {"due_s": None}],
        "legs": [{"travel_s": 900, "energy_wh": 35_000}, {"travel_s": 900, "energy_wh": 15_000}],
        "detours": detours,
    }
    return problem_from_json(
        {
            "format": "swap-problem/1",
            "as_of": "2026-11-21T08:00:00+08:00",
            "horizon_s": 7200,
            "params": {"unserved_s": 9000, "late_weight": 2, "change_s": 500},
            "pack_types": [{"id": "A", "full_wh": 100_000}, {"id": "B", "full_wh": 90_000}],
            "stations": [
                {
                    "id": "S",
                    "charge_w": 240_000,
                    "lanes": [
                        {"id": "L1", "swap_s": 300, "closed": [[3000, 3600]]},
                        {"id": "L2", "swap_s": 300, "closed": [[0, 9000]], "types": ["B"]},
                    ],
                    "packs": [
                        {"id": "P1", "type": "A", "ready_s": 0},
                        {"id": "P2", "type": "A", "ready_s": 500},
                        {"id": "P3", "type": "A", "ready_s": 2000},
                        {"id": "PB", "type": "B", "ready_s": 0},
                    ],
                }
            ],
            "trucks": [
                {**truck, "id": "T1"},
                {**truck, "id": "T2"},
                {**truck, "id": "T3", "energy_wh": 90_000},
            ],
        }
    )


def with_swap(plan: SwapPlan, number: int, **changes: object) -> SwapPlan:
    swaps = list(plan.swaps)
    swaps[number] = replace(swaps[number], **changes)  # type: ignore[arg-type] # any field
    return replace(plan, swaps=tuple(swaps))


def swap(number: int, **changes: object) -> Mutant:
    return lambda problem, plan: (problem, with_swap(plan, number, **changes))


def without(problem: SwapProblem, plan: SwapPlan) -> tuple[SwapProblem, SwapPlan]:
    return problem, replace(plan, swaps=plan.swaps[1:])


def listed(truck: str) -> Mutant:
    entry = Unserved(truck=truck, reason="no_capacity", detail="")
    return lambda problem, plan: (problem, replace(plan, unserved=(entry,)))


def more(**fields: object) -> Mutant:
    made = {"truck": "T1", "after": 1, "station": "S", "lane": "L1", "packs": ("P3",), **fields}
    extra = Swap(**made)  # type: ignore[arg-type] # any field
    return lambda problem, plan: (problem, replace(plan, swaps=(*plan.swaps, extra)))


def with_hold(**fields: object) -> Mutant:
    made = {"after": 0, "station": "S", "lane": "L1", "start_s": 1200, "packs": ("P1",)}
    hold = Hold(**{**made, "fixed": True, **fields})  # type: ignore[arg-type] # any field

    def mutate(problem: SwapProblem, plan: SwapPlan) -> tuple[SwapProblem, SwapPlan]:
        trucks = (replace(problem.trucks[0], holds=(hold,)), *problem.trucks[1:])
        return replace(problem, trucks=trucks), plan

    return mutate


MUTANTS: dict[str, tuple[str, Mutant]] = {
    "a truck the problem has not": ("unknown", swap(0, truck="T9")),
    "a station the problem has not": ("unknown", swap(0, station="S9")),
    "a lane the station has not": ("unknown_lane", swap(0, lane="L9")),
    "a detour the truck has not": ("unknown_detour", swap(0, after=7)),
    "a start before the arrival": ("early", swap(0, start_s=599)),
    "a start at the horizon": ("horizon", swap(0, start_s=7200)),
    "a pack handed out before it is ready": ("pack_late", swap(0, packs=("P3",))),
    "a pack handed out twice": ("pack_twice", swap(1, packs=("P1",))),
    "a pack of another station": ("pack_absent", swap(0, packs=("P9",))),
    "a pack that a truck has yet to bring": ("pack_absent", swap(0, packs=("T2/0/0",))),
    "a pack of another type": ("pack_type", swap(0, packs=("PB",))),
    "too few packs": ("pack_count", swap(0, packs=())),
    "one pack for two positions": ("pack_count", swap(0, packs=("P1", "P1"))),
    "two swaps at once in a lane": ("lane_overlap", swap(1, start_s=899)),
    "a swap that runs into a closure": ("lane_closed", swap(0, start_s=2701)),
    "a lane for another type": ("lane_type", swap(0, lane="L2")),
    "a route that breaks the reserve": ("energy", swap(0, after=1, start_s=2100)),
    "swaps against the order of the route": ("order", more(after=0, start_s=3600)),
    "a truck in need left out": ("unlisted", without),
    "a truck both served and not": ("both", listed("T1")),
    "a truck not in need listed": ("listed", listed("T3")),
    "a swap for a truck not in need": ("not_in_need", more(truck="T3", after=0, start_s=2000)),
    "a fixed promise at another start": ("fixed_hold", with_hold()),
    "a fixed promise with another pack": ("fixed_hold", with_hold(start_s=600, packs=("P2",))),
    "a wrong cost": ("cost", lambda problem, plan: (problem, replace(plan, cost_s=1, bound_s=0))),
    "a bound too high": ("bound", lambda problem, plan: (problem, replace(plan, bound_s=10**9))),
}  # fmt: skip


def test_the_plan_that_the_mutants_are_made_from_is_sound() -> None:
    plan = greedy(yard(), PlannerParams())
    assert check_plan(yard(), plan) == ()
    assert [(swap.truck, swap.start_s, swap.packs) for swap in plan.swaps] == [
        ("T1", 600, ("P1",)),
        ("T2", 900, ("P2",)),
    ]


@pytest.mark.parametrize("name", MUTANTS)
def test_each_broken_rule_is_found(name: str) -> None:
    code, mutate = MUTANTS[name]
    problem, plan = mutate(yard(), greedy(yard(), PlannerParams()))
    assert code in {violation.code for violation in check_plan(problem, plan)}


def test_a_returned_pack_is_late_until_it_is_charged() -> None:
    problem, plan = yard(), greedy(yard(), PlannerParams())
    charged_s = 600 + 300 + (100_000 - 50_000) * 3600 // 240_000
    for start_s, codes in ((charged_s - 1, {"pack_late"}), (charged_s, set())):
        late = with_swap(plan, 1, start_s=start_s, packs=("T1/0/0",))
        late = replace(late, cost_s=plan_cost_s(problem, late))
        assert {violation.code for violation in check_plan(problem, late)} == codes


def test_a_promise_nobody_can_keep_is_no_fault_of_the_plan() -> None:
    problem, plan = with_hold(start_s=10)(yard(), greedy(yard(), PlannerParams()))
    assert check_plan(problem, plan) == ()


def test_cost_is_delay_and_weighted_lateness_and_changes_worked_by_hand() -> None:
    problem, plan = yard(), greedy(yard(), PlannerParams())
    # T1: 600 + 300 + 600 to stop 1 instead of 900: 600 late against the road, not yet due.
    # T2 waits 300 more.
    assert plan_cost_s(problem, plan) == 600 + 900
    moved = with_swap(plan, 1, start_s=2100)
    # T2 now reaches stop 1 at 3000: 2100 of delay, 600 late, twice weighted.
    assert plan_cost_s(problem, moved) == 600 + 2100 + 2 * 600
    promised, plan = with_hold(start_s=721, fixed=False)(problem, plan)
    assert plan_cost_s(promised, plan) == 600 + 900 + 500
    promised, plan = with_hold(start_s=720, fixed=False)(problem, plan)
    assert plan_cost_s(promised, plan) == 600 + 900
