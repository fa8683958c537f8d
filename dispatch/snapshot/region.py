"""One instant of a planning region, read in one transaction, and the ids to find rows again."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from dispatch.planning import problem as planning
from dispatch.planning.travel import TravelProvider
from dispatch.selectors.fairness import weights_of
from dispatch.selectors.spreads import SpreadBook, read_spreads
from dispatch.selectors.tariffs import price_steps
from dispatch.snapshot.focus import Wish, stations_to_read
from dispatch.snapshot.refusals import read_refusals
from dispatch.snapshot.routes import HORIZON
from dispatch.snapshot.standing import (
    Standing,
    busy_spans,
    hold_in_plan,
    name_in_plan,
    packs_brought_back,
    read_standing,
)
from dispatch.snapshot.stations import (
    CHARGED_SOC_PERCENT,
    StationRows,
    charge_w,
    closed_spans,
    lane_id,
    packs_at,
    read_stations,
    seconds_until,
)
from dispatch.snapshot.steered import NOBODY, Steered
from dispatch.snapshot.trucks import (
    TruckAhead,
    add_stop_to_swap,
    force_swap,
    full_set_wh,
    measure,
    read_trucks,
)
from fleet.models import Lane, Pack, PackType, Region, SwapStation

UNSERVED_S = 21_600
LATE_WEIGHT = 2


@dataclass(slots=True)
class Snapshot:
    """The problem, and what its names mean in the database.

    `trucks` are those planned, by plate; `parked` the others on shift, by plate, with why
    (`stale`: no fresh report, `promised`: a firm promise, `resting`: its driver said not now,
    `silent`: its driver left offers unanswered). `ready_s` is when each pack in a slot can be
    handed out, by code.
    """

    problem: planning.SwapProblem
    as_of: datetime
    region: Region
    on_shift: dict[int, TruckAhead]
    trucks: dict[str, TruckAhead]
    stations: dict[str, SwapStation]
    lanes: dict[str, Lane]
    packs: dict[str, int]
    standing: Standing
    spreads: SpreadBook
    ready_s: dict[str, int]
    parked: dict[str, str] = field(default_factory=dict)


def take_snapshot(
    region: Region,
    *,
    now: datetime,
    travel: TravelProvider,
    wish: Wish | None = None,
    only_truck: int | None = None,
    steered: Steered = NOBODY,
) -> Snapshot:
    """Read a region as it is now, in one short repeatable-read transaction.

    With `only_truck` (or a `wish`, which names one) no other truck is read and no station but
    those near its way: all promises of others there are firm, so that it is quick and whatever
    is found fits beside them. `travel` is asked within it: what roads need stays within its
    budget (`roads_of_round`). Trucks that are `steered` are planned whatever they are promised or
    their drivers said, unless their swap has begun: their promises are loose.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        only = wish.truck_id if wish else only_truck
        return _Reading(region, now, travel, wish, only, steered).snapshot()


