"""Call a planner in a disposable child process with a deadline and a memory limit (ADR 0004)."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dispatch.planning.check import check_plan
from dispatch.planning.exchange import plan_from_json, problem_to_json
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import ProblemError, SwapProblem

PROJECT = Path(__file__).resolve().parents[3]
GRACE_S = 6.0
"""What a planner may take beyond its time limit: to start, to read, to write."""
MOST_OUTPUT_MB = 64

# Runs in the child before the planner: limits that hold whatever the planner does, and an end
# with its parent's (Linux). No hook runs between fork and exec, so threads of ours do not matter.
BEFORE_THE_PLANNER = """
import ctypes, os, resource, runpy, signal, sys
memory, output, parent = (int(sys.argv.pop(1)) for _ in range(3))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
module = sys.argv.pop(1)
sys.path.insert(0, os.getcwd())
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


class PlannerFailedError(Exception):
    """The planner gave no plan that can be used; the sentence says how it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerCall:
    """Which planner to run and within which limits."""

    name: str
    time_limit_s: float
    module: str = "dispatch.planning"
    memory_mb: int = 2048
    workers: int = 2
    seed: int = 0


def call_planner(problem: SwapProblem, call: PlannerCall) -> SwapPlan:
    """Return a plan that an independent check found to break no rule.

    Raises
    ------
    PlannerFailedError
        The child crashed, hung, ran out of memory, or its answer is no plan or a faulty one.
    """
    with tempfile.TemporaryDirectory(prefix="yizhan-plan-") as place:
        directory = Path(place)
        asked = directory / "problem.json"
        asked.write_text(json.dumps(problem_to_json(problem)))
        answer = _run(asked, directory, call)
    try:
        plan = plan_from_json(json.loads(answer))
    except (ValueError, ProblemError, RecursionError) as error:
        raise PlannerFailedError(f"no plan: {error}"[:500]) from error
    if broken := check_plan(problem, plan):
        first = broken[0]
        raise PlannerFailedError(
            f"{len(broken)} rules broken, first {first.code} of {first.subject}: {first.detail}"
        )
    return plan


def _run(asked: Path, directory: Path, call: PlannerCall) -> str:
    out, err = directory / "out", directory / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        child = subprocess.Popen(  # noqa: S603  our own interpreter and module
            _command(asked, call),
            cwd=PROJECT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            code = child.wait(call.time_limit_s + GRACE_S)
        except subprocess.TimeoutExpired as error:
            raise PlannerFailedError(
                f"no answer {GRACE_S:.0f} s after its limit of {call.time_limit_s:.1f} s"
            ) from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if code != 0:
        said = err.read_text(errors="replace").strip().splitlines()
        raise PlannerFailedError(f"ended with {code}: {said[-1] if said else ''}"[:500])
    return out.read_text(errors="replace")


def _command(asked: Path, call: PlannerCall) -> list[str]:
    limits = [call.memory_mb * 2**20, MOST_OUTPUT_MB * 2**20, os.getpid()]
    return [
        *(sys.executable, "-c", BEFORE_THE_PLANNER, *map(str, limits), call.module, str(asked)),
        *("--time-limit-s", str(call.time_limit_s), "--workers", str(call.workers)),
        *("--seed", str(call.seed), "--planner", call.name),
    ]


def _environment() -> dict[str, str]:
    """Return what the planner may know: where programs are, and nothing secret."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return {**kept, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
