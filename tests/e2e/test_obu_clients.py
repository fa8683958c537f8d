"""The examples for makers of onboard units, on bad lines and under kill -9: nothing is lost."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from fleet import clock
from telematics.models import Device
from telematics.services.keys import make_key
from tests.builders import make_device
from tests.client_line import Line, carried
from tests.private import run_directory
from tests.stack import Stack

CLIENTS = Path(__file__).parents[2] / "docs" / "clients"
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-g")
SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
WITHIN_S = 60.0
BROKEN = ["cut", "", "lost", "", "half", ""]
TOLD_TO_WAIT = ["busy", "", "throttled", ""]


@cache
def built() -> str:
    """Compile the C client, strictly and with sanitizers where there are any; return its place."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        pytest.fail("The C client is compiled here: install a C compiler (gcc).", pytrace=False)
    place = run_directory() / f"obu-{os.getpid()}"
    sanitized = has_sanitizers(compiler)
    flags = [*STRICT, *(SANITIZED if sanitized else ())]
    subprocess.run([compiler, *flags, CLIENTS / "obu.c", "-o", place], check=True)
    return str(place)


def has_sanitizers(compiler: str) -> bool:
    place = run_directory() / f"probe-{os.getpid()}"
    place.with_suffix(".c").write_text("int main(void) { return 0; }\n")
    made = subprocess.run(
        [compiler, *SANITIZED, place.with_suffix(".c"), "-o", place], capture_output=True
    )
    return made.returncode == 0 and subprocess.run([place]).returncode == 0


def c99(port: int) -> list[str]:
    return [built(), "127.0.0.1", str(port)]


def python(port: int) -> list[str]:
    return [sys.executable, str(CLIENTS / "obu.py"), f"http://127.0.0.1:{port}"]


def micropython_on(interpreter: str) -> Callable[[int], list[str]]:
    def command(port: int) -> list[str]:
        return [interpreter, str(CLIENTS / "obu_micropython.py"), "127.0.0.1", str(port)]

    return command


MICROPYTHON = os.environ.get("MICROPYTHON_BIN") or shutil.which("micropython")
MADE: dict[str, Callable[[int], list[str]]] = {
    "c99": c99,
    "python": python,
    "micropython_style": micropython_on(sys.executable),
    **({"micropython": micropython_on(MICROPYTHON)} if MICROPYTHON else {}),
}
client = pytest.mark.parametrize("made", MADE.values(), ids=MADE)


