"""Promises that stand already: those that bind the plan, and those it may still change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from dispatch.lifecycle import LIVE
from dispatch.models import PackHold, SwapAssignment
from dispatch.planning import problem as planning
from dispatch.snapshot.stations import (
    CHARGED_SOC_PERCENT,
    Span,
    StationRows,
    charge_s,
    charge_w,
    closed_spans,
    planned_pack,
    seconds_until,
)
from dispatch.snapshot.trucks import TruckAhead, WayToStation
from fleet.models import Pack, Region

AT_THE_GATE = {"arrived", "queued"}
RESCUE = "rescue"  # the `why` of a promise no plan made (dispatch.services.plans.rescues)
DRIFT_S = 180
"""An accepted promise is planned again when its truck comes later than this after its start."""
KEPT_WITHIN_S = 120
"""A promise counts as kept if the swap starts no more than this from what was promised."""
OVERRUN_S = 120
"""How long a lane is still taken to be busy once a swap takes longer than it should."""


@dataclass(slots=True)
class Standing:
    """The live promises of a region.

    `firm` ones stay as they are: their lanes are busy, their packs gone, and what they bring back
    is stock (`carried` by truck; `comes_at`: pack to when it is handed in). `loose` ones (by
    truck) the plan may move: offers nobody has taken yet, at a cost, and those that cannot be
    kept as they are (`broken`, by promise, with why), which it may also drop.
    """

    firm: dict[int, SwapAssignment] = field(default_factory=dict)
    loose: dict[int, SwapAssignment] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    holds: dict[int, list[PackHold]] = field(default_factory=dict)
    carried: dict[int, list[Pack]] = field(default_factory=dict)
    comes_at: dict[int, datetime] = field(default_factory=dict)

    def packs_of_firm(self) -> set[int]:
        """Return the packs nobody else may have."""
        return {
            hold.pack_id
            for assignment in self.firm.values()
            for hold in self.holds.get(assignment.pk, [])
        }

    def trucks_that_are_helped(self) -> set[int]:
        """Return the trucks with a promise that can be kept as it is."""
        loose = {a.truck_id for a in self.loose.values() if a.pk not in self.broken}
        return loose | {assignment.truck_id for assignment in self.firm.values()}


def read_standing(
    region: Region,
    rows: StationRows,
    *,
    trucks: dict[int, TruckAhead],
    in_hand: set[int],
    given_up: set[int],
    now: datetime,
    only: int | None = None,
) -> Standing:
    """Read the live promises and tell the firm from the loose.

    Only those of trucks `in_hand` that report are loose, and none that a person pinned: what
    cannot be kept as it is (`broken`: `closed`, `pack_gone`, or `late` by more than `DRIFT_S`),
    and offers the driver has not answered, which the plan keeps unless the fleet gains more than
    a change costs. What a driver accepted is not changed without need. Promises of trucks in
    `given_up` are loose whatever they are, unless the swap has begun. With `only` a truck, its
    promises and those at the stations of `rows` are read.
    """
    standing = Standing()
    assignments = SwapAssignment.objects.filter(region=region, state__in=LIVE)
    if only is not None:
        near = [station.pk for station in rows.stations]
        assignments = assignments.filter(Q(truck=only) | Q(station__in=near))
    live = list(assignments.select_related("lane", "station", "trip").order_by("occupies", "pk"))
    holds = PackHold.objects.filter(assignment__in=live, is_live=True)
    for hold in holds.select_related("pack__type", "pack__slot").order_by("position"):
        standing.holds.setdefault(hold.assignment_id, []).append(hold)
    for assignment in live:
        ahead = trucks.get(assignment.truck_id)
        if assignment.truck_id in given_up and assignment.state != "swapping":
            standing.loose[assignment.truck_id] = assignment
            continue
        is_open = assignment.truck_id in in_hand and assignment.truck_id not in standing.loose
        if ahead is None or not is_open or assignment.is_pinned or assignment.state == "swapping":
            standing.firm[assignment.pk] = assignment
            continue
        fault = _fault(assignment, standing, rows, ahead=ahead, now=now)
        if fault == "late" and assignment.why.get("code") == RESCUE:
            fault = ""  # no plan has a place for that truck: late is better than not at all
        if fault:
            standing.broken[assignment.pk] = fault
        if fault or _is_open_offer(assignment, ahead, now=now):
            standing.loose[assignment.truck_id] = assignment
        else:
            standing.firm[assignment.pk] = assignment
    _read_carried(standing)
    return standing


def _read_carried(standing: Standing) -> None:
    """Read the packs on trucks with firm promises, which they will leave at their stations."""
    trucks = [assignment.truck_id for assignment in standing.firm.values()]
    carried = Pack.objects.filter(truck__in=trucks, is_quarantined=False)
    for pack in carried.select_related("type").order_by("pk"):
        standing.carried.setdefault(pack.truck_id or 0, []).append(pack)


def _is_open_offer(assignment: SwapAssignment, ahead: TruckAhead, *, now: datetime) -> bool:
    """Say whether a promise is an offer that the planner would keep as it is, but may move.

    One the planner cannot see as kept (the need has gone, the charge is too low by a little) is
    left to the driver.
    """
    if assignment.state != "offered" or assignment.why.get("code") == RESCUE:
        return False
    way = way_of(assignment, ahead)
    start_s, _ = _span(assignment, now=now)
    return (
        way is not None
        and ahead.needs_swap_in_s() is not None
        and way.arrival_wh >= ahead.reserve_wh
        and way.arrive_s <= start_s + KEPT_WITHIN_S
    )


def _fault(
    assignment: SwapAssignment,
    standing: Standing,
    rows: StationRows,
    *,
    ahead: TruckAhead,
    now: datetime,
) -> str:
    """Return why a promise cannot be kept as it is; empty if it can."""
    start_s, end_s = _span(assignment, now=now)
    closed = closed_spans(assignment.lane, rows, now=now, horizon=timedelta(hours=6), busy=())
    is_station_open = assignment.station_id in {station.pk for station in rows.stations}
    if not is_station_open or any(a < end_s and b > start_s for a, b in closed):
        return "closed"
    usable = {pack.pk for pack in rows.packs.get(assignment.station_id, [])}
    if any(
        hold.pack_id not in usable and not _comes_in_time(hold, assignment, standing)
        for hold in standing.holds.get(assignment.pk, [])
    ):
        return "pack_gone"
    way = None if assignment.state in AT_THE_GATE else way_of(assignment, ahead)
    return "late" if way and way.arrive_s > start_s + DRIFT_S else ""


def way_of(assignment: SwapAssignment, ahead: TruckAhead) -> WayToStation | None:
    """Return the truck's way to its promised station, on the leg of the promise's trip."""
    return ahead.ways.get((leg_of(assignment, ahead), assignment.station_id))


def leg_of(assignment: SwapAssignment, ahead: TruckAhead) -> int:
    """Return the leg on which the truck leaves its route: that of the promise's trip."""
    legs = [leg.trip_id for leg in ahead.route.legs]
    return legs.index(assignment.trip_id) if assignment.trip_id in legs else 0


