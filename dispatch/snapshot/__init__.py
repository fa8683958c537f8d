"""From rows to a `SwapProblem`: the only bridge between the database and the planner."""

from dispatch.snapshot.focus import Wish
from dispatch.snapshot.region import Snapshot, take_snapshot
from dispatch.snapshot.standing import way_of
from dispatch.snapshot.steered import Steered
from dispatch.snapshot.trucks import LOW_ABOVE_RESERVE_PERCENT, TruckAhead, WayToStation

__all__ = [
    "LOW_ABOVE_RESERVE_PERCENT",
    "Snapshot",
    "Steered",
    "TruckAhead",
    "WayToStation",
    "Wish",
    "take_snapshot",
    "way_of",
]
