"""Trucks, drivers and stations live against the whole service, and every invariant holds."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.commands import manage_command
from config.process import bound, stop
from tests.e2e.ledgers import INVARIANTS, STEPS, THROUGH_EVERY_STEP
from tests.stack import Stack, raised_stack

M_PER_DEG, FASTEST_MS = 111_195, 25
LINE = re.compile(r"(\d+) errors 5xx")


@contextmanager
def living(name: str, *, rate: float, trucks: int, stations: int) -> Iterator["LivingWorld"]:
    wall_s = time.time()
    clock = {"CLOCK_RATE": str(rate), "CLOCK_WALL_S": str(wall_s), "CLOCK_AT_S": str(wall_s)}
    with raised_stack(name, **clock) as stack:
        secrets = stack.logs.parent / "world.json"
        sizes = ("--trucks", str(trucks), "--stations", str(stations))
        stack.manage("load_scenario", "--secrets", str(secrets), *sizes)
        world = LivingWorld(stack, secrets)
        world.start()
        try:
            yield world
        finally:
            world.stop()


class LivingWorld:
    """A running `simulate_world`."""

    def __init__(self, stack: Stack, secrets: Path) -> None:
        self.stack, self.secrets = stack, secrets
        self.log = stack.logs / "world.log"
        self.state = secrets.with_name("world-state.json")

    def start(self) -> None:
        arguments = ("--base-url", self.stack.base_url, "--secrets", str(self.secrets))
        with self.log.open("ab") as log:
            self.stack.processes["world"] = self.process = subprocess.Popen(
                bound(manage_command("simulate_world", *arguments)),
                env=self.stack.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        stop(self.process, signal.SIGTERM, within_s=15)

    def live_on(self, wall_s: float) -> None:
        end = time.monotonic() + wall_s
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            time.sleep(0.5)

    def swaps_through_every_step(self) -> int:
        return len(self.stack.sql(THROUGH_EVERY_STEP, list(STEPS)))

    def positions(self) -> dict[str, list[float]]:
        trucks = json.loads(self.state.read_text())["state"]["trucks"]
        return {plate: truck["position"] for plate, truck in trucks.items()}

    def check(self) -> None:
        broken = {name: rows for name, sql in INVARIANTS.items() if (rows := self.stack.sql(sql))}
        assert broken == {}
        said = self.log.read_text()
        counts = LINE.findall(said)
        assert counts, said[-2000:]
        assert set(counts) == {"0"}, said[-2000:]


@pytest.mark.slow
def test_twenty_minutes_of_a_fleet_keep_every_invariant(django_db_setup: None) -> None:
    with living("living_20_min", rate=10, trucks=60, stations=6) as world:
        world.live_on(120)
        world.stack.wait_until(
            lambda: world.swaps_through_every_step() >= 10, within_s=600, what="10 swaps"
        )
        world.stop()
        world.check()
        # How many promises the moving world refuses is a matter of the machine's speed: told only.
        totals = world.stack.sql("SELECT sum(written), sum(refused) FROM dispatch_planrun")[0]
        print("{} swaps, {} promises, {} refused".format(world.swaps_through_every_step(), *totals))


def test_a_small_world_swaps_and_goes_on_after_a_restart(django_db_setup: None) -> None:
    with living("living_small", rate=20, trucks=10, stations=2) as world:
        world.stack.wait_until(
            world.swaps_through_every_step, within_s=600, what="a swap through every step"
        )
        world.stop()
        before, began_s = world.positions(), time.monotonic()
        world.start()
        world.stack.wait_until(
            lambda: world.positions() != before, within_s=180, what="trucks move again"
        )
        world.stop()
        after, lived_s = world.positions(), 20 * (time.monotonic() - began_s)
        moved = [max(abs(a - b) for a, b in zip(after[p], before[p], strict=True)) for p in before]
        assert max(moved) * M_PER_DEG < lived_s * FASTEST_MS  # nobody was put down elsewhere
        world.check()
