"""The service under test, the units that load it, and what its processes hold."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.ingest.stand import Stand
from tests.benchmarks.overload.units import Group, Units

CONNECTIONS = (
    1500  # of a closed loop that takes all there is: enough for long batches, none refused
)
OTHERS = 1000  # units of a fleet under ordinary load
SPARED = 100  # the last keys are for devices that do something else


class Bench:
    """One stand, with the keys of ordinary trucks and of spared ones."""

    def __init__(self, stand: Stand, place: Path, options: argparse.Namespace) -> None:
        self.stand, self.options = stand, options
        self.units = Units(place, port=stand.ports["ours"])
        self.fleet, self.spared = stand.keys[:-SPARED], stand.keys[-SPARED:]
        self.capacity_s = 0.0
        self.acknowledged = 0

    def full_load(self, *, seconds: float, units: int = CONNECTIONS) -> dict[str, Any]:
        """Load as much as is taken; each of many trucks is asked for in turn."""
        return self.count(self.units.run(self.fleet, units=units, seconds=seconds, polite=True))

    def start_others(self, *, seconds: float) -> Group:
        """Start a fleet that sends by the clock, a part of what is taken."""
        rate = self.options.load * self.capacity_s
        return self.units.start(self.fleet, units=OTHERS, rate=rate, seconds=seconds, every=True)

    def count(self, said: dict[str, Any]) -> dict[str, Any]:
        """Remember how many reports were acknowledged."""
        self.acknowledged += said["ok_reports"]
        if said["other"] or said["broken"]:
            print(f"  {said['other']} answers of another kind, {said['broken']} broken", flush=True)
        return said

    def kept(self) -> int:
        """Return how many reports are in the history."""
        [(count,)] = self.stand.sql("SELECT count(*) FROM telematics_truckreport", "ours")
        assert isinstance(count, int)
        return count

    def web_mib(self) -> float:
        """Return the memory the web processes hold now."""
        return sum(_resident_mib(pid) for pid in _tree(self.stand.processes["ours"].pid))


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _tree(int(child)))]


def _resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmRSS")), 0.0)


class _OnlyOurs(Stand):
    def open(self) -> None:
        self.open_ours()


@contextmanager
def open_bench(place: Path, *, trucks: int, options: argparse.Namespace) -> Iterator[Bench]:
    """Open a stand with nothing but the service, and close it in the end."""
    stand = _OnlyOurs(place, trucks=trucks)
    try:
        stand.open()
        yield Bench(stand, place, options)
    except BaseException:
        print((place / "ours.log").read_text(errors="replace")[-3000:], flush=True)
        raise
    finally:
        stand.close()
