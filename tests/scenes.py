"""A small region in working order: stations with charged packs, trucks on shift that report."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.models import Trip
from fleet.models import Operator, Pack, PackType, Place, Region, Shift, SwapStation, Truck
from telematics.models import SlotState, TruckState
from tests.builders import (
    NOW,
    make_driver,
    make_operator,
    make_pack,
    make_pack_type,
    make_place,
    make_region,
    make_shift,
    make_station,
    make_truck,
    make_truck_model,
    number,
)

# Along a meridian: 0.1 degree of latitude is 11.1 km by the crow, about 15.5 km by road.
MINE = (39.0, 118.5)
PORT = (39.5, 118.5)


@dataclass
class Scene:
    """One region whose trucks shuttle between a mine and a port, with stations on the way."""

    now: datetime = NOW
    region: Region = field(default_factory=make_region)
    carrier: Operator = field(default_factory=make_operator)
    pack_type: PackType = field(default_factory=make_pack_type)
    stations: list[SwapStation] = field(default_factory=list)
    trucks: list[Truck] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = make_truck_model(self.pack_type)
        self.mine = self.place(*MINE)
        self.port = self.place(*PORT)

    def place(self, latitude_deg: float, longitude_deg: float) -> Place:
        return make_place(self.region, latitude_deg=latitude_deg, longitude_deg=longitude_deg)

    def add_station(
        self,
        latitude_deg: float = 39.1,
        longitude_deg: float = 118.5,
        *,
        packs: int = 4,
        **more: Any,
    ) -> SwapStation:
        """Add a station whose first slots hold charged packs."""
        station = make_station(
            region=self.region, latitude_deg=latitude_deg, longitude_deg=longitude_deg, **more
        )
        for slot in station.slots.order_by("number")[:packs]:
            pack = make_pack(self.pack_type, slot=slot)
            SlotState.objects.create(
                slot=slot,
                recorded_at=self.now,
                received_at=self.now,
                pack_code=pack.code,
                soc_percent=99.0,
            )
        self.stations.append(station)
        return station

    def add_truck(
        self,
        soc_percent: float = 30.0,
        at: tuple[float, float] = (39.02, 118.5),
        *,
        trips: int = 2,
        seen_at: datetime | None = None,
        **more: Any,
    ) -> Truck:
        """Add a truck on shift: loaded to the port, then back and forth, `trips` in all."""
        truck = make_truck(self.carrier, region=self.region, model=self.model, **more)
        make_pack(self.pack_type, truck=truck, position=1)
        make_shift(make_driver(self.carrier), truck)
        self.report(truck, soc_percent=soc_percent, at=at, seen_at=seen_at)
        for k in range(trips):
            there = k % 2 == 0
            Trip.objects.create(
                carrier=self.carrier,
                truck=truck,
                external_id=f"trip-{number()}",
                origin=self.mine if there else self.port,
                destination=self.port if there else self.mine,
                load_kg=31_000 if there else 0,
                ready_at=self.now + timedelta(hours=1.6 * k),
                state=Trip.State.UNDERWAY if k == 0 else Trip.State.PLANNED,
                left_at=self.now if k == 0 else None,
            )
        self.trucks.append(truck)
        return truck

    def report(
        self,
        truck: Truck,
        *,
        soc_percent: float,
        at: tuple[float, float],
        seen_at: datetime | None = None,
        speed_kmh: float = 55.0,
    ) -> TruckState:
        """Set what the truck last said of itself."""
        state, _ = TruckState.objects.update_or_create(
            truck=truck,
            defaults={
                "recorded_at": seen_at or self.now,
                "received_at": seen_at or self.now,
                "seq": number(),
                "latitude_deg": at[0],
                "longitude_deg": at[1],
                "speed_kmh": speed_kmh,
                "soc_percent": soc_percent,
            },
        )
        return state

    def shift_of(self, truck: Truck) -> Shift:
        return Shift.objects.get(truck=truck, ended_at__isnull=True)

    def pack_on(self, truck: Truck) -> Pack:
        return Pack.objects.get(truck=truck)
