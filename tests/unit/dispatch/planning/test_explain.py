from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import greedy
from dispatch.planning.exchange import read_problem
from dispatch.planning.explain import Option, options
from dispatch.planning.params import PlannerParams
from dispatch.planning.problem import SwapProblem
from dispatch.planning.solve import plan_swaps
from tests.examples import fewer_examples
from tests.instances import swap_problem
from tests.unit.dispatch.planning.test_check import yard

DATA = Path(__file__).parents[3] / "data" / "planning"


def explained(problem: SwapProblem, truck: str) -> dict[tuple[int, str], Option]:
    plan = greedy(problem, PlannerParams())
    return {(found.after, found.station): found for found in options(problem, plan, truck)}


def test_the_chosen_way_and_a_costlier_one_come_with_their_numbers() -> None:
    problem = yard()
    found = explained(problem, "T2")[0, "S"]
    assert (found.code, found.arrival_s, found.start_s, found.wait_s) == ("chosen", 600, 900, 300)
    assert (found.cost_s, found.detour_s, found.arrival_wh) == (900, 600, 50_000)
    assert found.ready_packs == 1


@pytest.mark.parametrize(
    ("code", "energy_wh", "last_leg_wh"),
    [("out_of_reach", 29_000, 15_000), ("route_breaks", 60_000, 75_000)],
)
def test_what_energy_forbids_is_named(code: str, energy_wh: int, last_leg_wh: int) -> None:
    problem = yard()
    truck = problem.trucks[1]
    legs = (truck.legs[0], replace(truck.legs[1], energy_wh=last_leg_wh))
    truck = replace(truck, energy_wh=energy_wh, legs=legs, detours=truck.detours[:1])
    problem = replace(problem, trucks=(problem.trucks[0], truck))
    assert explained(problem, "T2")[0, "S"].code == code


def station_with(problem: SwapProblem, **changes: object) -> SwapProblem:
    station = replace(problem.stations[0], **changes)  # type: ignore[arg-type] # any field
    return replace(problem, stations=(station,))


def test_what_the_station_lacks_is_named() -> None:
    problem = yard()
    first, second = problem.stations[0].lanes
    shut = replace(first, closed=((0, 9000),))
    assert explained(station_with(problem, lanes=(shut, second)), "T2")[0, "S"].code == "lane_busy"
    assert explained(station_with(problem, packs=()), "T2")[0, "S"].code == "no_packs"
    late = replace(problem, horizon_s=600)
    assert explained(late, "T2")[0, "S"].code == "late"


def test_a_truck_without_need_has_no_options_and_a_stranger_is_an_error() -> None:
    problem = yard()
    assert explained(problem, "T3") == {}
    with pytest.raises(KeyError):
        explained(problem, "T9")


@fewer_examples(2)
@given(seed=st.integers(0, 10**6), with_options=st.booleans())
def test_every_detour_is_explained_and_those_of_the_plan_are_the_chosen(
    seed: int, with_options: bool
) -> None:
    problem = swap_problem(seed, trucks=5, with_options=with_options)
    plan = plan_swaps(problem, PlannerParams(time_limit_s=0.05))
    served = {swap.truck for swap in plan.swaps}
    for truck in problem.trucks:
        found = options(problem, plan, truck.id)
        assert len(found) in (0, len(truck.detours))
        assert _chosen(found) == {
            (swap.after, swap.station, swap.start_s)
            for swap in plan.swaps
            if swap.truck == truck.id
        }
        for option in found:
            assert (option.cost_s is None) == (option.code not in ("chosen", "costlier"))
            assert option.wait_s is None or option.wait_s >= 0
        assert not found or truck.id in served or not _chosen(found)


def _chosen(found: tuple[Option, ...]) -> set[tuple[int, str, int | None]]:
    return {
        (option.after, option.station, option.start_s)
        for option in found
        if option.code == "chosen"
    }


def test_a_truck_of_a_large_plan_is_explained() -> None:
    problem = read_problem(DATA / "corridor-60x8-s1.json.gz")
    plan = greedy(problem, PlannerParams())
    for truck in problem.trucks[:10]:
        found = options(problem, plan, truck.id)
        assert len(_chosen(found)) == sum(swap.truck == truck.id for swap in plan.swaps)
