"""Keep the demo's processes running: start, restart with growing pauses, stop in reverse order."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.process import bound, kill_group, stop
from config.reaper import Reaper

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
STOP_S = 12.0


@dataclass
class Child:
    """One process of the service and when it may start again."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    again_s: float | None = None


@dataclass
class Supervisor:
    """The children of the launcher; `say` prints a line for people."""

    environment: Mapping[str, str]
    logs: Path
    say: Callable[[str], None]
    stop_s: float = STOP_S
    children: dict[str, Child] = field(default_factory=dict)
    reaper: Reaper | None = None

    def start(self, name: str, command: list[str], **environment: str) -> None:
        """Start a child, with more in its environment if given, and look after it from now on."""
        self.reaper = self.reaper or Reaper(grace_s=self.stop_s)
        self.children[name] = Child(name, command, {**self.environment, **environment})
        self._launch(self.children[name])

    def _launch(self, child: Child) -> None:
        with (self.logs / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(
                bound(child.command),
                env=child.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is the launcher's to hear
            )
        if self.reaper:
            self.reaper.know(child.process.pid)
        child.started_s, child.again_s = time.monotonic(), None

    def look(self) -> None:
        """Start again what has ended: at once the first time, later after longer and longer."""
        now_s = time.monotonic()
        for child in self.children.values():
            if child.again_s is not None:
                if now_s >= child.again_s:
                    self._launch(child)
            elif child.process and child.process.poll() is not None:
                kill_group(child.process)  # what it left behind would hold its port
                lived_s = now_s - child.started_s
                steady = lived_s > STEADY_S
                child.pause_s = FIRST_PAUSE_S if steady else min(child.pause_s * 2, LONGEST_PAUSE_S)
                child.again_s = now_s + child.pause_s
                self.say(
                    f"{child.name} ended ({child.process.returncode}) after {lived_s:.0f} s, "
                    f"again in {child.pause_s:.0f} s; see {self.logs / child.name}.log"
                )

    def stop(self) -> None:
        """Stop every child, the last started first; none is left."""
        for child in reversed(self.children.values()):
            if child.process and child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + self.stop_s
        for child in self.children.values():
            if child.process:
                stop(child.process, within_s=max(0.1, end - time.monotonic()))
        if self.reaper:
            self.reaper.close()
