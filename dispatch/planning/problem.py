"""What the planner is asked: one instant of a planning region, in whole seconds and watt-hours.

The attribute names are the keys of the exchange format `swap-problem/1`
(docs/reference/planning-format.md). Every time is in seconds after `as_of`.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.planning.values import (
    ProblemError,
    need_different,
    need_flag,
    need_pair,
    need_text,
    need_whole,
    shown,
)

FORMAT = "swap-problem/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostParams:
    """What an unserved truck, a late arrival, a changed promise and energy weigh, in seconds."""

    unserved_s: int = 21600
    late_weight: int = 2
    change_s: int = 0
    s_per_cny: int = 0

    def __post_init__(self) -> None:
        for name in ("unserved_s", "late_weight", "change_s", "s_per_cny"):
            need_whole(name, getattr(self, name), low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackType:
    """A compatibility class of packs: what fits which truck, and what one holds when charged."""

    id: str
    full_wh: int

    def __post_init__(self) -> None:
        need_text("id", self.id)
        need_whole("full_wh", self.full_wh, low=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A place where one truck at a time is swapped, in `swap_s` seconds."""

    id: str
    swap_s: int
    closed: tuple[tuple[int, int], ...] = ()
    types: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        need_text("id", self.id)
        need_whole("swap_s", self.swap_s, low=1)
        for index, interval in enumerate(self.closed):
            need_pair(f"closed[{index}]", interval)
            if interval[0] >= interval[1]:
                raise ProblemError(f"closed[{index}]: must end after it begins, got {interval}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack in a slot of a station; it can be handed out from `ready_s` on."""

    id: str
    type: str
    ready_s: int
    full_wh: int | None = None

    def __post_init__(self) -> None:
        need_text("id", self.id)
        need_text("type", self.type)
        need_whole("ready_s", self.ready_s)
        if self.full_wh is not None:
            need_whole("full_wh", self.full_wh, low=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A swap station: lanes, the power at which each returned pack is charged, packs."""

    id: str
    lanes: tuple[Lane, ...]
    charge_w: int
    packs: tuple[Pack, ...]
    price_cny_milli_per_kwh: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        need_text("id", self.id)
        need_whole("charge_w", self.charge_w, low=1)
        for index, step in enumerate(self.price_cny_milli_per_kwh):
            need_pair(f"price_cny_milli_per_kwh[{index}]", step)
            if step[1] < 0:
                raise ProblemError(f"price_cny_milli_per_kwh[{index}]: a price is 0 or more")
        if sorted(self.price_cny_milli_per_kwh) != list(self.price_cny_milli_per_kwh):
            raise ProblemError("price_cny_milli_per_kwh: the steps must be in order of time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop of the route: how long the truck stays, and when it is due (None: any time)."""

    dwell_s: int = 0
    due_s: int | None = None

    def __post_init__(self) -> None:
        need_whole("dwell_s", self.dwell_s, low=0)
        if self.due_s is not None:
            need_whole("due_s", self.due_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way from a stop to the next one."""

    travel_s: int
    energy_wh: int

    def __post_init__(self) -> None:
        need_whole("travel_s", self.travel_s, low=0)
        need_whole("energy_wh", self.energy_wh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """A way by a station: leaves the route after stop `after`, comes back at stop `after + 1`."""

    after: int
    station: str
    to_s: int
    to_wh: int
    from_s: int
    from_wh: int
    to_sd_s: int = 0
    to_sd_wh: int = 0

    def __post_init__(self) -> None:
        need_whole("after", self.after, low=0)
        need_text("station", self.station)
        need_whole("to_s", self.to_s, low=0)
        need_whole("to_wh", self.to_wh)
        need_whole("from_s", self.from_s, low=0)
        need_whole("from_wh", self.from_wh)
        need_whole("to_sd_s", self.to_sd_s, low=0)
        need_whole("to_sd_wh", self.to_sd_wh, low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A promise made earlier. A fixed one must be kept; another may be changed at a cost."""

    after: int
    station: str
    lane: str
    start_s: int
    packs: tuple[str, ...]
    fixed: bool = False

    def __post_init__(self) -> None:
        need_whole("after", self.after, low=0)
        need_text("station", self.station)
        if not isinstance(self.lane, str):
            raise ProblemError(f"lane: must be a text, got {shown(self.lane)}")
        need_whole("start_s", self.start_s)
        need_flag("fixed", self.fixed)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedPack:
    """A pack that is on a truck now, with what it holds when charged."""

    id: str
    full_wh: int

    def __post_init__(self) -> None:
        need_text("id", self.id)
        need_whole("full_wh", self.full_wh, low=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A truck with its route ahead: `n` stops, `n - 1` legs, and the detours it may take."""

    id: str
    pack_type: str
    pack_positions: int = 1
    energy_wh: int
    reserve_wh: int
    ready_s: int = 0
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    detours: tuple[Detour, ...] = ()
    holds: tuple[Hold, ...] = ()
    packs: tuple[CarriedPack, ...] = ()
    weight_percent: int = 100

    def __post_init__(self) -> None:
        need_text("id", self.id)
        need_text("pack_type", self.pack_type)
        need_whole("pack_positions", self.pack_positions, low=1)
        need_whole("energy_wh", self.energy_wh)
        need_whole("reserve_wh", self.reserve_wh, low=0)
        need_whole("ready_s", self.ready_s, low=0)
        need_whole("weight_percent", self.weight_percent, low=0)
        if not self.stops:
            raise ProblemError("stops: a route has at least the stop where the truck is")
        if len(self.legs) != len(self.stops) - 1:
            raise ProblemError(
                f"legs: {len(self.stops)} stops need {len(self.stops) - 1} legs,"
                f" got {len(self.legs)}"
            )
        ways: set[tuple[int, str]] = set()
        for index, detour in enumerate(self.detours):
            if detour.after >= len(self.legs):
                raise ProblemError(f"detours[{index}].after: no leg leaves stop {detour.after}")
            if (detour.after, detour.station) in ways:
                raise ProblemError(f"detours[{index}].station: a second way after the same stop")
            ways.add((detour.after, detour.station))
        if self.packs and len(self.packs) != self.pack_positions:
            raise ProblemError(f"packs: {self.pack_positions} positions, got {len(self.packs)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapProblem:
    """One instant of a region: stations with lanes and packs, trucks with routes and detours.

    Raises
    ------
    ProblemError
        On a value out of range, an id used twice or one that names nothing. The sentence
        begins with the place of the fault, such as ``trucks[3].detours[0].station``.
    """

    as_of: str
    horizon_s: int
    params: CostParams
    pack_types: tuple[PackType, ...]
    stations: tuple[Station, ...]
    trucks: tuple[Truck, ...]

    def __post_init__(self) -> None:
        try:
            datetime.fromisoformat(self.as_of)
        except (TypeError, ValueError) as error:
            raise ProblemError(f"as_of: not an ISO 8601 instant: {shown(self.as_of)}") from error
        need_whole("horizon_s", self.horizon_s, low=1)
        self._check_ids()
        self._check_references()

    def _check_ids(self) -> None:
        need_different("pack_types", (kind.id for kind in self.pack_types))
        need_different("stations", (station.id for station in self.stations))
        need_different("trucks", (truck.id for truck in self.trucks))
        need_different("packs", (pack.id for station in self.stations for pack in station.packs))
        for index, station in enumerate(self.stations):
            need_different(f"stations[{index}].lanes", (lane.id for lane in station.lanes))

    def _check_references(self) -> None:
        kinds = {kind.id for kind in self.pack_types}
        stations = {station.id for station in self.stations}
        for index, station in enumerate(self.stations):
            for number, pack in enumerate(station.packs):
                if pack.type not in kinds:
                    raise ProblemError(
                        f"stations[{index}].packs[{number}].type: unknown pack type {pack.type!r}"
                    )
        for index, truck in enumerate(self.trucks):
            if truck.pack_type not in kinds:
                raise ProblemError(
                    f"trucks[{index}].pack_type: unknown pack type {truck.pack_type!r}"
                )
            for number, detour in enumerate(truck.detours):
                if detour.station not in stations:
                    raise ProblemError(
                        f"trucks[{index}].detours[{number}].station:"
                        f" unknown station {detour.station!r}"
                    )
