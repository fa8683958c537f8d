"""A truck is to swap at one station: the earliest place for it there, or what stands against it.

Only what is fixed counts: closed lanes, charged packs that are there, and promises marked fixed.
Every other truck is planned around what is found here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dispatch.planning.books import LaneBook
from dispatch.planning.problem import Detour, Hold, Pack, Station, SwapProblem, Truck
from dispatch.planning.region import Region
from dispatch.planning.timeline import Timeline

Hindrance = Literal[
    "", "no_way", "out_of_reach", "after_horizon", "lane_busy", "no_packs", "route_breaks"
]
"""What makes it impossible, or makes the truck wait.

no_way: no way of its by this station; out_of_reach: below its reserve on arrival;
after_horizon: it arrives after the hours planned; lane_busy, no_packs: no lane or no charged packs
until then; route_breaks: with it the rest of the way cannot be driven.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The place of a truck: a fixed hold, or None and why not.

    `arrival_s` is when it is there, `arrival_wh` with what; `code` of a place that was found
    says what it waits for, and `rivals` are the trucks of the problem that hold it.
    """

    hold: Hold | None
    code: Hindrance = ""
    arrival_s: int = 0
    arrival_wh: int = 0
    rivals: tuple[str, ...] = ()


def find_place(
    problem: SwapProblem, truck_id: str, station_id: str, *, from_s: int = 0, lane: str = ""
) -> Found:
    """Find the first swap of a truck at a station, not before `from_s` and on `lane` if given.

    The truck's own promises are taken to be free.

    Raises
    ------
    KeyError
        If the problem has no such truck or station.
    """
    trucks = {truck.id: truck for truck in problem.trucks}
    station = {station.id: station for station in problem.stations}[station_id]
    place = _Place(problem, trucks[truck_id], station, lane)
    found = [place.by(way, from_s) for way in trucks[truck_id].detours if way.station == station_id]
    best = min(
        (one for one in found if one.hold is not None),
        key=lambda one: one.hold.start_s if one.hold else 0,
        default=None,
    )
    return best or (found[0] if found else Found(hold=None, code="no_way"))


class _Place:
    """One truck at one station beside what is fixed there."""

    def __init__(self, problem: SwapProblem, truck: Truck, station: Station, lane: str) -> None:
        self._problem, self._truck, self._station = problem, truck, station
        self._region = Region(problem)
        self._fixed = [
            (other, hold)
            for other in problem.trucks
            if other.id != truck.id
            for hold in other.holds
            if hold.fixed and hold.station == station.id
        ]
        self._lanes = {
            each.id: LaneBook(each)
            for each in station.lanes
            if lane in {"", each.id} and (each.types is None or truck.pack_type in each.types)
        }
        for _, hold in self._fixed:
            if hold.lane in self._lanes:
                self._lanes[hold.lane].take(hold.start_s)
        gone = {pack for _, hold in self._fixed for pack in hold.packs}
        self._packs = sorted(
            (p for p in station.packs if p.type == truck.pack_type and p.id not in gone),
            key=lambda pack: pack.ready_s,
        )

    def by(self, way: Detour, from_s: int) -> Found:
        """Find the place by one way of the truck."""
        arrival_s, arrival_wh, is_low = _arrival(self._truck, way)
        horizon_s = self._problem.horizon_s

        def refused(code: Hindrance, rivals: tuple[str, ...] = ()) -> Found:
            return Found(
                hold=None, code=code, arrival_s=arrival_s, arrival_wh=arrival_wh, rivals=rivals
            )

        if is_low:
            return refused("out_of_reach")
        if max(arrival_s, from_s) >= horizon_s:
            return refused("after_horizon")
        start_s, lane, code = self._start(max(arrival_s, from_s))
        rivals = self._rivals(code, max(arrival_s, from_s), start_s)
        if start_s >= horizon_s:
            return refused(code or "after_horizon", rivals)
        hold = self._hold(way, start_s, lane)
        if not self._carries_on(hold):
            return refused("route_breaks")
        return Found(
            hold=hold, code=code, arrival_s=arrival_s, arrival_wh=arrival_wh, rivals=rivals
        )

    def _start(self, from_s: int) -> tuple[int, str, Hindrance]:
        """Give the first start and its lane, and what it is that the truck waits for."""
        never = (self._problem.horizon_s, "")
        count = self._truck.pack_positions
        if not self._lanes:
            return *never, "lane_busy"
        if len(self._packs) < count:
            return *never, "no_packs"
        packs_s = max(from_s, self._packs[count - 1].ready_s)
        start_s, lane = min((book.earliest_s(packs_s), name) for name, book in self._lanes.items())
        if start_s <= from_s:
            return start_s, lane, ""
        return start_s, lane, "lane_busy" if start_s > packs_s else "no_packs"

    def _hold(self, way: Detour, start_s: int, lane: str) -> Hold:
        """Take the packs that are charged last before the start: the others are left for others."""
        ready: list[Pack] = [pack for pack in self._packs if pack.ready_s <= start_s]
        taken = ready[-self._truck.pack_positions :]
        return Hold(
            after=way.after,
            station=self._station.id,
            lane=lane,
            start_s=start_s,
            packs=tuple(pack.id for pack in taken),
            fixed=True,
        )

    def _carries_on(self, hold: Hold) -> bool:
        timeline = Timeline(self._region, self._truck, (hold,))
        return bool(timeline.itineraries(most=1)[0])

    def _rivals(self, code: Hindrance, from_s: int, until_s: int) -> tuple[str, ...]:
        if code == "lane_busy":
            return tuple(_on_the_lanes(self._fixed, self._station, from_s, until_s))
        return tuple(other.id for other, _ in self._fixed) if code == "no_packs" else ()


def _on_the_lanes(
    fixed: Iterable[tuple[Truck, Hold]], station: Station, from_s: int, until_s: int
) -> Iterator[str]:
    swap_s = {lane.id: lane.swap_s for lane in station.lanes}
    for other, hold in fixed:
        ends_s = hold.start_s + swap_s.get(hold.lane, 0)
        if ends_s > from_s and hold.start_s < max(until_s, from_s + swap_s.get(hold.lane, 0)):
            yield other.id


def _arrival(truck: Truck, way: Detour) -> tuple[int, int, bool]:
    """Give when and with what a truck is there without a swap before, and whether that is low."""
    at_s, energy_wh, is_low = truck.ready_s, truck.energy_wh, False
    for leg, stop in zip(truck.legs[: way.after], truck.stops[1:], strict=False):
        at_s += leg.travel_s + stop.dwell_s
        energy_wh -= leg.energy_wh
        is_low = is_low or energy_wh < truck.reserve_wh
    energy_wh -= way.to_wh
    return at_s + way.to_s, energy_wh, is_low or energy_wh < truck.reserve_wh
