import json
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.planning.check import check_plan
from dispatch.planning.exchange import plan_from_json, read_problem, write_problem
from tests.instances import swap_problem


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "dispatch.planning", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)


@pytest.fixture
def problem_file(tmp_path: Path) -> Path:
    write_problem(swap_problem(11, trucks=4), tmp_path / "problem.json.gz")
    return tmp_path / "problem.json.gz"


@pytest.mark.parametrize("planner", ["search", "greedy", "nearest"])
def test_a_problem_goes_in_and_a_sound_plan_comes_out(problem_file: Path, planner: str) -> None:
    done = run(str(problem_file), "--planner", planner, "--time-limit-s", "1")
    assert (done.returncode, done.stderr) == (0, b"")
    plan = plan_from_json(json.loads(done.stdout))
    assert check_plan(read_problem(problem_file), plan) == ()


def test_the_problem_may_come_on_standard_input(problem_file: Path) -> None:
    by_name = run(str(problem_file), "--planner", "greedy")
    by_pipe = run("-", "--planner", "greedy", given=problem_file.read_bytes())
    assert json.loads(by_pipe.stdout)["swaps"] == json.loads(by_name.stdout)["swaps"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"not json", "-: is not JSON"),
        (b'{"format": "swap-plan/1"}', "format: expected 'swap-problem/1', got 'swap-plan/1'"),
        (b"[]", "format: expected 'swap-problem/1', got None"),
        (b"\x1f\x8b damaged", "-: is not JSON"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(given: bytes, sentence: str) -> None:
    done = run("-", given=given)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"dispatch.planning: {sentence}")
    assert done.stderr.count(b"\n") == 1


def test_a_missing_file_and_a_bad_limit_end_with_2() -> None:
    assert run("/nowhere/problem.json").returncode == 2
    assert run("-", "--time-limit-s", "-1").returncode == 2
    assert run("-", "--planner", "guess").returncode == 2


def test_the_quick_planners_start_without_heavy_imports(problem_file: Path) -> None:
    heavy = "{'numpy', 'scipy', 'ortools', 'django', 'pandas'}"
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['x', {str(problem_file)!r}, '--planner', 'greedy']\n"
        "try: runpy.run_module('dispatch.planning', run_name='__main__')\n"
        f"except SystemExit: print(sorted({heavy} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert done.stderr == b"[]\n"
