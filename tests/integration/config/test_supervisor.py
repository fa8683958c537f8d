import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.supervisor import Supervisor

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def wait_for(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_ends_is_started_again_after_longer_and_longer_pauses(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(dict(os.environ), tmp_path, said.append)
    supervisor.start("brief", [sys.executable, "-c", "raise SystemExit(3)"])
    while len(said) < 3:
        supervisor.look()
        time.sleep(0.02)
    supervisor.stop()
    assert [line.split(", ")[1] for line in said] == [
        f"again in {seconds} s; see {tmp_path}/brief.log" for seconds in (1, 2, 4)
    ]
    assert all(line.startswith("brief ended (3)") for line in said)


def test_a_process_that_ignores_the_signal_and_its_child_are_gone_after_stop(
    tmp_path: Path,
) -> None:
    supervisor = Supervisor(dict(os.environ), tmp_path, print, stop_s=0.5)
    supervisor.start("stubborn", [sys.executable, "-c", STUBBORN])
    log = tmp_path / "stubborn.log"
    wait_for(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    assert is_alive(grandchild)
    supervisor.stop()
    wait_for(lambda: not is_alive(grandchild))
    process = supervisor.children["stubborn"].process
    assert process
    assert process.returncode == -signal.SIGKILL


def test_what_a_killed_process_leaves_behind_is_gone_before_it_starts_again(tmp_path: Path) -> None:
    supervisor = Supervisor(dict(os.environ), tmp_path, print)
    supervisor.start("stubborn", [sys.executable, "-c", STUBBORN])
    log = tmp_path / "stubborn.log"
    wait_for(lambda: log.read_text().strip())
    process = supervisor.children["stubborn"].process
    assert process
    process.kill()
    process.wait()
    grandchild = int(log.read_text())
    assert is_alive(grandchild)
    supervisor.look()
    wait_for(lambda: not is_alive(grandchild))
    supervisor.stop()


LAUNCHER = """
import os, sys, time
from pathlib import Path
from config.supervisor import Supervisor
supervisor = Supervisor(dict(os.environ), Path(sys.argv[1]), print, stop_s=1)
supervisor.start("stubborn", [sys.executable, "-c", sys.argv[2]])
time.sleep(60)
"""


def test_what_hangs_when_the_launcher_is_killed_is_killed_too(tmp_path: Path) -> None:
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(tmp_path), STUBBORN])
    log = tmp_path / "stubborn.log"
    wait_for(lambda: log.exists() and log.read_text().strip())
    grandchild = int(log.read_text())
    launcher.kill()
    launcher.wait()
    assert is_alive(grandchild)
    wait_for(lambda: not is_alive(grandchild))
