from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import greedy, nearest
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import read_problem
from dispatch.planning.params import PlannerParams
from tests.instances import swap_problem

DATA = Path(__file__).parents[3] / "data" / "planning"
PLANNERS = {"greedy": greedy, "nearest": nearest}


@given(seed=st.integers(0, 10**6), with_options=st.booleans())
@pytest.mark.parametrize("planner", PLANNERS)
def test_baselines_break_no_rule_and_count_their_cost_right(
    planner: str, seed: int, with_options: bool
) -> None:
    problem = swap_problem(seed, trucks=5, with_options=with_options)
    plan = PLANNERS[planner](problem, PlannerParams())
    assert check_plan(problem, plan) == ()


@pytest.mark.parametrize(
    ("instance", "planner", "served", "cost_s"),
    [
        ("shuttle-100x8-s1", nearest, 86, 172_459),
        ("shuttle-100x8-s1", greedy, 89, 99_126),
        ("corridor-60x8-s1", nearest, 58, 148_019),
        ("corridor-60x8-s1", greedy, 58, 144_769),
    ],
)
def test_baselines_on_known_instances(
    instance: str, planner: type, served: int, cost_s: int
) -> None:
    problem = read_problem(DATA / f"{instance}.json.gz")
    plan = planner(problem, PlannerParams())
    assert check_plan(problem, plan) == ()
    assert (len({swap.truck for swap in plan.swaps}), plan.cost_s) == (served, cost_s)
    assert plan.bound_s <= plan.cost_s
