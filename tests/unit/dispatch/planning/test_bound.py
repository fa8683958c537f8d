"""The bound is never above the cost of a plan, at whatever prices and on whatever grid."""

from dataclasses import replace
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import greedy, nearest
from dispatch.planning.bound import raise_bound
from dispatch.planning.exchange import read_problem
from dispatch.planning.params import PlannerParams
from dispatch.planning.prices import Prices
from dispatch.planning.problem import Stop, SwapProblem
from dispatch.planning.relaxation import Relaxation
from dispatch.planning.schedule import Schedule
from dispatch.planning.solve import plan_swaps
from tests.enumeration import is_tiny, least_cost_s
from tests.examples import fewer_examples
from tests.instances import swap_problem
from tests.unit.dispatch.planning.test_check import yard

if TYPE_CHECKING:
    from dispatch.planning.tolls import Tolls

DATA = Path(__file__).parents[3] / "data" / "planning"
SHARED = Path(__file__).parents[5] / "shared" / "data" / "planning"
TINY = [seed for seed in range(70) if is_tiny(swap_problem(seed))]


def some_prices(relaxation: Relaxation, seed: int, most_s: float) -> Prices:
    random = np.random.default_rng(seed)
    shape = relaxation.grid.no_prices()
    return Prices(
        np.maximum(0.0, random.uniform(-3 * most_s, most_s, shape.lanes.shape)),
        np.maximum(0.0, random.uniform(-3 * most_s, most_s, shape.stock.shape)),
    )


@pytest.mark.parametrize("slot_s", [300, 97, 20])
@pytest.mark.parametrize("most_s", [30.0, 1500.0])
def test_at_any_prices_the_relaxed_problem_costs_no_more_than_the_best_plan(
    slot_s: int, most_s: float
) -> None:
    for seed in TINY:
        problem = swap_problem(seed)
        relaxation = Relaxation(Schedule(problem), slot_s=slot_s)
        best_s = least_cost_s(problem)
        assert relaxation.evaluate(relaxation.grid.no_prices())[0] <= best_s
        assert relaxation.evaluate(some_prices(relaxation, seed, most_s))[0] <= best_s


@fewer_examples(2)
@given(
    seed=st.integers(0, 10**6),
    trucks=st.integers(1, 9),
    stations=st.integers(1, 3),
    slot_s=st.sampled_from([300, 110, 25]),
)
def test_with_every_option_of_the_format_no_plan_costs_less_than_the_relaxed_problem(
    seed: int, trucks: int, stations: int, slot_s: int
) -> None:
    problem = swap_problem(seed, trucks=trucks, stations=stations, with_options=True)
    schedule = Schedule(problem)
    relaxation = Relaxation(schedule, slot_s=slot_s)
    values = [
        relaxation.evaluate(relaxation.grid.no_prices())[0],
        relaxation.evaluate(some_prices(relaxation, seed, 200.0))[0],
        raise_bound(schedule, upper_s=10**9, until_s=monotonic() + 0.1, report=lambda _: None),
    ]
    for planner in (greedy, nearest, plan_swaps):
        plan = planner(problem, PlannerParams(time_limit_s=0.1), seed=seed)
        assert max(values) <= plan.cost_s + 1e-6


def test_the_overuse_is_the_slope_of_the_bound() -> None:
    relaxation = Relaxation(Schedule(read_problem(DATA / "corridor-60x8-s1.json.gz")), slot_s=110)
    prices = some_prices(relaxation, 1, 40.0)
    value_s, overuse = relaxation.evaluate(prices)
    for seed in range(3):
        other = some_prices(relaxation, seed + 2, 40.0)
        rise_s = float(((other.lanes - prices.lanes) * overuse.lanes).sum()) + float(
            ((other.stock - prices.stock) * overuse.stock).sum()
        )
        assert relaxation.evaluate(other)[0] <= value_s + rise_s + 1e-6
        near = prices.blended(other, 1e-9)
        assert relaxation.evaluate(near)[0] == pytest.approx(value_s + 1e-9 * rise_s, abs=1e-4)


def test_a_scarce_lane_and_a_scarce_pack_raise_the_bound_to_the_best_plan() -> None:
    problem = yard()
    best_s = plan_swaps(problem, PlannerParams(time_limit_s=5, workers=1)).cost_s
    alone = replace(problem, trucks=problem.trucks[:1])
    assert (
        raise_bound(Schedule(alone), upper_s=10**9, until_s=monotonic() + 20, report=lambda _: None)
        == plan_swaps(alone, PlannerParams(time_limit_s=5, workers=1)).cost_s
    )
    bound_s = raise_bound(
        Schedule(problem), upper_s=10**9, until_s=monotonic() + 20, report=lambda _: None
    )
    assert 0.9 * best_s <= bound_s <= best_s


def queue(lane_swap_s: int, packs: int) -> SwapProblem:
    """Four trucks that arrive at the same second, 600, at one lane that is always open."""
    problem = yard()
    station, truck = problem.stations[0], problem.trucks[0]
    lane = replace(station.lanes[0], swap_s=lane_swap_s, closed=())
    station = replace(station, lanes=(lane,), packs=station.packs[:1])
    more = [replace(station.packs[0], id=f"P{k}", ready_s=0) for k in range(packs)]
    route = replace(truck, stops=tuple(Stop() for _ in truck.stops), detours=truck.detours[:1])
    trucks = tuple(replace(route, id=f"T{k}") for k in range(4))
    return replace(problem, stations=(replace(station, packs=tuple(more)),), trucks=trucks)


@pytest.mark.parametrize(
    ("problem", "split", "best_s"),
    [
        (queue(300, 4), 1, 4 * 600 + 300 + 600 + 900),
        (queue(300, 1), 10, 4 * 600 + 1050 + 2100 + 3150),
    ],
    ids=["one lane", "one pack, 1050 s away each time"],
)
def test_a_queue_at_a_lane_and_at_a_pack_is_counted_to_the_second_and_no_more(
    problem: SwapProblem, split: int, best_s: int
) -> None:
    assert plan_swaps(problem, PlannerParams(time_limit_s=5, workers=1)).cost_s == best_s
    bound_s = raise_bound(
        Schedule(problem),
        upper_s=10**9,
        until_s=inf,
        report=lambda _: None,
        splits=(split,),
        most_steps=600,
    )
    assert 0.985 * best_s <= bound_s <= best_s


def test_all_ways_of_a_corridor_are_weighed_and_not_only_those_that_can_be_listed() -> None:
    path = SHARED / "corridor-200x12-s1.json.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    schedule = Schedule(read_problem(path))
    relaxation = Relaxation(schedule, slot_s=330)
    # With sixty ways listed for each truck it was 1,421,135: "any further one" cost almost nothing.
    assert relaxation.evaluate(relaxation.grid.no_prices())[0] > 2_039_000


def test_the_tolls_shared_are_of_finer_grids_in_turn() -> None:
    schedule = Schedule(read_problem(DATA / "shuttle-100x8-s1.json.gz"))
    found: list[Tolls] = []
    raise_bound(
        schedule,
        upper_s=99_126,
        until_s=monotonic() + 60,
        report=lambda _: None,
        share=found.append,
        splits=(1, 3),
        most_steps=600,
    )
    assert (found[0].slot_s, found[-1].slot_s) == (300, 100)
    for tolls in found:
        assert max(max(row) for row in tolls.lanes.values()) > 100
        assert max(max(row) for row in tolls.stock.values()) > 10
