"""Small named things for tests: each builder makes one row (and what it needs) and returns it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.models import (
    FairnessEntry,
    PackHold,
    PromiseOutcome,
    SummarySubscription,
    SwapAssignment,
)
from fleet.identity import with_check_digit
from fleet.models import (
    Driver,
    Lane,
    Operator,
    Pack,
    PackType,
    Place,
    Region,
    Shift,
    Slot,
    SwapStation,
    Truck,
    TruckModel,
    TruckTenure,
    User,
    Whereabouts,
)
from telematics.models import Alarm, AlarmRule, Device, TruckDay
from telematics.services.keys import make_key

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


def number() -> int:
    """Return a number no builder used before."""
    return next(_numbers)


def since(start: datetime = LONG_AGO) -> DateTimeTZRange:
    """Return the range from `start` on."""
    return DateTimeTZRange(start, None)


def make_region(**fields: Any) -> Region:
    n = number()
    return Region.objects.create(**{"code": f"region-{n}", "name": f"Region {n}", **fields})


def make_operator(kind: str = Operator.Kind.CARRIER, **fields: Any) -> Operator:
    n = number()
    values = {"code": f"operator-{n}", "name": f"Operator {n}", "kind": kind, **fields}
    return Operator.objects.create(**values)


def make_user(
    operator: Operator | None = None, role: str = User.Role.FLEET_MANAGER, **fields: Any
) -> User:
    values = {"username": f"user-{number()}", "role": role, "is_staff": role != "driver", **fields}
    user = User(operator=operator or make_operator(), **values)
    user.set_password("secret")
    user.save()
    return user


def make_place(region: Region, **fields: Any) -> Place:
    n = number()
    values = {"latitude_deg": 39.2, "longitude_deg": 119.0, "kind": Place.Kind.PORT, **fields}
    return Place.objects.create(region=region, code=f"place-{n}", name=f"Place {n}", **values)


def make_pack_type(**fields: Any) -> PackType:
    n = number()
    values = {"capacity_wh": 282_000, "mass_kg": 2600, "max_charge_kw": 280, **fields}
    return PackType.objects.create(code=f"lfp-{n}", name=f"LFP {n}", **values)


def make_truck_model(pack_type: PackType | None = None, **fields: Any) -> TruckModel:
    values = {"curb_mass_kg": 11_000, "gross_mass_kg": 49_000, "maker": "Test", **fields}
    values.setdefault("name", f"Model {number()}")
    return TruckModel.objects.create(pack_type=pack_type or make_pack_type(), **values)


def make_truck(
    carrier: Operator | None = None,
    owner: Operator | None = None,
    model: TruckModel | None = None,
    region: Region | None = None,
    **fields: Any,
) -> Truck:
    n = number()
    values = {"vin": with_check_digit(f"LZ0TESTTRCK{n:06d}"), "plate": f"冀B{n:05d}D", **fields}
    truck = Truck.objects.create(
        model=model or make_truck_model(), region=region or make_region(), **values
    )
    carrier = carrier or make_operator()
    for role, operator in (("carrier", carrier), ("owner", owner or carrier)):
        TruckTenure.objects.create(truck=truck, role=role, operator=operator, during=since())
    return truck


def make_driver(carrier: Operator, user: User | None = None, **fields: Any) -> Driver:
    return Driver.objects.create(
        **{"carrier": carrier, "name": f"Driver {number()}", "user": user, **fields}
    )


def make_shift(driver: Driver, truck: Truck, **fields: Any) -> Shift:
    return Shift.objects.create(**{"started_at": NOW, "driver": driver, "truck": truck, **fields})


def make_station(
    operator: Operator | None = None,
    region: Region | None = None,
    lanes: int = 1,
    slots: int = 8,
    **fields: Any,
) -> SwapStation:
    n = number()
    values = {
        "code": f"station-{n}",
        "name": f"Station {n}",
        "latitude_deg": 39.0,
        "longitude_deg": 118.5,
        "power_limit_kw": 1200,
        **fields,
    }
    station = SwapStation.objects.create(
        operator=operator or make_operator(Operator.Kind.STATION_OPERATOR),
        region=region or make_region(),
        **values,
    )
    for i in range(1, lanes + 1):
        Lane.objects.create(station=station, number=i)
    for i in range(1, slots + 1):
        Slot.objects.create(station=station, number=i, max_power_kw=280)
    return station


def make_pack(
    type: PackType | None = None,  # noqa: A002  the field's name
    *,
    owner: Operator | None = None,
    slot: Slot | None = None,
    truck: Truck | None = None,
    position: int | None = None,
    **fields: Any,
) -> Pack:
    where = Whereabouts.SLOT if slot else Whereabouts.TRUCK if truck else Whereabouts.TRANSPORT
    values = {"code": f"TSTPB01A000000G3A{number():07d}", "moved_at": NOW, "whereabouts": where}
    return Pack.objects.create(
        type=type or make_pack_type(),
        owner=owner or make_operator(Operator.Kind.PACK_BANK),
        slot=slot,
        truck=truck,
        position=position or (1 if truck else None),
        move_reason="test",
        **{**values, **fields},
    )


def make_device(
    *,
    truck: Truck | None = None,
    station: SwapStation | None = None,
    carrier: Operator | None = None,
    **fields: Any,
) -> Device:
    """Make an onboard unit, a station controller or an office system: what it speaks for says."""
    kind = Device.Kind.STATION if station else Device.Kind.OFFICE if carrier else Device.Kind.OBU
    if kind == Device.Kind.OBU and truck is None:
        truck = make_truck()
    values = {"kind": kind, "serial": f"device-{number()}", **fields}
    return Device.objects.create(truck=truck, station=station, operator=carrier, **values)


def make_alarm_rule(**fields: Any) -> AlarmRule:
    """Make an alarm rule: pack temperature at 55 °C, clearing below 50 °C."""
    values = {
        "code": f"rule-{number()}",
        "name": "Hot",
        "name_zh": "热",
        "kind": Alarm.Kind.BATTERY_HEAT,
        "metric": "pack_temperature_c",
        "comparison": "above",
        "threshold": 55,
        "clear_at": 50,
        **fields,
    }
    return AlarmRule.objects.create(**values)


def bearer(device: Device) -> dict[str, str]:
    """Return the headers that carry a new key of a device."""
    return {"Authorization": f"Bearer {make_key(device, now=NOW)}"}


def make_truck_day(truck: Truck, **fields: Any) -> TruckDay:
    """Make a day of nothing but standing, all of it told."""
    values = {
        field.name: 0
        for field in TruckDay._meta.fields
        if field.name not in {"id", "truck", "day", "computed_at"}
    }
    told = {"reports": 2880, "completeness_percent": 100, "stopped_s": 86_400, "stops": 1}
    when = {"day": NOW.date(), "computed_at": NOW + timedelta(days=1)}
    return TruckDay.objects.create(truck=truck, **{**values, **told, **when, **fields})


def make_assignment(
    truck: Truck | None = None,
    station: SwapStation | None = None,
    driver: Driver | None = None,
    **fields: Any,
) -> SwapAssignment:
    """An offered promise from `NOW` on, 30 minutes ahead, without packs; no service is called."""
    truck = truck or make_truck()
    station = station or make_station(region=truck.region)
    start = fields.pop("start", NOW + timedelta(minutes=30))
    n = number()
    lane = station.lanes.first()
    assert lane is not None
    return SwapAssignment.objects.create(
        **{
            "region": truck.region,
            "truck": truck,
            "driver": driver,
            "station": station,
            "lane": lane,
            "window": DateTimeTZRange(start - timedelta(minutes=10), start + timedelta(minutes=10)),
            "occupies": DateTimeTZRange(start, start + timedelta(seconds=lane.swap_s)),
            "eta": start - timedelta(minutes=2),
            "leave_by_at": NOW + timedelta(minutes=5),
            "distance_m": 18_200,
            "soc_on_arrival_percent": 27.0,
            "check_in_code": f"{n:06d}",
            "offered_at": NOW,
            "offer_expires_at": NOW + timedelta(minutes=2),
            **fields,
        }
    )


def make_hold(assignment: SwapAssignment, pack: Pack, position: int = 1) -> PackHold:
    during = DateTimeTZRange(NOW, assignment.occupies.upper)
    return PackHold.objects.create(
        assignment=assignment, pack=pack, position=position, during=during
    )


def make_outcome(assignment: SwapAssignment, **fields: Any) -> PromiseOutcome:
    """Make what came of a promise: kept, unless told otherwise."""
    values = {"is_kept": True, "way_s": 1500, "way_late_s": 60, "lane_late_s": 0, **fields}
    return PromiseOutcome.objects.create(
        **{
            "assignment": assignment,
            "region": assignment.region,
            "station": assignment.station,
            "ended_at": NOW,
            "window": assignment.window,
            "probability": 0.9,
            "road_class": "regional",
            **values,
        }
    )


def make_fairness_entry(
    assignment: SwapAssignment, carrier: Operator, **fields: Any
) -> FairnessEntry:
    """Make an entry of the fairness ledger: waited 6 min and detoured 2 where 5 are fair."""
    return FairnessEntry.objects.create(
        **{
            "assignment": assignment,
            "region": assignment.region,
            "pack_type": assignment.truck.model.pack_type,
            "carrier": carrier,
            "truck": assignment.truck,
            "driver": assignment.driver,
            "swapped_at": NOW,
            "waited_min": 6.0,
            "detoured_min": 2.0,
            "share_min": 5.0,
            "excess_min": 3.0,
            "reason": "waited",
            **fields,
        }
    )


def make_subscription(carrier: Operator, **fields: Any) -> SummarySubscription:
    """Make a daily report by mail of a carrier's fleet, ordered just now, to nobody yet."""
    return SummarySubscription.objects.create(
        **{"held_by": carrier, "operator": carrier, "created_at": NOW, **fields}
    )
