"""A truck with many ways is put in as well as if each way were tried."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import fill_greedily, greedy
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import read_problem
from dispatch.planning.insertion import Insertion
from dispatch.planning.params import PlannerParams
from dispatch.planning.schedule import ANY_COST_S, Schedule
from dispatch.planning.tolls import Tolls
from tests.examples import fewer_examples
from tests.instances import swap_problem

DATA = Path(__file__).parents[3] / "data" / "planning"


def tolls_of(schedule: Schedule, seed: int) -> Tolls:
    """Make tolls that fall with time, so that an early end is not always the best one."""
    slots = schedule.region.horizon_s // 300 + 1
    lanes = {name: [float((seed + 37 * k) % 400) for k in range(slots)] for name in schedule.books}
    return Tolls(300, lanes, {})


@fewer_examples(2)
@given(
    seed=st.integers(0, 10**6),
    trucks=st.integers(2, 9),
    with_options=st.booleans(),
    with_tolls=st.booleans(),
)
def test_the_way_found_is_the_best_of_all_that_are_tried_one_by_one(
    seed: int, trucks: int, with_options: bool, with_tolls: bool
) -> None:
    problem = swap_problem(seed, trucks=trucks, stations=3, with_options=with_options)
    schedule = Schedule(problem)
    fill_greedily(schedule)
    if with_tolls:
        schedule.tolls = tolls_of(schedule, seed)
    insertion = Insertion(schedule)
    for job in schedule.jobs:
        if job.index not in schedule.placements or job.timeline.pinned or job.loose_holds:
            continue
        schedule.take_out(job)
        tried = [
            (found.rank_s, way)
            for way in job.itineraries
            if not way.returns_to_a_station
            and (found := schedule.fit(job, way, below_s=ANY_COST_S)) is not None
        ]
        way = insertion.way(job, below_s=ANY_COST_S, within_s=ANY_COST_S)
        placed = None if way is None else schedule.fit(job, way, below_s=ANY_COST_S)
        if way is not None and not way.returns_to_a_station:
            assert placed is not None
            # Weights and energy are rounded at the end of a way, not at each swap.
            assert placed.rank_s <= min(rank_s for rank_s, _ in tried) + len(way.visits)
        elif way is None:
            assert not tried
        best = schedule.best(job, ceiling_s=ANY_COST_S)
        if best is not None:
            schedule.put(job, best)


def test_a_corridor_is_planned_over_all_ways() -> None:
    problem = read_problem(DATA / "corridor-60x8-s1.json.gz")
    assert sum(job.has_many_ways for job in Schedule(problem).jobs) > 30
    plan = greedy(problem, PlannerParams())
    assert check_plan(problem, plan) == ()
    assert plan.cost_s <= 144_769
    assert {entry.reason for entry in plan.unserved} == {"unreachable"}
