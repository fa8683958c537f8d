"""The bound of a problem, found by a process of its own while the planner searches.

``python -m dispatch.planning.bounding UPPER_S SECONDS`` reads a problem from standard input and
writes each higher bound as a line, a number of seconds, and from time to time the tolls as a
line, a JSON object. A fault here costs the bound and the tolls, never the plan.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

from dispatch.planning.exchange import problem_to_json, read_problem
from dispatch.planning.problem import SwapProblem
from dispatch.planning.schedule import Schedule
from dispatch.planning.tolls import Tolls

_ROOT = Path(__file__).resolve().parents[2]


class BoundProcess:
    """A running search for the bound; `best_s` is what it has proven so far.

    `take_tolls` gives the latest tolls, once.
    """

    def __init__(self, problem: SwapProblem, *, upper_s: int, seconds: float) -> None:
        command = [sys.executable, "-m", "dispatch.planning.bounding", str(upper_s), str(seconds)]
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        process = subprocess.Popen(  # noqa: S603 - our own module, numbers as arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        )
        self._process = process
        self._unread = b""
        self._best_s = 0
        self._tolls: bytes | None = None
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the pipes asked for are not there")
        self._lines = process.stdout
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(json.dumps(problem_to_json(problem)).encode())
        os.set_blocking(self._lines.fileno(), False)

    def best_s(self) -> int:
        """Read what has come since the last look."""
        self._unread += self._lines.read() or b""
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                self._tolls = line
            else:
                self._best_s = int(line)
        return self._best_s

    def take_tolls(self) -> Tolls | None:
        """Give the tolls that have come since the last call, if any have."""
        line, self._tolls = self._tolls, None
        return None if line is None else Tolls.from_json(line)

    def stop(self) -> int:
        """End the process; gives the last bound."""
        best_s = self.best_s()
        self._process.kill()
        self._process.wait()
        self._lines.close()
        return best_s


def main(arguments: list[str]) -> None:
    """Read a problem, write bounds until the time is over."""
    from dispatch.planning.bound import raise_bound  # noqa: PLC0415 - numpy, for this process only

    started_s = monotonic()
    upper_s, seconds = int(arguments[0]), float(arguments[1])
    schedule = Schedule(read_problem("-"))
    raise_bound(
        schedule,
        upper_s=upper_s,
        until_s=started_s + seconds,
        report=_say,
        share=lambda tolls: _say(tolls.to_json()),
    )


def _say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
