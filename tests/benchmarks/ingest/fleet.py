"""Trucks with onboard units and keys, in the service's database."""

import hashlib
from datetime import timedelta
from pathlib import Path

from fleet import clock
from fleet.identity import with_check_digit
from fleet.models import PackType, Region, Truck, TruckModel
from telematics.models import Device, DeviceKey
from telematics.services.keys import SHOWN_CHARACTERS
from telematics.services.partitions import keep_partitions

RETENTION_DAYS = 90


def make_fleet(keys_file: str) -> None:
    """Make a truck with an onboard unit for each key of the file, and today's partition."""
    now = clock.now()
    keys = Path(keys_file).read_text().split()
    pack_type = PackType.objects.create(
        code="lfp-282", name="LFP 282", capacity_wh=282_000, mass_kg=2600, max_charge_kw=280
    )
    model = TruckModel.objects.create(
        maker="Test", name="6x4", pack_type=pack_type, curb_mass_kg=11_000, gross_mass_kg=49_000
    )
    region = Region.objects.create(code="bench", name="Bench")
    trucks = Truck.objects.bulk_create(
        Truck(
            vin=with_check_digit(f"LZ0TESTTRCK{i:06d}"),
            plate=f"冀B{i:05d}D",
            model=model,
            region=region,
        )
        for i in range(len(keys))
    )
    devices = Device.objects.bulk_create(
        Device(kind=Device.Kind.OBU, serial=f"obu-{truck.pk}", truck=truck) for truck in trucks
    )
    DeviceKey.objects.bulk_create(
        DeviceKey(
            device=device,
            ordinal=1,
            key_sha256=hashlib.sha256(key.encode()).digest(),
            prefix=key[:SHOWN_CHARACTERS],
            created_at=now,
        )
        for device, key in zip(devices, keys, strict=True)
    )
    keep_partitions(now=now, retention=timedelta(days=RETENTION_DAYS))
