"""Two worlds side by side, each with a carrier and a station operator, and a row for every page.

What is written in a world is collected as its secrets: nobody of the other world may read them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.models import (
    Ban,
    FairnessEntry,
    LiveTruck,
    MeasuredSpread,
    PlanRun,
    PowerCap,
    PromiseOutcome,
    Shuttle,
    StationQuarter,
    StockOut,
    Trip,
    TruckConsumption,
)
from fleet.identity import make_pack_code, with_check_digit
from fleet.models import (
    Closure,
    Job,
    Operator,
    Pack,
    PackMove,
    Place,
    Region,
    Tariff,
    TariffPeriod,
    Truck,
    User,
)
from telematics.models import (
    Alarm,
    AlarmRule,
    AlarmStorm,
    Boot,
    DeviceQuarantine,
    LaneState,
    OddReport,
    RetroEvent,
    SlotState,
)
from tests import builders
from tests.builders import NOW, number


@dataclass
class World:
    """A carrier and a station operator in one region, and what they call their own."""

    letter: str
    region: Region = field(init=False)
    carrier: Operator = field(init=False)
    station_operator: Operator = field(init=False)
    carrier_secrets: set[str] = field(default_factory=set)
    station_secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.region = builders.make_region()
        self.carrier = builders.make_operator(name=self.secret("carrier"))
        self.station_operator = builders.make_operator(
            Operator.Kind.STATION_OPERATOR, name=self.secret("station operator", station=True)
        )

    def keep(self, text: str, *, station: bool = False) -> str:
        """Note that a text is of this world alone."""
        (self.station_secrets if station else self.carrier_secrets).add(text)
        return text

    def secret(self, what: str, *, station: bool = False) -> str:
        """Return a text that is of this world alone."""
        return self.keep(f"{what} zq{self.letter}{number():05d}qz", station=station)

    def truck(self, **fields: Any) -> Truck:
        n = number()
        vin = self.keep(with_check_digit(f"LSF{self.letter}99WRD0R{n % 1000000:06d}"[:17]))
        plate = self.keep(f"川{self.letter}{n:05d}D")
        return builders.make_truck(self.carrier, region=self.region, vin=vin, plate=plate, **fields)

    def station(self) -> Any:
        name = self.secret("station", station=True)
        return builders.make_station(self.station_operator, self.region, name=name, slots=1)

    def driver(self) -> Any:
        return builders.make_driver(self.carrier, name=self.secret("driver"))

    def pack(self, **where: Any) -> Pack:
        maker = f"Z{self.letter}9"
        code = make_pack_code(maker=maker, made_on=NOW.date(), serial=number())
        owner = self.carrier
        return builders.make_pack(owner=owner, code=self.keep(code), **where)

    def place(self) -> Place:
        return builders.make_place(self.region, operator=self.carrier, name_zh=self.secret("place"))

    def trip(self) -> Trip:
        return Trip.objects.create(
            carrier=self.carrier,
            external_id=self.secret("order"),
            truck=self.truck(),
            origin=self.place(),
            destination=self.place(),
            ready_at=NOW,
        )

    def shuttle(self) -> Shuttle:
        return Shuttle.objects.create(
            carrier=self.carrier,
            truck=self.truck(),
            origin=self.place(),
            destination=self.place(),
        )


def _neutral_station() -> Any:
    return builders.make_station(slots=1)


def _pack_move(world: World) -> PackMove:
    return PackMove.objects.get(pack=world.pack())


def _slot_state(world: World) -> SlotState:
    code = world.keep(f"slot pack {world.letter}{number():05d}", station=True)
    return SlotState.objects.create(
        slot=world.station().slots.get(), recorded_at=NOW, received_at=NOW, pack_code=code
    )


def _lane_state(world: World) -> LaneState:
    lane = world.station().lanes.get()
    return LaneState.objects.create(lane=lane, recorded_at=NOW, received_at=NOW, state="free")


def _closure(world: World) -> Closure:
    reason = world.secret("closed", station=True)
    return Closure.objects.create(
        station=world.station(), during=builders.since(NOW), reason=reason
    )


def _cap(world: World) -> PowerCap:
    return PowerCap.objects.create(
        station=world.station(),
        during=DateTimeTZRange(NOW, NOW + timedelta(hours=1)),
        limit_kw=300,
        truck_minutes=0,
        reason=world.secret("cap", station=True),
    )


def _alarm(world: World) -> Alarm:
    detail = world.secret("alarm")
    return Alarm.objects.create(
        kind="stranded_risk", truck=world.truck(), detail=detail, opened_at=NOW
    )


def _alarm_rule(_world: World) -> AlarmRule:
    return builders.make_alarm_rule()


def _alarm_storm(world: World) -> AlarmStorm:
    storm = AlarmStorm.objects.create(
        kind="silent_truck", region=builders.make_region(), opened_at=NOW
    )
    Alarm.objects.filter(pk=_alarm(world).pk).update(storm=storm)
    return storm


def _boot(world: World) -> Boot:
    at = {"first_recorded_at": NOW, "last_recorded_at": NOW, "last_received_at": NOW}
    boot_id = world.secret("boot").replace(" ", "-")
    world.keep(boot_id)
    return Boot.objects.create(
        truck=world.truck(), boot_id=boot_id, seqs="{[1,3),[5,9)}", closed="{[4,5)}", **at
    )


def _retro_event(world: World) -> RetroEvent:
    at = {"began_at": NOW, "ended_at": NOW, "found_at": NOW}
    rule = builders.make_alarm_rule()
    return RetroEvent.objects.create(
        truck=world.truck(), driver=world.driver(), rule=rule, level=2, **at
    )


def _quarantine(world: World) -> DeviceQuarantine:
    device = builders.make_device(truck=world.truck(), serial=world.secret("serial"))
    return DeviceQuarantine.objects.create(device=device, begun_at=NOW)


def _odd_report(world: World) -> OddReport:
    reason = world.secret("odd")
    return OddReport.objects.create(
        truck=world.truck(), recorded_at=NOW, seq=1, received_at=NOW, reason=reason, body={}
    )


def _ban(world: World) -> Ban:
    return Ban.objects.create(
        truck=world.truck(),
        station=_neutral_station(),
        until=NOW + timedelta(days=1),
        reason=world.secret("ban"),
    )


def _plan_run(world: World) -> PlanRun:
    run = PlanRun.objects.create(region=world.region, cause="tick", started_at=NOW, state="done")
    builders.make_assignment(world.truck(), _neutral_station(), plan_run=run)
    return run


def _outcome(world: World) -> PromiseOutcome:
    promise = builders.make_assignment(world.truck(), _neutral_station())
    return builders.make_outcome(promise)


def _spread(world: World) -> MeasuredSpread:
    return MeasuredSpread.objects.create(
        kind="lane",
        region=world.region,
        station=world.station(),
        samples=9,
        points=[0.0, 0.1, 0.2],
        measured_at=NOW,
    )


def _quarter(world: World) -> StationQuarter:
    return StationQuarter.objects.create(station=world.station(), starts_at=NOW, energy_wh=9)


def _stock_out(world: World) -> StockOut:
    return StockOut.objects.create(
        station=world.station(), pack_type=builders.make_pack_type(), during=builders.since(NOW)
    )


def _fairness(world: World) -> FairnessEntry:
    promise = builders.make_assignment(world.truck(), _neutral_station(), world.driver())
    return builders.make_fairness_entry(promise, world.carrier)


def _tariff_period(world: World) -> TariffPeriod:
    fields = {f.name for f in TariffPeriod._meta.fields}
    values: dict[str, Any] = {
        "tariff": _tariff(world),
        "valid": _dates(),
        "month": 1,
        "minutes": (0, 60),
        "level": "flat",
        "price_cny_per_kwh": "0.5",
    }
    return TariffPeriod.objects.create(**{k: v for k, v in values.items() if k in fields})


def _dates() -> Any:
    return (NOW.date(), None)


def _tariff(world: World) -> Tariff:
    n = number()
    return Tariff.objects.create(code=f"tariff-{n}", name=f"Tariff {n}", source="made up")


def _live_truck(world: World) -> Any:
    return LiveTruck.objects.get(pk=world.truck().pk)


def _shift(world: World) -> Any:
    return builders.make_shift(world.driver(), world.truck())


ROWS: dict[str, Callable[[World], models.Model]] = {
    "fleet.Operator": lambda world: builders.make_operator(name=world.secret("more")),
    "fleet.User": lambda world: builders.make_user(
        world.carrier, User.Role.AUDITOR, username=world.keep(f"user-{world.letter}-{number()}")
    ),
    "fleet.Region": lambda _world: builders.make_region(),
    "fleet.Place": lambda world: world.place(),
    "fleet.Tariff": _tariff,
    "fleet.TariffPeriod": _tariff_period,
    "fleet.Job": lambda world: Job.objects.create(name="job", key=world.secret("job")),
    "fleet.PackType": lambda _world: builders.make_pack_type(),
    "fleet.TruckModel": lambda _world: builders.make_truck_model(),
    "fleet.Truck": lambda world: world.truck(),
    "fleet.Driver": lambda world: world.driver(),
    "fleet.Shift": _shift,
    "fleet.Pack": lambda world: world.pack(),
    "fleet.PackMove": _pack_move,
    "fleet.SwapStation": lambda world: world.station(),
    "fleet.Lane": lambda world: world.station().lanes.get(),
    "fleet.Closure": _closure,
    "telematics.Alarm": _alarm,
    "telematics.AlarmRule": _alarm_rule,
    "telematics.AlarmStorm": _alarm_storm,
    "telematics.Boot": _boot,
    "telematics.RetroEvent": _retro_event,
    "telematics.Device": lambda world: builders.make_device(
        truck=world.truck(), serial=world.secret("device")
    ),
    "telematics.SlotState": _slot_state,
    "telematics.LaneState": _lane_state,
    "telematics.DeviceQuarantine": _quarantine,
    "telematics.OddReport": _odd_report,
    "telematics.TruckDay": lambda world: builders.make_truck_day(world.truck()),
    "dispatch.SwapAssignment": lambda world: builders.make_assignment(
        world.truck(), _neutral_station(), end_reason=world.secret("promise")
    ),
    "dispatch.PromiseOutcome": _outcome,
    "dispatch.MeasuredSpread": _spread,
    "dispatch.StationQuarter": _quarter,
    "dispatch.StockOut": _stock_out,
    "dispatch.FairnessEntry": _fairness,
    "dispatch.Ban": _ban,
    "dispatch.PlanRun": _plan_run,
    "dispatch.LiveTruck": _live_truck,
    "dispatch.PowerCap": _cap,
    "dispatch.SummarySubscription": lambda world: builders.make_subscription(world.carrier),
    "dispatch.TruckConsumption": lambda world: TruckConsumption.objects.create(truck=world.truck()),
    "dispatch.Trip": lambda world: world.trip(),
    "dispatch.Shuttle": lambda world: world.shuttle(),
}


def make_row(model: type[models.Model], world: World) -> Any:
    """Make a row of a page's model in a world, or say that nobody taught us how."""
    label = model._meta.label
    assert label in ROWS, (
        f"No row of {label} can be made: teach tests/worlds.py one, and its rights"
    )
    return ROWS[label](world)
