"""The state of trucks and stations during the day."""

from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.luck import TruckLuck
from dispatch.simulation.day.sites import Site
from dispatch.simulation.day.view import Choice, Promise


class Stage(StrEnum):
    """Where a truck is in its shift."""

    OFF = "off"
    ROAD = "road"
    TURNED = "turned"
    GATE = "gate"
    LANE = "lane"
    DONE = "done"


@dataclass(slots=True)
class Move:
    """A drive (with the stay at its end) under way: as expected, and as it will be."""

    began_s: int
    expected_s: int
    true_s: int
    expected_wh: int
    true_wh: float

    def share(self, now_s: int) -> float:
        """Return how much of it is done."""
        return min(1.0, (now_s - self.began_s) / self.true_s) if self.true_s > 0 else 1.0

    def left_s(self, now_s: int) -> int:
        """Return what is expected to be left of it."""
        return max(0, round(self.expected_s * (1.0 - self.share(now_s))))


@dataclass(slots=True)
class TruckBody:
    """A truck: `point` is the node it is at or drives to next, None behind the last."""

    truck: DayTruck
    luck: TruckLuck
    energy_wh: float
    stage: Stage = Stage.OFF
    point: int | None = 0
    move: Move | None = None
    swaps: int = 0
    told_s: int | None = None
    opens_s: int | None = None
    last: int = -1
    choices: tuple[Choice, ...] = ()
    banned: set[int] = field(default_factory=set)
    promise: Promise | None = None
    site: int = -1
    start_s: int | None = None
    arrived_s: int = 0
    turned_at: int = 0
    to_true_s: int = 0
    is_planned: bool = False
    lost_s: float = 0.0


@dataclass(slots=True)
class SiteBody:
    """A station: lanes with the end of the swap in them, packs with when they are charged."""

    site: Site
    busy_until_s: list[int]
    closed: list[list[tuple[int, int]]]
    ready_s: dict[str, list[int]]
    waiting: list[int] = field(default_factory=list)
    expected: dict[int, int] = field(default_factory=dict)
    wakes_s: int = -1

    def lane_free_s(self, lane: int, now_s: int) -> int:
        """Return from when a lane can take a truck: no swap in it, not broken."""
        free_s = max(now_s, self.busy_until_s[lane])
        for begin_s, end_s in self.closed[lane]:
            if begin_s <= now_s < end_s:
                free_s = max(free_s, end_s)
        return free_s
