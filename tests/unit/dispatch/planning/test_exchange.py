import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.baseline import greedy
from dispatch.planning.exchange import (
    plan_from_json,
    plan_to_json,
    problem_from_json,
    problem_to_json,
    read_plan,
    read_problem,
    write_plan,
    write_problem,
)
from dispatch.planning.params import PlannerParams
from dispatch.planning.values import ProblemError
from tests.instances import problem_json, swap_problem


@given(seed=st.integers(0, 10**6), with_options=st.booleans())
def test_problems_and_plans_come_back_as_they_went(seed: int, with_options: bool) -> None:
    problem = swap_problem(seed, with_options=with_options)
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem
    plan = greedy(problem, PlannerParams())
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


@pytest.mark.parametrize("name", ["x.json", "x.json.gz"])
def test_files_come_back_as_they_went(tmp_path: Path, name: str) -> None:
    problem = swap_problem(3, with_options=True)
    write_problem(problem, tmp_path / name)
    assert read_problem(tmp_path / name) == problem
    plan = greedy(problem, PlannerParams())
    write_plan(plan, tmp_path / name)
    assert read_plan(tmp_path / name) == plan
    assert ((tmp_path / name).read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")


def test_what_a_reader_of_version_1_may_expect_is_always_written() -> None:
    body = problem_to_json(problem_from_json(problem_json(1)))
    truck = body["trucks"][0]
    assert set(truck) == {
        "id", "pack_type", "pack_positions", "energy_wh", "reserve_wh", "ready_s", "stops", "legs",
        "detours", "holds",
    }  # fmt: skip
    assert set(truck["stops"][0]) == {"dwell_s", "due_s"}
    assert set(body["stations"][0]["lanes"][0]) == {"id", "swap_s", "closed"}


def put(body: dict[str, Any], path: str, value: Any) -> None:
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = body
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("format", "swap-problem/2", "format: expected 'swap-problem/1', got 'swap-problem/2'"),
        ("horizon_s", 0, "horizon_s: must be 1 or more, got 0"),
        ("as_of", "now", "as_of: not an ISO 8601 instant: 'now'"),
        ("trucks.0.legs.0.travel_s", 1.5, "trucks[0].legs[0].travel_s: must be a whole number"),
        ("trucks.0.ready_s", True, "trucks[0].ready_s: must be a whole number, got True"),
        ("trucks.0.pack_type", "Z", "trucks[0].pack_type: unknown pack type 'Z'"),
        ("trucks.1.id", "T0", "trucks: the id 'T0' is there twice"),
        ("trucks.0.legs", [], "trucks[0].legs: "),
        ("trucks.0.detours", [5], "trucks[0].detours[0]: must be an object, got 5"),
        ("trucks.0.stops", None, "trucks[0].stops: must be a list, got None"),
        ("trucks.0.energy_wh", None, "trucks[0].energy_wh: is missing"),
        ("stations.0.lanes.0.closed", [[5, 5]], "stations[0].lanes[0].closed[0]: must end after"),
        ("stations.0.lanes.0.closed", [[5]], "stations[0].lanes[0].closed[0]: must be a pair"),
        ("stations.0.packs.0.type", "Z", "stations[0].packs[0].type: unknown pack type 'Z'"),
        ("stations.0.charge_w", 0, "stations[0].charge_w: must be 1 or more, got 0"),
    ],
)
def test_a_fault_is_named_with_its_place(path: str, value: Any, sentence: str) -> None:
    body = problem_json(4, trucks=2)
    put(body, path, value)
    with pytest.raises(ProblemError) as raised:
        problem_from_json(body)
    assert str(raised.value).startswith(sentence)


def test_a_detour_to_an_unknown_station_or_from_no_leg_is_named() -> None:
    detour = {"after": 0, "station": "X", "to_s": 1, "to_wh": 1, "from_s": 1, "from_wh": 1}
    for changes, sentence in (
        ({}, "trucks[0].detours[0].station: unknown station 'X'"),
        ({"after": 9}, "trucks[0].detours[0].after: no leg leaves stop 9"),
    ):
        body = problem_json(4)
        body["trucks"][0]["detours"] = [{**detour, **changes}]
        with pytest.raises(ProblemError) as raised:
            problem_from_json(body)
        assert str(raised.value).startswith(sentence)
