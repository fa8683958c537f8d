"""A process that outlives its maker to kill what the maker started and could not stop.

Each child is told to end when its parent dies (config.process); one that hangs while it ends, as
a Celery worker may whose broker went first, is killed after a grace. Standard library only.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class Reaper:
    """Made by the process that starts children; it must `know` each and `close` in the end."""

    def __init__(self, *, grace_s: float) -> None:
        hears, line = os.pipe()
        self._line = os.fdopen(line, "wb", buffering=0)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(grace_s)],
            stdin=hears,
            start_new_session=True,
        )
        os.close(hears)

    def know(self, group: int) -> None:
        """Remember a process group: the pid of a child that leads its own session."""
        with contextlib.suppress(BrokenPipeError):
            self._line.write(f"{group}\n".encode())

    def close(self) -> None:
        """Let go: what is still there gets its grace, then it is killed."""
        self._line.close()
        self._process.wait()


def _begun_at(pid: int) -> str | None:
    """Return when a process began, None if it is gone; a number may go to a stranger."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _is_left(group: int, begun_at: str | None) -> bool:
    leader = _begun_at(group)
    if leader is not None and leader != begun_at:
        return False
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _outlive(grace_s: float) -> None:
    known: dict[int, str | None] = {}
    for line in iter(sys.stdin.readline, ""):  # the end comes when the maker's pipe closes
        known[int(line)] = _begun_at(int(line))
    end = time.monotonic() + grace_s
    while left := [group for group, begun_at in known.items() if _is_left(group, begun_at)]:
        if time.monotonic() > end:
            for group in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGKILL)
            return
        time.sleep(0.1)


if __name__ == "__main__":
    _outlive(float(sys.argv[1]))
