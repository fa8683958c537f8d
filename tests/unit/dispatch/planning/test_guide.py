from dataclasses import replace
from math import inf
from pathlib import Path
from random import Random

import pytest

from dispatch.planning.baseline import fill_greedily
from dispatch.planning.bound import raise_bound
from dispatch.planning.exchange import read_problem
from dispatch.planning.guide import Guide
from dispatch.planning.schedule import Schedule
from dispatch.planning.search import Search
from dispatch.planning.tolls import Tolls
from tests.instances import swap_problem
from tests.unit.dispatch.planning.test_check import yard

DATA = Path(__file__).parents[3] / "data" / "planning"


@pytest.fixture(scope="module")
def shuttle() -> Schedule:
    schedule = Schedule(read_problem(DATA / "shuttle-100x8-s1.json.gz"))
    fill_greedily(schedule)
    return schedule


@pytest.fixture(scope="module")
def tolls(shuttle: Schedule) -> Tolls:
    found: list[Tolls] = []
    raise_bound(
        shuttle,
        upper_s=shuttle.cost_s,
        until_s=inf,
        report=lambda _: None,
        share=found.append,
        splits=(1,),
        most_steps=60,
    )
    return found[-1]


def test_without_tolls_a_truck_wishes_for_its_cheapest_way_without_waiting(
    shuttle: Schedule, tolls: Tolls
) -> None:
    free = replace(
        tolls,
        lanes={station: [0.0] * len(row) for station, row in tolls.lanes.items()},
        stock={pool: [0.0] * len(row) for pool, row in tolls.stock.items()},
    )
    guide = Guide(shuttle, free)
    for job in shuttle.jobs:
        single = [way for way in job.itineraries if len(way.visits) == 1]
        ways = [way.least_s for way in single if way.visits[0].lead_s < 14400]
        wishes = [wish.rank_s for wish in guide.wishes(job) if len(wish.places) == 1]
        assert wishes == ways


def test_a_truck_waits_for_a_slot_whose_toll_is_lower() -> None:
    schedule = Schedule(yard())
    job = schedule.jobs[0]
    way = job.itineraries[0]
    station, arrival_s = way.visits[0].detour.station, way.visits[0].lead_s
    slots = -(-schedule.region.horizon_s // 100)
    lanes = {name: [0.0] * slots for name in schedule.books}
    lanes[station][: arrival_s // 100 + 2] = [150.0] * (arrival_s // 100 + 2)
    pools = {(name, job.truck.pack_type): [0.0] * (slots + 1) for name in schedule.books}
    guide = Guide(schedule, Tolls(100, lanes, pools))
    later_s = (arrival_s // 100 + 2) * 100
    waited = min(later_s - arrival_s, 150)
    wish = next(wish for wish in guide.wishes(job) if wish.places[0][0] == station)
    assert wish.rank_s == way.least_s + waited
    assert wish.places[0] == (station, later_s if waited < 150 else arrival_s)


def test_no_truck_has_more_than_it_wished_for(shuttle: Schedule, tolls: Tolls) -> None:
    guide = Guide(shuttle, tolls)
    excesses_s = [guide.excess_s(job, shuttle.placements.get(job.index)) for job in shuttle.jobs]
    assert min(excesses_s) > -1e-6
    assert sum(excesses_s) > 10_000  # greedy's plan is a quarter above the bound


def test_tolls_go_through_a_line_of_text_and_back(tolls: Tolls) -> None:
    assert "\n" not in tolls.to_json()
    assert Tolls.from_json(tolls.to_json().encode()) == tolls


def test_a_guided_search_goes_lower_in_as_many_steps(shuttle: Schedule, tolls: Tolls) -> None:
    costs_s: dict[bool, list[int]] = {True: [], False: []}
    for guided in (True, False):
        for seed in range(3):
            schedule = Schedule(shuttle.problem)
            fill_greedily(schedule)
            search = Search(schedule, random=Random(seed))  # noqa: S311 - not for secrets
            search.follow(Guide(schedule, tolls) if guided else None)
            search.run(until_s=inf, bound_s=lambda: 0, most_steps=1500)
            costs_s[guided].append(schedule.cost_s)
    assert sum(costs_s[True]) < sum(costs_s[False]) - 1000, costs_s


def test_trucks_without_a_way_have_no_wish_and_cost_the_search_nothing() -> None:
    problem = swap_problem(3, trucks=5, with_options=True)
    schedule = Schedule(problem)
    zero = Tolls(
        300,
        {name: [0.0] * (problem.horizon_s // 300 + 1) for name in schedule.books},
        {},
    )
    guide = Guide(schedule, zero)
    for job in schedule.jobs:
        assert bool(guide.wishes(job)) <= bool(job.itineraries)
        if not job.itineraries:
            assert guide.excess_s(job, None) == 0
