import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import fill_greedily, greedy, nearest
from dispatch.planning.bound import raise_bound
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import read_problem
from dispatch.planning.params import PlannerParams
from dispatch.planning.schedule import Schedule
from dispatch.planning.search import Search
from dispatch.planning.solve import plan_swaps
from tests.enumeration import is_tiny, least_cost_s
from tests.examples import fewer_examples
from tests.instances import swap_problem
from tests.unit.dispatch.planning.test_check import yard

DATA = Path(__file__).parents[3] / "data" / "planning"
SHARED = Path(__file__).parents[5] / "shared" / "data" / "planning"
TINY = [seed for seed in range(70) if is_tiny(swap_problem(seed))]


def test_the_planner_finds_the_best_plan_and_the_bound_is_below_it() -> None:
    assert len(TINY) > 55
    for seed in TINY:
        problem = swap_problem(seed)
        best_s = least_cost_s(problem)
        plan = plan_swaps(problem, PlannerParams(time_limit_s=60))
        assert (seed, plan.cost_s) == (seed, best_s)
        bound_s = raise_bound(
            Schedule(problem), upper_s=10**9, until_s=monotonic() + 0.1, report=lambda _: None
        )
        assert max(bound_s, plan.bound_s) <= best_s


@fewer_examples(2)
@given(seed=st.integers(0, 10**6), trucks=st.integers(1, 9), with_options=st.booleans())
def test_plans_break_no_rule_and_are_never_worse_than_greedy(
    seed: int, trucks: int, with_options: bool
) -> None:
    problem = swap_problem(seed, trucks=trucks, with_options=with_options)
    plan = plan_swaps(problem, PlannerParams(time_limit_s=0.1), seed=seed)
    assert check_plan(problem, plan) == ()
    assert plan.cost_s <= greedy(problem, PlannerParams()).cost_s
    bound_s = raise_bound(
        Schedule(problem), upper_s=10**9, until_s=monotonic() + 0.05, report=lambda _: None
    )
    for planner in (greedy, nearest, plan_swaps):
        assert bound_s <= planner(problem, PlannerParams(time_limit_s=0)).cost_s
    assert bound_s <= plan.cost_s


def test_a_way_by_a_station_that_is_shorter_than_the_road_is_not_overlooked() -> None:
    problem = yard()
    truck = problem.trucks[0]
    shortcut = replace(truck.detours[1], to_s=100, from_s=100)
    truck = replace(truck, detours=(truck.detours[0], shortcut))
    problem = replace(problem, trucks=(truck,))
    plan = plan_swaps(problem, PlannerParams(time_limit_s=5, workers=1))
    assert check_plan(problem, plan) == ()
    assert [swap.after for swap in plan.swaps] == [0, 1]
    assert plan.bound_s <= plan.cost_s == 600 + 100 + 300 + 100 - 900


def test_no_time_at_all_still_gives_a_plan() -> None:
    problem = read_problem(DATA / "shuttle-100x8-s1.json.gz")
    plan = plan_swaps(problem, PlannerParams(time_limit_s=0))
    assert check_plan(problem, plan) == ()
    assert plan.cost_s == greedy(problem, PlannerParams()).cost_s


@pytest.mark.parametrize("workers", [1, 2])
def test_a_shuttle_region_gets_a_sound_plan_and_a_bound(workers: int) -> None:
    problem = read_problem(DATA / "shuttle-100x8-s1.json.gz")
    plan = plan_swaps(problem, PlannerParams(time_limit_s=2.5, workers=workers))
    assert check_plan(problem, plan) == ()
    assert 73_082 <= plan.bound_s <= plan.cost_s <= 99_126
    assert [(entry.truck, entry.reason) for entry in plan.unserved] == [("T0033", "unreachable")]


def test_where_no_further_process_may_start_the_plan_comes_without_a_good_bound() -> None:
    limits = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))"
    code = (
        "import sys\n"
        "from dispatch.planning.exchange import read_problem\n"
        "from dispatch.planning.params import PlannerParams\n"
        "from dispatch.planning.solve import plan_swaps\n"
        f"problem = read_problem({str(DATA / 'shuttle-100x8-s1.json.gz')!r})\n"
        f"{limits}\n"
        "keep = [open('/dev/null') for _ in range(5)]\n"
        "plan = plan_swaps(problem, PlannerParams(time_limit_s=2.5))\n"
        "print(plan.bound_s, plan.cost_s < 99_126)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, [b"73082", b"True"]), done.stderr


def test_search_and_bound_of_a_shuttle_region_come_near_each_other() -> None:
    schedule = Schedule(read_problem(DATA / "shuttle-100x8-s1.json.gz"))
    fill_greedily(schedule)
    bound_s = raise_bound(
        schedule,
        upper_s=schedule.cost_s,
        until_s=monotonic() + 300,
        report=lambda _: None,
        splits=(1, 3),
    )
    search = Search(schedule, random=Random(0))  # noqa: S311 - not for secrets
    search.run(until_s=monotonic() + 300, bound_s=lambda: bound_s, most_steps=3000)
    # The bound of a linear program on 300 s slots is 75,310, on 60 s slots 76,524.
    assert 76_000 < bound_s < schedule.cost_s < 79_500


def test_a_corridor_serves_all_that_can_be_served() -> None:
    problem = read_problem(DATA / "corridor-60x8-s1.json.gz")
    plan = plan_swaps(problem, PlannerParams(time_limit_s=2))
    assert check_plan(problem, plan) == ()
    assert {entry.reason for entry in plan.unserved} == {"unreachable"}
    assert len(plan.unserved) == 2


def test_with_one_worker_the_same_seed_gives_the_same_plan() -> None:
    problem = swap_problem(8, trucks=6)
    params = PlannerParams(time_limit_s=60, workers=1)
    first, second = (plan_swaps(problem, params, seed=3) for _ in range(2))
    assert first.swaps
    assert first.swaps == second.swaps


def test_a_limit_of_work_gives_the_same_plan_however_busy_the_machine_is() -> None:
    path = DATA / "shuttle-100x8-s1.json.gz"
    command = [sys.executable, "-m", "dispatch.planning", str(path), "--work-limit", "150"]
    bodies = []
    for hashed, time_limit_s in (("1", "0"), ("2", "60")):
        done = subprocess.run(
            [*command, "--time-limit-s", time_limit_s, "--seed", "5"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hashed},
        )
        body = json.loads(done.stdout)
        bodies.append({key: value for key, value in body.items() if key != "seconds"})
    assert bodies[0] == bodies[1]
    assert bodies[0]["cost_s"] < 99_126  # greedy's
    assert plan_swaps(read_problem(path), PlannerParams(work_limit=0)).cost_s == 99_126


def test_a_problem_without_trucks_or_stations_is_planned_at_once() -> None:
    problem = swap_problem(1, trucks=0, stations=0)
    plan = plan_swaps(problem, PlannerParams())
    assert (plan.status, plan.cost_s, plan.swaps, plan.unserved) == ("optimal", 0, (), ())


@pytest.mark.shared
@pytest.mark.parametrize("instance", ["short-300x20-s1", "shuttle-3000x150-s1"])
def test_large_regions_get_a_sound_plan_in_time(instance: str) -> None:
    path = SHARED / f"{instance}.json.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    problem = read_problem(path)
    plan = plan_swaps(problem, PlannerParams(time_limit_s=1))
    assert check_plan(problem, plan) == ()
