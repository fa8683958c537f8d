"""Closed-loop load by wrk: as many connections as asked, each always waiting for an answer."""

import json
import math
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
THREADS = 2
DRAIN_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of some seconds of load; latencies in ms, `refused` are answers that are no 2xx."""

    requests: int
    refused: int
    broken: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Return good answers a second."""
        return (self.requests - self.refused) / self.seconds


@dataclass(slots=True)
class Group:
    """Trucks that one kind of load speaks for, and where each of wrk's threads stopped."""

    first: int
    count: int
    places: tuple[str, ...] = ("0,0",) * THREADS


def need_wrk() -> None:
    """Have wrk, or end with a sentence that says how to get it."""
    if shutil.which("wrk"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "wrk"], check=False)
    if not shutil.which("wrk"):
        raise SystemExit(
            "wrk is not here: install it (Debian: apt-get install wrk), then run again."
        )


def load_reports(
    url: str, *, keys: Path, group: Group, at_once: int, connections: int, load_s: float
) -> Load:
    """Post reports, each new, for some seconds; the group remembers where it stopped."""
    span = [str(group.first), str(group.count)]
    arguments = [str(keys), *span, str(at_once), str(load_s), *group.places]
    said = _wrk("reports.lua", url, arguments, connections=connections, for_s=load_s + DRAIN_S)
    group.places = tuple(said.pop("places"))
    return Load(**said)


def load_hello(url: str, *, connections: int, load_s: float) -> Load:
    """Get a page for some seconds."""
    said = _wrk("hello.lua", url, [], connections=connections, for_s=load_s)
    said.pop("places")
    return Load(**said)


def _wrk(
    script: str, url: str, arguments: list[str], *, connections: int, for_s: float
) -> dict[str, Any]:
    seconds = math.ceil(for_s)
    command = ["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-s", str(HERE / script), url, "--", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"wrk: {done.stdout}{done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