class _Reading:
    """The steps from rows to a problem."""

    def __init__(
        self,
        region: Region,
        now: datetime,
        travel: TravelProvider,
        wish: Wish | None,
        only: int | None,
        steered: Steered,
    ) -> None:
        self.region, self.now, self.wish = region, now, wish
        shifts = read_trucks(region, travel=travel, now=now, only=only)
        self.stale, self.ahead = shifts.stale, shifts.trucks
        near = None if only is None else stations_to_read(region, self.ahead, wish=wish)
        self.rows: StationRows = read_stations(region, now=now, only=near)
        tariffs = [station.tariff_id for station in self.rows.stations]
        self.prices = price_steps(tariffs, now=now, horizon=HORIZON)
        self.spreads = read_spreads(region)
        self.weights = weights_of(
            region, {pk: t.driver_id for pk, t in self.ahead.items()}, now=now
        )
        self.refusals = read_refusals(list(self.ahead), now=now)
        for ahead in self.ahead.values():
            add_stop_to_swap(ahead)
        stations = self.rows.stations
        if wish and wish.truck_id in self.ahead:
            force_swap(self.ahead[wish.truck_id])
            self.refusals.forget(wish.truck_id)
        self.refusals.ask_again(steered.trucks)
        measure(
            self.ahead,
            stations,
            banned=self.refusals.banned,
            travel=travel,
            steered=steered,
        )
        self.standing = read_standing(
            region,
            self.rows,
            trucks=self.ahead,
            in_hand=set() if wish else set(self.ahead),
            given_up={wish.truck_id} if wish else set(steered.trucks),
            only=only,
            now=now,
        )

    def snapshot(self) -> Snapshot:
        planned, parked = self._sorted_trucks()
        stations = [self._station(station) for station in self.rows.stations]
        problem = planning.SwapProblem(
            as_of=self.now.isoformat(),
            horizon_s=int(HORIZON.total_seconds()),
            params=planning.CostParams(
                unserved_s=UNSERVED_S,
                late_weight=LATE_WEIGHT,
                change_s=settings.PLANNER_CHANGE_S,
            ),
            pack_types=self._pack_types(),
            stations=tuple(stations),
            trucks=tuple(self._truck(ahead) for ahead in planned.values()),
        )
        return Snapshot(
            problem=problem,
            as_of=self.now,
            region=self.region,
            on_shift=self.ahead,
            trucks=planned,
            stations={station.code: station for station in self.rows.stations},
            lanes={
                lane_id(lane, station): lane
                for station in self.rows.stations
                for lane in station.lanes.all()
            },
            packs=self._pack_ids(problem),
            standing=self.standing,
            spreads=self.spreads,
            ready_s={pack.id: pack.ready_s for station in stations for pack in station.packs},
            parked=parked,
        )

    def _sorted_trucks(self) -> tuple[dict[str, TruckAhead], dict[str, str]]:
        """Return the trucks to plan, and the others on shift with why they are not planned."""
        promised = {assignment.truck_id for assignment in self.standing.firm.values()}
        planned: dict[str, TruckAhead] = {}
        parked = dict.fromkeys(self.stale.values(), "stale")
        for pk, ahead in self.ahead.items():
            plate = ahead.route.truck.plate
            if self.wish and pk != self.wish.truck_id:
                continue
            if pk in promised:
                parked[plate] = "promised"
            elif pk not in self.standing.loose and (
                reason := self.refusals.keeps_out(pk, needs_swap_in_s=ahead.needs_swap_in_s())
            ):
                parked[plate] = reason
            elif ahead.route.legs:
                planned[plate] = ahead
        return planned, parked

    def _pack_ids(self, problem: planning.SwapProblem) -> dict[str, int]:
        codes = [pack.id for station in problem.stations for pack in station.packs]
        codes += [code for ahead in self.ahead.values() for code, _ in full_set_wh(ahead)]
        return dict(Pack.objects.filter(code__in=codes).values_list("code", "pk"))

    def _pack_types(self) -> tuple[planning.PackType, ...]:
        return tuple(
            planning.PackType(
                id=kind.code, full_wh=int(kind.capacity_wh * CHARGED_SOC_PERCENT / 100)
            )
            for kind in PackType.objects.order_by("pk")
        )

    def _station(self, station: SwapStation) -> planning.Station:
        taken = self.standing.packs_of_firm()
        here = packs_at(station, self.rows, taken=taken, now=self.now)
        back = packs_brought_back(station.pk, self.standing, self.rows, now=self.now)
        known = {pack.id for pack in here}
        lanes = tuple(self._lane(lane, station) for lane in station.lanes.all())
        return planning.Station(
            id=station.code,
            lanes=lanes,
            charge_w=charge_w(station, self.rows.packs.get(station.pk, [])),
            packs=(*here, *(pack for pack in back if pack.id not in known)),
            price_cny_milli_per_kwh=self.prices.get(station.tariff_id or 0, ()),
        )

    def _lane(self, lane: Lane, station: SwapStation) -> planning.Lane:
        busy = busy_spans(lane.pk, self.standing, now=self.now)
        types = tuple(kind.code for kind in lane.pack_types.all())
        return planning.Lane(
            id=lane_id(lane, station),
            swap_s=lane.swap_s,
            closed=closed_spans(lane, self.rows, now=self.now, horizon=HORIZON, busy=busy),
            types=types or None,
        )

    def _truck(self, ahead: TruckAhead) -> planning.Truck:
        truck = ahead.route.truck
        carried = full_set_wh(ahead)
        is_whole = len(carried) == truck.model.pack_positions
        return planning.Truck(
            id=truck.plate,
            pack_type=truck.model.pack_type.code,
            pack_positions=truck.model.pack_positions,
            energy_wh=ahead.energy_wh,
            reserve_wh=0 if self.wish else ahead.reserve_wh,
            ready_s=ahead.route.ready_s,
            stops=tuple(
                planning.Stop(
                    dwell_s=stop.dwell_s,
                    due_s=None if stop.due_at is None else seconds_until(stop.due_at, self.now),
                )
                for stop in ahead.route.stops
            ),
            legs=tuple(
                planning.Leg(travel_s=leg.travel_s, energy_wh=leg.energy_wh) for leg in ahead.legs
            ),
            detours=tuple(self._detours(ahead)),
            holds=self._holds(ahead),
            packs=tuple(planning.CarriedPack(id=code, full_wh=wh) for code, wh in carried)
            if is_whole
            else (),
            weight_percent=self.weights.get(truck.pk, 100),
        )

    def _detours(self, ahead: TruckAhead) -> list[planning.Detour]:
        codes = {station.pk: station.code for station in self.rows.stations}
        return [
            planning.Detour(
                after=way.after,
                station=codes[way.station_id],
                to_s=way.to.travel_s,
                to_wh=way.to.energy_wh,
                from_s=way.back.travel_s,
                from_wh=way.back.energy_wh,
                to_sd_s=self.spreads.drive(way.road_class).sd_s(way.arrive_s),
                to_sd_wh=way.arrival_sd_wh,
            )
            for way in ahead.ways.values()
            if self.wish is None or way.station_id == self.wish.station_id
        ]

    def _holds(self, ahead: TruckAhead) -> tuple[planning.Hold, ...]:
        assignment = self.standing.loose.get(ahead.route.truck.pk)
        if assignment is None or self.wish:
            return ()
        held = self.standing.holds.get(assignment.pk, [])
        return (
            hold_in_plan(
                assignment,
                ahead=ahead,
                lane_name=lane_id(assignment.lane, assignment.station),
                packs=[
                    name_in_plan(hold, assignment.station_id, self.standing, self.ahead)
                    for hold in held
                ],
                now=self.now,
            ),
        )
