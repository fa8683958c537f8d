"""Call a planner in a disposable child process with a deadline and a memory limit (ADR 0004)."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from dispatch.planning.check import check_plan
from dispatch.planning.exchange import plan_from_json, problem_to_json
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.values import ProblemError

PROJECT = Path(__file__).resolve().parents[3]
GRACE_S = 1.2
"""What a planner may take beyond its time limit before it is ended."""
START_S = 0.15
READ_BYTES_PER_S = 15e6
"""A planner is told a shorter limit than it has, by what starting it and reading takes."""
MOST_OUTPUT_MB = 64

# Runs in the child before the planner: limits that hold whatever the planner does, and an end
# with its parent's (Linux). No hook runs between fork and exec, so threads of ours do not matter.
BEFORE_THE_PLANNER = """
import ctypes, os, resource, runpy, signal, sys
memory, output, nice, parent = (int(sys.argv.pop(1)) for _ in range(4))
os.nice(nice)
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
    """Which planner to run and within which limits; `nice`: how far it gives way to others."""

    name: str
    time_limit_s: float
    module: str = "dispatch.planning"
    memory_mb: int = 2048
    workers: int = 2
    seed: int = 0
    nice: int = 0
    work_limit: int | None = None


def call_planner(problem: SwapProblem, call: PlannerCall) -> SwapPlan:
    """Return a plan that an independent check found to break no rule.

    Raises
    ------
    PlannerFailedError
        The child crashed, hung, ran out of memory, or its answer is no plan or a faulty one.
    """
    with tempfile.TemporaryDirectory(prefix="yizhan-plan-") as place:
        asked = Path(place) / "problem.json"
        asked.write_text(json.dumps(problem_to_json(problem)))
        with PlannerChild(problem, asked, call) as child:
            child.wait(until_s=child.ends_s)
            return child.answer()


class PlannerChild:
    """A planner at work on a problem's file; leaving the context ends it, whatever it does.

    `ends_s` is when it is to be ended, on the monotonic clock.
    """

    def __init__(self, problem: SwapProblem, asked: Path, call: PlannerCall) -> None:
        self._problem, self._call = problem, call
        self._out = asked.with_name(f"{call.name}.out")
        self._err = asked.with_name(f"{call.name}.err")
        self.ends_s = time.monotonic() + call.time_limit_s + GRACE_S
        with ExitStack() as files:
            self._child = subprocess.Popen(  # noqa: S603  our own interpreter and module
                _command(asked, call),
                cwd=PROJECT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=files.enter_context(self._out.open("wb")),
                stderr=files.enter_context(self._err.open("wb")),
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def wait(self, *, until_s: float) -> bool:
        """Wait for its end until a time on the monotonic clock; False if it is still at work."""
        try:
            self._child.wait(max(0.0, until_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def answer(self) -> SwapPlan:
        """Read its answer as a stranger's.

        Raises
        ------
        PlannerFailedError
            It is still at work, it failed, or what it wrote is no plan or a faulty one.
        """
        code = self._child.poll()
        if code is None:
            limit_s = self._call.time_limit_s
            raise PlannerFailedError(
                f"no answer {GRACE_S:.1f} s after its limit of {limit_s:.1f} s"
            )
        if code != 0:
            said = self._err.read_text(errors="replace").strip().splitlines()
            raise PlannerFailedError(f"ended with {code}: {said[-1] if said else ''}"[:500])
        return _checked(self._problem, self._out.read_text(errors="replace"))


def _checked(problem: SwapProblem, answer: str) -> SwapPlan:
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


def _command(asked: Path, call: PlannerCall) -> list[str]:
    limits = [call.memory_mb * 2**20, MOST_OUTPUT_MB * 2**20, call.nice, os.getpid()]
    reserve_s = min(call.time_limit_s / 2, START_S + asked.stat().st_size / READ_BYTES_PER_S)
    work = [] if call.work_limit is None else ["--work-limit", str(call.work_limit)]
    return [
        *(sys.executable, "-c", BEFORE_THE_PLANNER, *map(str, limits), call.module, str(asked)),
        *("--time-limit-s", f"{call.time_limit_s - reserve_s:.3f}"),
        *("--workers", str(call.workers), "--seed", str(call.seed), "--planner", call.name),
        *work,
    ]


def _environment() -> dict[str, str]:
    """Return what the planner may know: where programs are, and nothing secret."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return {**kept, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
