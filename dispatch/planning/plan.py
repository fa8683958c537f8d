"""What the planner answers: who swaps where, when and with which packs, and who cannot."""

from dataclasses import dataclass
from typing import Literal

from dispatch.planning.values import ProblemError, need_text, need_whole, shown

FORMAT = "swap-plan/1"

Reason = Literal["unreachable", "no_packs", "no_capacity", "hold_impossible", "not_worth_it"]
"""Why a truck in need is not served.

unreachable: no sequence of swaps keeps it above its reserve, whoever else swaps;
no_packs: no station it can reach ever has a set of its pack type;
no_capacity: lanes or charged packs are taken by others until the horizon;
hold_impossible: it can no longer keep a promise that is marked fixed;
not_worth_it: serving it would cost the fleet more than leaving it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One decided swap; times in seconds after the problem's `as_of`."""

    truck: str
    after: int
    station: str
    lane: str
    start_s: int
    packs: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("truck", "station", "lane"):
            need_text(name, getattr(self, name))
        need_whole("after", self.after, low=0)
        need_whole("start_s", self.start_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A truck in need that gets no swap, with the reason in a code and in a sentence."""

    truck: str
    reason: Reason
    detail: str

    def __post_init__(self) -> None:
        need_text("truck", self.truck)
        need_text("reason", self.reason)


HoldFaultCode = Literal[
    "unknown_station", "no_way", "unknown_lane", "pack_count", "pack_elsewhere", "unknown_pack",
    "pack_type", "second_promise", "pack_twice", "after_horizon", "too_late", "below_reserve",
    "lane_closed", "lane_taken", "pack_not_ready", "route_breaks",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFault:
    """A promise of the problem that names what is not there, or is fixed and cannot be kept."""

    truck: str
    after: int
    station: str
    code: HoldFaultCode
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPlan:
    """A feasible plan: `cost_s - bound_s` is how far from the best one it can be, in seconds."""

    status: Literal["optimal", "feasible"]
    cost_s: int
    bound_s: int
    seconds: float
    swaps: tuple[Swap, ...]
    unserved: tuple[Unserved, ...]
    hold_faults: tuple[HoldFault, ...] = ()

    def __post_init__(self) -> None:
        for name in ("cost_s", "bound_s"):
            if type(getattr(self, name)) is not int:
                raise ProblemError(f"{name}: must be a whole number")
        if not isinstance(self.seconds, int | float):
            raise ProblemError(f"seconds: must be a number, got {shown(self.seconds)}")
