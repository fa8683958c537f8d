"""What became of a day: one row a swap, one a truck, and lines over time."""

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRow:
    """A swap as it happened; seconds of the day. `detour_s` is against the road not left."""

    truck: int
    site: int
    told_s: int
    arrived_s: int
    started_s: int
    ended_s: int
    detour_s: float
    is_planned: bool
    energy_wh: int

    @property
    def wait_s(self) -> int:
        """Time in the queue."""
        return self.started_s - self.arrived_s


@dataclass(slots=True)
class Tally:
    """Counts of a day; `lines` are (second, trucks waiting, charged packs) at each decision."""

    swaps: list[SwapRow] = field(default_factory=list)
    lost_s: dict[int, float] = field(default_factory=dict)
    lines: list[tuple[int, int, int]] = field(default_factory=list)
    planning_s: list[float] = field(default_factory=list)
    stranded: int = 0
    below_reserve: int = 0
    unplanned: int = 0
    refused: int = 0
    changed: int = 0
    unfinished: int = 0

    def fingerprint(self) -> str:
        """Return a hash of all that happened: equal days have equal ones."""
        rows = [
            f"{row.truck},{row.site},{row.arrived_s},{row.started_s},{row.detour_s:.3f}"
            for row in self.swaps
        ]
        counts = f"{self.stranded},{self.unplanned},{self.refused},{self.changed}"
        return sha256("\n".join([counts, *rows]).encode()).hexdigest()[:16]
