"""The state of the world: plain values, so that it can be written down and taken up again."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dispatch.simulation.leg import Leg
from dispatch.simulation.promise import Promise
from dispatch.simulation.roster import Position
from dispatch.simulation.tally import Tally


class Stage(StrEnum):
    """What a truck is doing."""

    DWELL = "dwell"  # is loaded or unloaded until `until_s`
    WAIT = "wait"  # stands with too little charge for the way, or until a promise is due
    DRIVE = "drive"
    GATE = "gate"  # at a station, not yet in a lane
    LANE = "lane"
    STRANDED = "stranded"  # empty on the road until `until_s`
    TOWED = "towed"


@dataclass(slots=True, kw_only=True)
class PackBody:
    """A pack and what is in it."""

    code: str
    capacity_wh: int
    energy_wh: float

    @property
    def soc_percent(self) -> float:
        """State of charge."""
        return 100.0 * self.energy_wh / self.capacity_wh


@dataclass(slots=True, kw_only=True)
class Mind:
    """What a driver makes of the promise `about`; drawn when it is first seen."""

    about: int = 0
    heard_s: float = 0.0
    answer: str = ""
    reason: str = ""
    answer_at_s: float = 0.0
    late_s: float = 0.0
    is_no_show: bool = False
    tap_at_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Look:
    """A glance at the phone to come: at a promise as it is in a version; version 0: at its end."""

    assignment: int
    version: int = 0
    at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Eyes:
    """What the driver's phone shows of the promise `about`, and when the driver will look."""

    about: int = 0
    version: int = 0
    is_over: bool = True
    looks: list[Look] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ObuBody:
    """An onboard unit; `kept` are the reports of a silence."""

    next_s: float
    boot_id: str
    clock_off_s: float = 0.0
    seq: int = 0
    silent_until_s: float | None = None
    kept: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class TruckBody:
    """A truck on its way; `target` is the place its trip leads to, `over` the promise it had."""

    plate: str
    packs: list[PackBody]
    position: Position
    target: str
    is_outbound: bool
    stage: Stage
    thirst: float
    obu: ObuBody
    until_s: float = 0.0
    leg: Leg | None = None
    heading_deg: float = 0.0
    odometer_m: float = 0.0
    promise: Promise | None = None
    over: int = 0
    mind: Mind = field(default_factory=Mind)
    eyes: Eyes = field(default_factory=Eyes)

    @property
    def energy_wh(self) -> float:
        """Energy in all packs together."""
        return sum(pack.energy_wh for pack in self.packs)

    @property
    def capacity_wh(self) -> int:
        """Energy all packs together hold when full."""
        return sum(pack.capacity_wh for pack in self.packs)

    @property
    def soc_percent(self) -> float:
        """State of charge as the truck shows it."""
        return 100.0 * self.energy_wh / self.capacity_wh

    def spend(self, energy_wh: float) -> None:
        """Take energy from the packs, the same share from each; none goes below empty."""
        have_wh = self.energy_wh
        left = max(0.0, 1.0 - energy_wh / have_wh) if have_wh > 0 else 0.0
        for pack in self.packs:
            pack.energy_wh = min(pack.energy_wh * left, float(pack.capacity_wh))


class LaneStage(StrEnum):
    """What a lane is doing; the words of the station interface."""

    FREE = "free"
    BUSY = "busy"
    FAULT = "fault"


@dataclass(slots=True, kw_only=True)
class LaneBody:
    """A lane; busy and broken ones are so until `until_s`."""

    number: int
    swap_s: int
    stage: LaneStage = LaneStage.FREE
    until_s: float = 0.0
    plate: str = ""
    code: str = ""
    assignment: int = 0
    expect_in: list[dict[str, Any]] = field(default_factory=list)
    hand_out: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class SlotBody:
    """A slot with the pack in it; `windows` are from, to (seconds since 1970) and watts."""

    number: int
    max_power_w: int
    pack: PackBody | None = None
    power_w: float = 0.0
    windows: list[tuple[float, float, float]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Visit:
    """A truck at the gate.

    `is_asked` while the service has yet to answer its check-in, `is_known` once it is queued
    there; `grant` is the answer that lets it in.
    """

    plate: str
    came_s: float
    ask_at_s: float
    is_known: bool = False
    is_asked: bool = False
    grant: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class StationBody:
    """A station: its lanes, slots, and the trucks at its gate in the order they came."""

    code: str
    power_limit_w: int
    lanes: list[LaneBody]
    slots: list[SlotBody]
    queue: list[Visit] = field(default_factory=list)
    plan_until_s: float = 0.0
    readings_at_s: float = 0.0
    plan_at_s: float = 0.0
    arrivals_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class WorldState:
    """Everything that must be kept to go on later; `runs` counts how often it was taken up."""

    now_s: float
    trucks: dict[str, TruckBody]
    stations: dict[str, StationBody]
    tally: Tally = field(default_factory=Tally)
    runs: int = 0
