"""Children that end with their parent, and a way to run PostgreSQL when we are root.

`bound` gives the command line: this file, run as a script, ties itself to its parent, changes its
identity and becomes the program. No thread-unsafe hook runs between fork and exec, and no new
user, no `chmod` of a parent directory is needed. Standard library only.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

Identity = Literal["same", "namespace", "nobody"]
NOBODY = 65534
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def bound(
    command: Sequence[str | Path],
    *,
    on_orphan: signal.Signals = signal.SIGTERM,
    identity: Identity = "same",
    cwd: Path | None = None,
) -> list[str]:
    """Return the command line of a child that gets `on_orphan` when this process dies.

    Parameters
    ----------
    command
        Program (a path, or a name on PATH) and its arguments.
    on_orphan
        Signal the kernel sends when the parent ends in any way, `kill -9` included (Linux).
    identity
        `namespace`: uid 1000 of a private user namespace, files stay root's; `nobody`: setuid.
    cwd
        Directory to stand in, entered with the new identity.
    """
    here = [sys.executable, "-I", "-S", __file__, str(int(on_orphan)), str(os.getpid()), identity]
    return [*here, str(cwd or Path.cwd()), *map(str, command)]


def stop(
    process: subprocess.Popen[Any], how: signal.Signals | None = None, *, within_s: float
) -> None:
    """Wait for a child to end, after the signal `how` if given; then kill all that is left."""
    if how and process.poll() is None:
        process.send_signal(how)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(within_s)
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Kill a child and every process of the session it leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _become(identity: str) -> None:
    if identity == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    elif identity == "namespace":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "no user namespace")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text("1000 0 1")
        Path("/proc/self/gid_map").write_text("1000 0 1")


def _run(on_orphan: str, parent: str, identity: str, cwd: str, *command: str) -> None:
    _become(identity)
    os.chdir(cwd)
    if sys.platform == "linux":  # after the change of identity, which would clear it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(on_orphan))
        if os.getppid() != int(parent):
            raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606 -- becoming the program is the purpose


if __name__ == "__main__":
    try:
        _run(*sys.argv[1:])
    except OSError as error:
        raise SystemExit(f"cannot start {sys.argv[5]} as {sys.argv[3]}: {error}") from error
