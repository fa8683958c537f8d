"""One round: every contestant in turn, each for the same seconds."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.ingest.copying import committed, copied_per_second
from tests.benchmarks.ingest.cpu import machine_s, tree_s
from tests.benchmarks.ingest.load import Group, Load, load_hello, load_reports
from tests.benchmarks.ingest.stand import Stand

MANY = 20
CONNECTIONS, BASELINE_CONNECTIONS = 200, 64
COMMITS_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one contestant did in one round; processor time is for each report, in µs."""

    load: Load
    at_once: int
    web_us: float
    database_us: float
    others_cores: float

    @property
    def reports_per_s(self) -> float:
        return self.load.per_second * self.at_once


class Course:
    """The contestants over a stand; counts every report that was answered 2xx."""

    def __init__(self, stand: Stand, *, load_s: int) -> None:
        count = len(stand.keys)
        self.stand = stand
        self.load_s = load_s
        self.answered = 0
        self.faults: list[str] = []
        self.single = Group(0, count * 2 // 5)
        self.many = Group(count * 2 // 5, count * 2 // 5)
        self.paced = Group(count * 4 // 5, count - count * 4 // 5, ("0",))
        self.baselines = {1: Group(0, count // 2), MANY: Group(count // 2, count - count // 2)}

    def run_ours(self, at_once: int) -> Measured:
        """Load the service at 200 connections."""
        group = self.single if at_once == 1 else self.many
        return self._reports("ours", group, at_once, CONNECTIONS)

    def run_baseline(self, at_once: int) -> Measured:
        """Load Django REST framework at 64 connections."""
        return self._reports("baseline", self.baselines[at_once], at_once, BASELINE_CONNECTIONS)

    def run_hello(self) -> Measured:
        """Load the bare greeting."""
        url = self.stand.url("hello")
        return self._watched(
            "hello", 1, lambda: load_hello(url, connections=CONNECTIONS, load_s=self.load_s)
        )

    def run_many_and_copies(self, nth: int) -> tuple[Measured, float, float]:
        """Load the service with 20 reports a request, then copy what came in, small and wide."""
        since = datetime.now(UTC)
        ours = self.run_ours(MANY)
        address = self.stand.address("ours")
        small, wide = (
            copied_per_second(address, since=since, nth=nth, for_s=self.load_s / 2, is_wide=is_wide)
            for is_wide in (False, True)
        )
        return ours, small, wide

    def run_commits(self) -> Measured:
        """Commit one small row after the other, on one connection."""
        address = self.stand.address("ours")
        return self._watched("hello", 1, lambda: committed(address, for_s=COMMITS_S))

    def run_paced(self, rate: float) -> Measured:
        """Send single reports by the clock."""
        return self._watched("ours", 1, lambda: self._pace(rate))

    def _pace(self, rate: float) -> Load:
        group = self.paced
        span = [str(self.stand.keys_file), str(group.first), str(group.count), *group.places]
        span += [str(self.stand.ports["ours"]), str(rate), str(self.load_s)]
        command = [sys.executable, "-m", "tests.benchmarks.ingest.paced", *span]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"paced: {done.stderr}")
        said: dict[str, Any] = json.loads(done.stdout)
        group.places = (str(said.pop("place")),)
        load = Load(**said)
        self._count("ours", load, 1)
        return load

    def _reports(self, name: str, group: Group, at_once: int, connections: int) -> Measured:
        def load() -> Load:
            found = load_reports(
                self.stand.url(name),
                keys=self.stand.keys_file,
                group=group,
                at_once=at_once,
                connections=connections,
                load_s=self.load_s,
            )
            self._count(name, found, at_once)
            return found

        return self._watched(name, at_once, load)

    def _count(self, name: str, load: Load, at_once: int) -> None:
        if name == "ours":
            self.answered += (load.requests - load.refused) * at_once
        if load.refused or load.broken:
            fault = f"{name}, {at_once} a request: {load.refused} refused, {load.broken} broken"
            self.faults.append(fault)

    def _watched(self, name: str, at_once: int, run: Callable[[], Load]) -> Measured:
        web, database = self.stand.roots(name)
        begun, of_all = time.monotonic(), machine_s()
        roots = (web, database, os.getpid())
        before = [tree_s(root) for root in roots]
        load = run()
        used = [max(0.0, tree_s(root) - s) for root, s in zip(roots, before, strict=True)]
        reports = max(1, load.requests * at_once)
        others = (machine_s() - of_all - used[2]) / (time.monotonic() - begun)
        return Measured(
            load=load,
            at_once=at_once,
            web_us=used[0] * 1e6 / reports,
            database_us=used[1] * 1e6 / reports,
            others_cores=max(0.0, others),
        )
