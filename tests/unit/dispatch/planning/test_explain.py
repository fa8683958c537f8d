from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import greedy
from dispatch.planning.exchange import read_problem
from dispatch.planning.explain import Explainer, Option, options
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.solve import plan_swaps
from tests.examples import fewer_examples
from tests.forcing import faults
from tests.instances import swap_problem
from tests.unit.dispatch.planning.test_check import yard

DATA = Path(__file__).parents[3] / "data" / "planning"


def explained(problem: SwapProblem, truck: str) -> dict[tuple[int, str], Option]:
    plan = greedy(problem, PlannerParams())
    return {(found.after, found.station): found for found in options(problem, plan, truck)}


def test_the_chosen_way_comes_with_its_numbers() -> None:
    found = explained(yard(), "T2")[0, "S"]
    assert (found.code, found.arrival_s, found.start_s, found.wait_s) == ("chosen", 600, 900, 300)
    assert (found.cost_s, found.fleet_s, found.detour_s, found.arrival_wh) == (900, 0, 600, 50_000)
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
    assert explained(late, "T2")[0, "S"].code == "after_horizon"


def test_a_truck_without_need_has_no_options_and_a_stranger_is_an_error() -> None:
    problem = yard()
    assert explained(problem, "T3") == {}
    with pytest.raises(KeyError):
        explained(problem, "T9")


@fewer_examples(2)
@given(seed=st.integers(0, 10**6), with_options=st.booleans())
def test_each_why_not_holds_when_it_is_forced(seed: int, with_options: bool) -> None:
    problem = swap_problem(seed, trucks=6, with_options=with_options)
    problem = replace(problem, params=replace(problem.params, s_per_cny=0))
    assert not every_fault(problem, plan_swaps(problem, PlannerParams(time_limit_s=0.05)))


@pytest.mark.parametrize("name", ["shuttle-100x8-s1", "corridor-60x8-s1"])
@pytest.mark.parametrize("search", [True, False])
def test_each_why_not_of_a_whole_instance_holds_when_it_is_forced(name: str, search: bool) -> None:
    problem = read_problem(DATA / f"{name}.json.gz")
    params = PlannerParams(work_limit=300)
    plan = plan_swaps(problem, params) if search else greedy(problem, params)
    assert not every_fault(problem, plan, every=3)


def every_fault(problem: SwapProblem, plan: SwapPlan, *, every: int = 1) -> list[str]:
    """Explain trucks, force every option; gives what does not hold."""
    explainer = Explainer(problem, plan)
    served = {swap.truck for swap in plan.swaps}
    found: list[str] = []
    for truck in problem.trucks[::every]:
        told = explainer.options(truck.id)
        found += [f"{truck.id}: {f}" for one in told
                  for f in faults(explainer, problem, plan, truck.id, one)]  # fmt: skip
        if truck.id in served and not any(one.code == "chosen" for one in told):
            found.append(f"{truck.id}: its own way is not told")
        figures = [one.fleet_s for one in told if one.fleet_s is not None and one.code != "chosen"]
        if figures != sorted(figures) or len(figures) > 3:
            found.append(f"{truck.id}: not the three best, the best first")
    if plan_and_books_differ(explainer, plan):
        found.append("the books are not as before")
    return found


def plan_and_books_differ(explainer: Explainer, plan: SwapPlan) -> bool:
    placed = explainer.schedule.placements
    starts = {
        (job.truck.id, start_s)
        for job in explainer.schedule.jobs
        if job.index in placed
        for start_s in placed[job.index].starts_s
    }
    return starts != {(swap.truck, swap.start_s) for swap in plan.swaps}


def test_a_wrong_why_not_is_found_out() -> None:
    """What the check is worth: each figure and reason, planted wrong, must turn it red."""
    problem = read_problem(DATA / "shuttle-100x8-s1.json.gz")
    plan = greedy(problem, PlannerParams())
    explainer = Explainer(problem, plan)
    planted: set[str] = set()
    for truck in problem.trucks:
        for one in explainer.options(truck.id):
            for lie in lies(one):
                assert faults(explainer, problem, plan, truck.id, lie), (truck.id, lie)
                planted.add(f"{one.code} -> {lie.code}")
        if len(planted) > 8:
            break
    assert {"others_lose -> others_lose", "others_lose -> longer"} <= planted
    assert {"out_of_reach -> route_breaks", "longer -> no_worse"} <= planted


def lies(one: Option) -> list[Option]:
    """Change an option so that it is false."""
    if one.code == "out_of_reach":
        return [replace(one, code="route_breaks"), replace(one, arrival_wh=one.arrival_wh + 1)]
    if one.fleet_s is None or one.cost_s is None or one.start_s is None:
        return []
    made = [replace(one, fleet_s=one.fleet_s + 1)]
    if one.code != "chosen":
        made += [replace(one, cost_s=one.cost_s - 1), replace(one, start_s=one.start_s + 60)]
    if one.code == "longer":
        made.append(replace(one, code="no_worse"))
    if one.losers:
        made.append(replace(one, losers=one.losers[1:]))
        made.append(replace(one, losers=(replace(one.losers[0], truck="T0000x"),)))
    if one.code == "others_lose":
        made.append(replace(one, code="longer"))
    return made


def test_energy_and_money_of_a_way_are_those_of_the_swaps() -> None:
    """Two stations alike but for price and distance: the dearer, farther one costs as much more."""
    problem = yard()
    near = replace(problem.stations[0], price_cny_milli_per_kwh=((0, 500),))
    far = replace(
        near,
        id="F",
        price_cny_milli_per_kwh=((0, 800),),
        packs=tuple(replace(pack, id=f"F{pack.id}") for pack in near.packs),
    )
    truck = problem.trucks[1]
    way = truck.detours[0]
    longer = replace(way, station="F", to_wh=way.to_wh + 2000, from_wh=way.from_wh + 1000)
    truck = replace(truck, detours=(way, longer))
    problem = replace(problem, stations=(near, far), trucks=(truck,))
    found = explained(problem, "T2")
    assert found[0, "S"].code == "chosen"
    assert found[0, "F"].more_wh == 3000
    full_wh = problem.pack_types[0].full_wh
    charged_wh = full_wh - found[0, "S"].arrival_wh
    # 2 kWh more are bought there and all at 0.80; 1 kWh less is left, worth 0.50.
    assert found[0, "F"].more_milli_cny == (charged_wh * 300 + 2000 * 800 + 1000 * 500) // 1000