def name_in_plan(
    hold: PackHold, station_id: int, standing: Standing, trucks: dict[int, TruckAhead]
) -> str:
    """Return what the planner calls a promised pack: its code, or as what a truck brings it.

    A pack that a truck with a loose promise brings to the station has no place there yet: it is
    the truck's `i`-th, taken off after that leg.
    """
    pack = hold.pack
    giver = standing.loose.get(pack.truck_id or 0)
    ahead = trucks.get(pack.truck_id or 0)
    if giver is None or ahead is None or giver.station_id != station_id:
        return pack.code
    places = [carried.pk for carried in ahead.packs]
    return f"{ahead.route.truck.plate}/{leg_of(giver, ahead)}/{places.index(pack.pk)}"


def _comes_in_time(hold: PackHold, assignment: SwapAssignment, standing: Standing) -> bool:
    """Say whether a pack that is on a truck is brought by a promise that stands in time."""
    return any(
        hold.pack.truck_id == other.truck_id
        and other.station_id == assignment.station_id
        and other.occupies.upper <= assignment.occupies.lower
        for other in (*standing.firm.values(), *standing.loose.values())
        if other.pk not in standing.broken
    )


def busy_spans(lane_id: int, standing: Standing, *, now: datetime) -> list[Span]:
    """Return when firm promises have a lane, in seconds after `now`."""
    spans = []
    for assignment in standing.firm.values():
        if assignment.lane_id == lane_id:
            start_s, end_s = _span(assignment, now=now)
            if assignment.state == "swapping":
                start_s, end_s = 0, max(end_s, OVERRUN_S)
            spans.append((start_s, end_s))
    return spans


def _span(assignment: SwapAssignment, *, now: datetime) -> Span:
    occupies = assignment.occupies
    return seconds_until(occupies.lower, now), seconds_until(occupies.upper, now)


def packs_brought_back(
    station_id: int, standing: Standing, rows: StationRows, *, now: datetime
) -> list[planning.Pack]:
    """Return the packs that firm promises bring to a station, charged after their swap."""
    coming = {a.truck_id: a for a in standing.firm.values() if a.station_id == station_id}
    station = next((s for s in rows.stations if s.pk == station_id), None)
    if station is None or not coming:
        return []
    power_w = charge_w(station, rows.packs.get(station_id, []))
    packs = []
    carried = [pack for truck_id in coming for pack in standing.carried.get(truck_id, [])]
    for pack in sorted(carried, key=lambda pack: pack.pk):
        assignment = coming[pack.truck_id or 0]
        standing.comes_at[pack.pk] = assignment.occupies.upper
        missing_percent = max(0.0, CHARGED_SOC_PERCENT - assignment.soc_on_arrival_percent)
        missing_wh = int(pack.type.capacity_wh * missing_percent / 100)
        end_s = max(0, seconds_until(assignment.occupies.upper, now))
        packs.append(planned_pack(pack, ready_s=end_s + charge_s(missing_wh, power_w)))
    return packs


def hold_in_plan(
    assignment: SwapAssignment,
    *,
    ahead: TruckAhead,
    lane_name: str,
    packs: Iterable[str],
    now: datetime,
) -> planning.Hold:
    """Return a loose promise in the planner's words; it leaves the route on its trip's leg."""
    return planning.Hold(
        after=leg_of(assignment, ahead),
        station=assignment.station.code,
        lane=lane_name,
        start_s=max(0, seconds_until(assignment.occupies.lower, now)),
        packs=tuple(packs),
    )
