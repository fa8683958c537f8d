"""Keys for simulated units: from a file, or of trucks made for them in a region of their own."""

from datetime import datetime, timedelta
from pathlib import Path

import pghistory
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.management.scenario.paper import write_private
from fleet.identity import parse_plate, with_check_digit
from fleet.models import Operator, PackType, Region, Truck, TruckModel, TruckTenure
from telematics.models import Device, DeviceKey
from telematics.services.keys import make_key, revoke_key

CODE = "simulated-obus"
SINCE = timedelta(days=400)
UNITS_MOST = 99_999


def read_keys(path: Path) -> list[str]:
    """Return the keys of a file: one a line, empty lines and those that begin with # left out."""
    rows = (row.strip() for row in path.read_text().splitlines())
    return [row for row in rows if row and not row.startswith("#")]


def write_keys(path: Path, keys: list[str]) -> None:
    """Write keys to a file that only its owner may read."""
    write_private(path, ("\n".join(keys) + "\n").encode())


def make_keys(count: int, *, now: datetime) -> list[str]:
    """Make keys for so many simulated units; those of earlier runs are revoked."""
    with transaction.atomic(), pghistory.context(reason=CODE):
        devices = _devices(count, now=now)
        revoke_keys(now=now)
        return [make_key(device, now=now) for device in devices]


def revoke_keys(*, now: datetime) -> None:
    """Take the keys of simulated units back."""
    live = DeviceKey.objects.filter(device__serial__startswith=f"{CODE}-", revoked_at=None)
    for key in live:
        revoke_key(key, now=now)


def _devices(count: int, *, now: datetime) -> list[Device]:
    found = {each.serial: each for each in Device.objects.filter(serial__startswith=f"{CODE}-")}
    serials = [f"{CODE}-{number:05d}" for number in range(1, count + 1)]
    lacking = [serial for serial in serials if serial not in found]
    trucks = _make_trucks([int(serial[-5:]) for serial in lacking], now=now)
    made = Device.objects.bulk_create(
        Device(kind=Device.Kind.OBU, serial=serial, truck=truck)
        for serial, truck in zip(lacking, trucks, strict=True)
    )
    found |= {each.serial: each for each in made}
    return [found[serial] for serial in serials]


def _make_trucks(numbers: list[int], *, now: datetime) -> list[Truck]:
    model, region, carrier = _home()
    trucks = Truck.objects.bulk_create(
        Truck(
            vin=with_check_digit(f"LYZTSM000TA{number:06d}"),
            plate=parse_plate(f"冀Z{number:05d}D"),
            model=model,
            region=region,
        )
        for number in numbers
    )
    during = DateTimeTZRange(now - SINCE, None)
    TruckTenure.objects.bulk_create(
        TruckTenure(truck=truck, role=role, operator=carrier, during=during)
        for truck in trucks
        for role in ("carrier", "owner")
    )
    return trucks


def _home() -> tuple[TruckModel, Region, Operator]:
    region, _ = Region.objects.get_or_create(code=CODE, defaults={"name": "Simulated units"})
    carrier, _ = Operator.objects.get_or_create(
        code=CODE, defaults={"name": "Simulated units", "kind": Operator.Kind.CARRIER}
    )
    pack_type, _ = PackType.objects.get_or_create(
        code=CODE,
        defaults={
            "name": "Simulated pack",
            "capacity_wh": 282_000,
            "mass_kg": 2_600,
            "max_charge_kw": 280,
        },
    )
    model, _ = TruckModel.objects.get_or_create(
        maker="Simulated",
        name=CODE,
        defaults={"pack_type": pack_type, "curb_mass_kg": 11_000, "gross_mass_kg": 49_000},
    )
    return model, region, carrier
