"""Whatever a problem's file holds: a plan, or one sentence with the place of the fault."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.__main__ import main
from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import parsed, plan_from_json, problem_from_json
from dispatch.planning.params import PlannerParams
from dispatch.planning.values import ProblemError
from tests.examples import fewer_examples
from tests.instances import problem_json

FAULT = re.compile(r"[a-z_]+(\[\d+\])?(\.[^:]+)?: \S")
WRONG: tuple[Any, ...] = (
    None, True, "", "x", -1, -(10**12), 10**12, 10**400, 1.5, float("nan"), float("inf"), [], {},
    [None], [[1]], [[2, 1]], {"id": 1}, "\ud800", "T0/0/0", [["a", "b"]],
)  # fmt: skip


def places(value: object, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield way
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for key, part in parts:
        yield from places(part, (*way, key))


def spoiled(body: dict[str, Any], random: Random) -> dict[str, Any]:
    """Drop, replace or double something somewhere."""
    *way, last = random.choice([way for way in places(body) if way])
    place: Any = body
    for key in way:
        place = place[key]
    fate = random.randrange(4)
    if fate == 0:
        del place[last]
    elif fate == 1 and isinstance(place, list):
        place.append(place[last])
    else:
        place[last] = random.choice(WRONG)
    return body


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; gives its exit code and what it said."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([*arguments, "--planner", "greedy"])
    return code, out.getvalue(), err.getvalue()


def read[Read](build: Callable[[object], Read], body: object) -> tuple[Read | None, str]:
    """Build what a body says, or give the sentence with which it is refused."""
    try:
        return build(json.loads(json.dumps(body))), ""
    except ProblemError as error:
        return None, str(error)


@given(seed=st.integers(0, 10**6), faults=st.integers(1, 3))
def test_a_spoiled_problem_is_planned_or_named_by_its_place(seed: int, faults: int) -> None:
    random = Random(seed)  # noqa: S311 - not for secrets
    body = problem_json(seed, trucks=3, with_options=True)
    for _ in range(faults):
        body = spoiled(body, random)
    problem, fault = read(problem_from_json, body)
    if problem is None:
        assert FAULT.match(fault), fault
        assert "\n" not in fault
        assert len(fault) < 400
        return
    plan = greedy(problem, PlannerParams())
    assert check_plan(problem, plan) == ()


@fewer_examples(2)
@given(seed=st.integers(0, 10**6))
def test_a_spoiled_plan_is_read_or_named_by_its_place(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - not for secrets
    body: dict[str, Any] = {
        "format": "swap-plan/1", "status": "feasible", "cost_s": 3, "bound_s": 1, "seconds": 0.1,
        "swaps": [{"truck": "T0", "after": 0, "station": "S0", "lane": "S0-L0", "start_s": 900,
                   "packs": ["S0-P0"]}],
        "unserved": [{"truck": "T1", "reason": "no_packs", "detail": ""}],
    }  # fmt: skip
    problem = problem_from_json(problem_json(seed % 50))
    plan, fault = read(plan_from_json, spoiled(body, random))
    if plan is None:
        assert FAULT.match(fault), fault
        return
    check_plan(problem, plan)  # it may find anything, and must not break


@fewer_examples(2)
@given(seed=st.integers(0, 10**6), packed=st.booleans())
def test_a_damaged_file_ends_with_2_and_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, seed: int, packed: bool
) -> None:
    random = Random(seed)  # noqa: S311 - not for secrets
    data = json.dumps(problem_json(seed)).encode()
    data = gzip.compress(data, mtime=0) if packed else data
    data = data[: random.randrange(2 if packed else 0, len(data))]
    if random.random() < 0.5 and len(data) > 20:
        position = random.randrange(12, len(data))
        data = data[:position] + bytes([random.randrange(256)]) + data[position + 1 :]
    path = tmp_path_factory.mktemp("damaged") / "problem.json.gz"
    path.write_bytes(data)
    code, out, err = run(str(path))
    assert (code, out) == (2, "")
    assert err.startswith(f"dispatch.planning: {path}: is not JSON")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"format": 1, "format": 2}', "format: is there twice"),
        ('{"a": [{"b": 1}, {"b": {"c": 1, "c": 1}}]}', "a[1].b.c: is there twice"),
        ("[" * 100_000, "-: is nested too deep"),
        ("9" * 5000, "-: is not JSON"),
        ('{"format": NaN}', "format: expected 'swap-problem/1', got nan"),
        ("", "-: is not JSON"),
        ("\ufeff{}", "format: expected 'swap-problem/1', got None"),
    ],
)
def test_what_json_allows_and_a_problem_does_not(text: str, sentence: str) -> None:
    with pytest.raises(ProblemError) as raised:
        problem_from_json(parsed(text.encode(), "-"))
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("place", [Path("/"), Path("/nowhere/x"), Path("/x\0y")])
def test_what_is_no_file_ends_with_2(place: Path) -> None:
    code, out, err = run(str(place))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "cannot be read" in err


def hold(**changes: Any) -> dict[str, Any]:
    made = {"after": 0, "station": "S0", "lane": "S0-L0", "start_s": 900, "packs": ["S0-P0"]}
    return {**made, "fixed": True, **changes}


@pytest.mark.parametrize(
    ("holds", "code"),
    [
        ([hold(station="nowhere")], "unknown_station"),
        ([hold(lane="nowhere")], "unknown_lane"),
        ([hold(packs=["nowhere"])], "unknown_pack"),
        ([hold(packs=[])], "pack_count"),
        ([hold(after=7)], "no_way"),
        ([hold(start_s=-5000)], "too_late"),
        ([hold(), hold(start_s=950)], "second_promise"),
    ],
)
def test_holds_that_contradict_are_reported_beside_a_plan(
    tmp_path: Path, holds: list[dict[str, Any]], code: str
) -> None:
    body = problem_json(5, trucks=2)
    way = {"after": 0, "station": "S0", "to_s": 60, "to_wh": 0, "from_s": 60, "from_wh": 0}
    body["trucks"][0]["detours"] = [way]
    body["trucks"][0]["holds"] = holds
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(body))
    ended, out, err = run(str(path))
    assert (ended, err) == (0, "")
    faults = json.loads(out)["hold_faults"]
    assert code in {fault["code"] for fault in faults}
    assert {fault["truck"] for fault in faults} == {"T0"}


def test_two_trucks_promised_one_pack_at_one_time_are_reported(tmp_path: Path) -> None:
    body = problem_json(5, trucks=2)
    way = {"after": 0, "station": "S0", "to_s": 60, "to_wh": 0, "from_s": 60, "from_wh": 0}
    for truck in body["trucks"]:
        truck["detours"] = [way]
        truck["ready_s"] = 0
        truck["holds"] = [hold(start_s=3000)]
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(body))
    ended, out, _ = run(str(path))
    assert ended == 0
    assert "pack_twice" in {fault["code"] for fault in json.loads(out)["hold_faults"]}
