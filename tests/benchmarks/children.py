"""Run a planner as anybody would, by its command, and watch what it takes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.planning.exchange import plan_from_json
from dispatch.planning.plan import SwapPlan

ROOT = Path(__file__).parents[2]
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, the wall seconds of the whole command, the most memory its processes held."""

    plan: SwapPlan
    wall_s: float
    peak_mb: float


def planned(path: Path, *, planner: str, time_limit_s: float, workers: int, seed: int) -> Planned:
    """Plan a file by ``python -m dispatch.planning`` in a process of its own.

    Memory is the sum of the peaks of resident memory of the command and of the processes it
    starts: never less than what they held together.

    Raises
    ------
    subprocess.CalledProcessError
        The command failed.
    """
    limits = ["--time-limit-s", str(time_limit_s), "--workers", str(workers), "--seed", str(seed)]
    command = [sys.executable, "-m", "dispatch.planning", str(path), *limits, "--planner", planner]
    with tempfile.TemporaryFile() as answer:
        begun_s = time.monotonic()
        child = subprocess.Popen(command, cwd=ROOT, stdout=answer, start_new_session=True)
        peak_kb = _watch(child)
        wall_s = time.monotonic() - begun_s
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, command)
        answer.seek(0)
        plan = plan_from_json(json.load(answer))
    return Planned(plan=plan, wall_s=wall_s, peak_mb=peak_kb / 1024)


def _watch(child: "subprocess.Popen[bytes]") -> int:
    """Wait for a child; gives the most its process group held, in kB."""
    most_kb = 0
    while True:
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return max(most_kb, used.ru_maxrss)
        most_kb = max(most_kb, sum(_peak_kb(pid) for pid in _group(child.pid)))
        time.sleep(LOOK_EVERY_S)


def _group(leader: int) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == leader:
            found.append(process)
    return found


def _peak_kb(process: Path) -> int:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def model_seconds(path: Path) -> dict[str, Any]:
    """Time the import of the planner and the building of its model, in a fresh interpreter."""
    command = [sys.executable, "-m", "tests.benchmarks.model", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
