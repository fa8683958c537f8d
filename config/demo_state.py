"""What the demo remembers between starts: its secret, its scenario and its clock."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from config.servers import write_secret

# A killed launcher wrote its clock at most this long before its end, in wall seconds.
UNSEEN_S = 3.0


class OtherScenarioError(RuntimeError):
    """The data directory holds another scenario than the one asked for."""


@dataclass(frozen=True)
class Clock:
    """The service's clock: it stood at `at_s` when the wall showed `wall_s`, and runs at `rate`."""

    rate: float
    wall_s: float
    at_s: float

    def reading_s(self, wall_s: float) -> float:
        """Return the clock's instant at that wall instant, seconds since 1970."""
        return self.at_s + (wall_s - self.wall_s) * self.rate

    def environment(self) -> dict[str, str]:
        """Return the settings that make every process read this clock."""
        return {
            "CLOCK_RATE": repr(self.rate),
            "CLOCK_WALL_S": repr(self.wall_s),
            "CLOCK_AT_S": repr(self.at_s),
        }


def next_clock(*, last: Clock | None, seen_wall_s: float, wall_s: float, rate: float) -> Clock:
    """Return the clock of a new start: never behind any instant an earlier start may have used.

    Parameters
    ----------
    last, seen_wall_s
        The clock of the start before, and when its launcher was last seen alive.
    wall_s, rate
        The wall now, and the speed asked for.
    """
    if last is None:
        return Clock(rate, wall_s, wall_s)
    used_s = last.reading_s(seen_wall_s + UNSEEN_S)
    return Clock(rate, wall_s, max(wall_s, used_s))


@dataclass
class DemoState:
    """The file `state.json` of the demo's directory."""

    scenario: dict[str, int]
    secret_key: str
    clock: Clock
    seen_wall_s: float

    @classmethod
    def open(cls, path: Path, *, scenario: dict[str, int], wall_s: float, rate: float) -> Self:
        """Read the state of the start before, or begin; the clock goes on from there."""
        if not path.exists():
            clock = next_clock(last=None, seen_wall_s=wall_s, wall_s=wall_s, rate=rate)
            return cls(scenario, secrets.token_urlsafe(50), clock, wall_s)
        kept = json.loads(path.read_text())
        if kept["scenario"] != scenario:
            had = " ".join(f"{name.upper()}={value}" for name, value in kept["scenario"].items())
            raise OtherScenarioError(
                f"{path.parent} holds the scenario {had}: ask for the same, or remove it"
            )
        last = Clock(**kept.pop("clock"))
        seen_wall_s = kept.pop("seen_wall_s")
        clock = next_clock(last=last, seen_wall_s=seen_wall_s, wall_s=wall_s, rate=rate)
        return cls(**kept, clock=clock, seen_wall_s=wall_s)

    def save(self, path: Path, *, wall_s: float) -> None:
        """Write the state, with the wall instant at which the launcher was alive."""
        self.seen_wall_s = wall_s
        fresh = path.with_suffix(".new")
        write_secret(fresh, json.dumps(asdict(self)))
        fresh.replace(path)
