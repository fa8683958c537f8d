"""Keys of devices and one-time links of drivers: how the simulated world gets in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fleet.models import Driver, SwapStation, Truck
from fleet.services.sign_in import make_sign_in_link
from telematics.models import Device
from telematics.services.keys import make_key

LINKS_LAST = timedelta(days=7)
GCJ02_EVERY = 10


def give_trucks_units(trucks: Sequence[Truck], *, now: datetime) -> list[tuple[Device, str]]:
    """Give every truck an onboard unit and a key; every tenth speaks GCJ-02."""
    devices = Device.objects.bulk_create(
        Device(
            kind=Device.Kind.OBU,
            serial=f"OBU-{truck.vin}",
            truck=truck,
            datum=Device.Datum.WGS84 if number % GCJ02_EVERY else Device.Datum.GCJ02,
        )
        for number, truck in enumerate(trucks, start=1)
    )
    return [(device, make_key(device, now=now)) for device in devices]


def give_stations_keys(stations: Sequence[SwapStation], *, now: datetime) -> list[str]:
    """Give every station's controller a key."""
    devices = Device.objects.bulk_create(
        Device(kind=Device.Kind.STATION, serial=f"STN-{station.code}", station=station)
        for station in stations
    )
    return [make_key(device, now=now) for device in devices]


def make_tokens(drivers: Sequence[Driver], *, now: datetime) -> list[str]:
    """Make a one-time link for every driver; return the tokens."""
    return [
        make_sign_in_link(driver, now=now, by=None, lasts=LINKS_LAST).token for driver in drivers
    ]
