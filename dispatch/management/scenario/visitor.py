"""A truck for whoever looks at the demo: its onboard unit is a person with `curl`."""

from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.management.scenario.doors import give_trucks_units
from dispatch.management.scenario.rolling import SINCE, PackStore
from dispatch.simulation.casting import TRUCK_KINDS
from dispatch.simulation.roster import Visitor
from fleet.identity import parse_plate, with_check_digit
from fleet.models import Operator, Region, Truck, TruckModel, TruckTenure

PLATE = "冀B99999D"
FULL_PERCENT = 100.0


def make_visitor(*, region: Region, carrier: Operator, store: PackStore, now: datetime) -> Visitor:
    """Make a truck that the simulated world does not drive, with packs, a unit and its key."""
    kind = TRUCK_KINDS[0]
    truck = Truck.objects.create(
        vin=with_check_digit(f"LYZT{kind.pack.spec}0{kind.pack_positions}0TA999999"),
        plate=parse_plate(PLATE),
        model=TruckModel.objects.get(name=kind.name),
        region=region,
    )
    during = DateTimeTZRange(now - SINCE, None)
    TruckTenure.objects.bulk_create(
        TruckTenure(truck=truck, role=role, operator=carrier, during=during)
        for role in ("carrier", "owner")
    )
    for position in range(1, kind.pack_positions + 1):
        store.make(kind.pack, FULL_PERCENT, truck=truck, position=position)
    store.write()
    [(device, key)] = give_trucks_units([truck], now=now)
    return Visitor(plate=truck.plate, serial=device.serial, obu_key=key)
