"""Who and what is in the world at the start, as the scenario's file names it."""

from dataclasses import dataclass, field

type Position = tuple[float, float]
"""Latitude and longitude, WGS-84 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackStart:
    """A pack and the charge it begins with."""

    code: str
    capacity_wh: int
    soc_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuttleStart:
    """The work of a truck: to and fro between two places, by their codes."""

    origin: str
    destination: str
    load_out_kg: int
    load_back_kg: int
    dwell_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckStart:
    """A truck (`id` as its driver's page names it), its onboard unit and its driver.

    `progress` is how much of the first haul lies behind it: 0 waits at the origin for
    `ready_in_s`. A patient driver leaves the answer to a person at the same login for a while.
    """

    id: int
    plate: str
    vin: str
    obu_key: str
    driver_token: str
    curb_mass_kg: int
    packs: list[PackStart]
    shuttle: ShuttleStart
    progress: float = 0.0
    ready_in_s: float = 0.0
    datum: str = "wgs84"
    drag_coefficient: float = 0.4615
    frontal_area_m2: float = 10.0
    rolling_resistance: float = 0.00475
    is_patient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStart:
    """A lane and how long a swap takes in it."""

    number: int
    swap_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotStart:
    """A slot, and the pack in it."""

    number: int
    max_power_w: int
    pack: PackStart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStart:
    """A swap station and its controller."""

    code: str
    key: str
    position: Position
    power_limit_w: int
    lanes: list[LaneStart]
    slots: list[SlotStart]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a person gets into the demo; `path` is where."""

    role: str
    username: str
    password: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A truck that no simulation drives: its reports are sent by hand."""

    plate: str
    serial: str
    obu_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The whole scenario; `begins_at_s` is the instant (since 1970) it describes.

    `driver_link` is a path that signs a person in as the driver of the first truck, once.
    """

    seed: int
    begins_at_s: float
    places: dict[str, Position]
    trucks: list[TruckStart]
    stations: list[StationStart]
    logins: list[Login] = field(default_factory=list)
    driver_link: str = ""
    visitor: Visitor | None = None