@dataclass
class Unit:
    """A client with its ring file, fed line by line and killed at will; `kept` is what it said."""

    stack: Stack
    line: Line
    ring: Path
    slots: int = 4096
    device: Device = field(default_factory=make_device)
    fed: int = 0
    kept: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = make_key(self.device, now=clock.now())

    def start(self, made: Callable[[int], list[str]]) -> None:
        self.said: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [*made(self.line.port), self.key, str(self.ring), str(self.slots)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.hears = threading.Thread(target=self._hear, args=(self.process,), daemon=True)
        self.hears.start()

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout:
            for said in process.stdout:
                self.said.put(said)

    def measure(self, count: int = 1, *, hears: bool = True) -> None:
        """Feed measurements; the odometer says which is which."""
        assert self.process.stdin
        for _ in range(count):
            self.fed += 1
            values = {"latitude_deg": 39.2, "longitude_deg": 119.0, "odometer_km": self.fed}
            self.process.stdin.write(
                json.dumps({**values, "speed_kmh": 1, "soc_percent": 50}) + "\n"
            )
            if hears:
                self.kept.append(int(self.said.get(timeout=WITHIN_S).removeprefix("kept ")))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        with suppress(BrokenPipeError):
            self.process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        self.hears.join()

    def finish(self) -> None:
        """End its input: it goes when everything has its verdict."""
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(timeout=WITHIN_S) == 0

    def rows(self) -> list[tuple[str, int, float, datetime]]:
        """Return what the service has: boot, number, odometer, time; in order of number."""
        return self.stack.sql(
            "SELECT boot_id, seq, odometer_10m / 100.0, recorded_at FROM telematics_truckreport r"
            " JOIN telematics_boot b ON b.id = r.boot_no WHERE r.truck_id = %s ORDER BY seq",
            self.device.truck_id,
        )

    def holes(self) -> int:
        """Return how many boots of the ledger have a hole."""
        ledger = "SELECT count(*) FROM telematics_boot WHERE truck_id = %s"
        several = " AND (SELECT count(*) FROM unnest(seqs)) <> 1"
        return int(self.stack.sql(ledger + several, self.device.truck_id)[0][0])


@pytest.fixture
def unit(stack: Stack, tmp_path: Path) -> Iterator[Unit]:
    with carried(stack.port) as line, ended(Unit(stack, line, tmp_path / "ring")) as made:
        yield made


@contextmanager
def ended(unit: Unit) -> Iterator[Unit]:
    try:
        yield unit
    finally:
        if hasattr(unit, "process"):
            unit.kill()


def arrived(unit: Unit) -> None:
    """Everything kept is there once, nothing else is, and the ledger knows of no hole."""
    rows = unit.rows()
    numbers = [number for _, number, *_ in rows]
    assert set(unit.kept) <= set(numbers)
    assert len(numbers) == len(set(numbers))
    odometers = [int(odometer) for _, _, odometer, _ in rows]
    assert len(odometers) == len(set(odometers))
    assert set(odometers) <= set(range(1, unit.fed + 1))
    assert unit.holes() == 0


@client
def test_nothing_is_lost_or_twice_on_a_line_that_fails_and_under_kills(
    unit: Unit, made: Callable[[int], list[str]]
) -> None:
    unit.line.faults.extend(BROKEN)
    for _ in range(3):
        unit.start(made)
        unit.measure(25)
        unit.measure(2, hears=False)  # killed while it keeps them: there or not, but never half
        unit.kill()
    unit.start(made)
    unit.line.faults.extend(TOLD_TO_WAIT)
    unit.stack.wait_until(lambda: told_to(unit) is None, within_s=WITHIN_S, what="every fault")
    unit.finish()
    assert len(unit.kept) >= 75
    assert len({boot for boot, *_ in unit.rows()}) == 4
    arrived(unit)
    seen = unit.line.seen
    for (at, fault), (after, _) in pairwise(seen):
        assert fault not in {"busy", "throttled"} or after - at >= 2


def told_to(unit: Unit) -> deque[str] | None:
    """Go on measuring while faults are left; return them, None when all were met."""
    unit.measure(1)
    return unit.line.faults or None


@client
def test_what_the_service_misses_is_sent_again_once(
    unit: Unit, made: Callable[[int], list[str]]
) -> None:
    unit.start(made)
    unit.measure(10)
    forget = (
        "WITH gone AS (DELETE FROM telematics_truckreport WHERE truck_id = %s AND seq IN (4, 5, 8))"
        " UPDATE telematics_boot SET seqs = seqs - '{[4,6),[8,9)}'::int8multirange"
        " WHERE truck_id = %s"
    )
    for _ in range(2):
        unit.stack.wait_until(lambda: len(unit.rows()) >= 7, within_s=WITHIN_S, what="arrived")
        unit.stack.wait_until(lambda: unit.holes() == 0, within_s=WITHIN_S, what="no hole")
    unit.stack.sql(forget, unit.device.truck_id, unit.device.truck_id)
    assert unit.holes() == 1
    unit.measure(1)
    unit.stack.wait_until(lambda: len(unit.rows()) == 11, within_s=WITHIN_S, what="sent again")
    arrived(unit)
    unit.stack.sql(forget, unit.device.truck_id, unit.device.truck_id)
    unit.measure(1)
    unit.finish()  # it ends: what was sent again already is not sent for ever
    # A hole named by an answer that was on its way when it was filled is filled once more.
    assert 9 <= len(unit.rows()) < 12


@client
def test_the_clock_follows_the_service(unit: Unit, made: Callable[[int], list[str]]) -> None:
    unit.line.faults.append("ahead")
    unit.start(made)
    unit.measure(1)
    unit.stack.wait_until(lambda: unit.rows(), within_s=WITHIN_S, what="the first report")
    unit.stack.wait_until(lambda: not unit.line.faults, within_s=WITHIN_S, what="the answer")
    threading.Event().wait(0.3)  # the answer is on its way through the line
    unit.line.is_down = True
    unit.measure(1)
    unit.line.is_down = False
    unit.finish()
    odd = "SELECT recorded_at FROM telematics_oddreport WHERE truck_id = %s"
    times = [row[-1] for row in unit.rows()] + [
        at for (at,) in unit.stack.sql(odd, unit.device.truck_id)
    ]
    assert timedelta(hours=23) < times[1] - times[0] < timedelta(hours=25)


@client
def test_a_full_ring_loses_the_oldest_only(unit: Unit, made: Callable[[int], list[str]]) -> None:
    unit.slots, unit.line.is_down = 8, True
    unit.start(made)
    unit.measure(12)
    unit.line.is_down = False
    unit.finish()
    assert [number for _, number, *_ in unit.rows()] == list(range(5, 13))


PLANTED = {
    "lets go of a report before its verdict": (
        "        status, retry_after, answer = self._post(",
        "        for _, report in batch:\n            self.ring.mark(report['seq'], 'D')\n",
    ),
    "numbers from 1 at each start": (
        "        self.first_unsent = max(1, self.next_seq - slots)\n",
        "        self.next_seq = 1\n",
    ),
}


@pytest.mark.parametrize(("before", "planted"), PLANTED.values(), ids=PLANTED)
def test_a_client_that_loses_reports_is_found(
    unit: Unit, tmp_path: Path, before: str, planted: str
) -> None:
    source = (CLIENTS / "obu.py").read_text()
    assert source.count(before) == 1
    bad = tmp_path / "bad.py"
    bad.write_text(source.replace(before, planted + before))

    def made(port: int) -> list[str]:
        return [sys.executable, str(bad), f"http://127.0.0.1:{port}"]

    unit.line.is_down = True
    unit.start(made)
    unit.measure(5)
    seen = len(unit.line.seen)
    unit.stack.wait_until(lambda: len(unit.line.seen) > seen, within_s=WITHIN_S, what="it tries")
    unit.kill()
    unit.start(made)
    unit.measure(2)
    unit.line.is_down = False
    unit.finish()
    with pytest.raises(AssertionError):
        arrived(unit)


def test_each_goes_on_where_another_stopped_and_sends_nothing_torn(unit: Unit) -> None:
    unit.line.is_down = True
    for made in MADE.values():
        unit.start(made)
        unit.measure(3)
        unit.kill()
    ring = bytearray(unit.ring.read_bytes())
    last = unit.kept.pop()
    ring[last * 512 + 100 : last * 512 + 512] = bytes(412)  # what a power cut leaves of a write
    unit.ring.write_bytes(ring)
    unit.line.is_down = False
    unit.start(c99)
    unit.measure(1)
    unit.finish()
    assert unit.kept[-1] == last
    assert [number for _, number, *_ in unit.rows()] == list(range(1, last + 1))
    arrived(unit)


def test_they_are_short() -> None:
    sizes = {path.name: len(path.read_text().splitlines()) for path in CLIENTS.glob("obu*")}
    assert len(sizes) == 3
    assert all(lines <= 150 for lines in sizes.values()), sizes
