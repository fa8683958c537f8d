"""A cab for browser tests: a driver with a phone, a truck, and a station to go to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment, Trip
from dispatch.services.news import tell_driver
from dispatch.services.promises.moves import move_assignment
from fleet import clock
from fleet.models import Driver, Pack, Region, SwapStation, Truck
from fleet.services.sign_in import make_sign_in_link
from telematics.models import TruckState
from tests.builders import (
    make_assignment,
    make_driver,
    make_hold,
    make_operator,
    make_pack,
    make_place,
    make_region,
    make_station,
    make_truck,
)
from tests.stack import Stack


@dataclass
class Cab:
    """A driver with a phone, a truck, and a station to go to."""

    stack: Stack
    page: Page
    driver: Driver
    truck: Truck
    station: SwapStation
    base_url: str = ""

    @property
    def address(self) -> str:
        """Where the phone finds the service: directly, or over a line that is cut at times."""
        return self.base_url or self.stack.base_url

    def offer(self, **fields: Any) -> SwapAssignment:
        """Promise a swap as the planner's writer does: a row and its news."""
        now = clock.now()
        values = {
            "start": now + timedelta(minutes=40),
            "leave_by_at": now + timedelta(minutes=12),
            "offered_at": now,
            "offer_expires_at": now + timedelta(minutes=2),
            "why": {"code": "least_delay"},
            **fields,
        }
        assignment = make_assignment(self.truck, self.station, self.driver, **values)
        full = Pack.objects.filter(slot__station=self.station).first()
        assert full is not None
        make_hold(assignment, full)
        tell_driver(assignment, kind="offered", now=now)
        return assignment

    def live(self) -> SwapAssignment:
        """Return what the driver is promised now."""
        return SwapAssignment.objects.get(driver=self.driver, state__in=LIVE)

    def enter(self) -> None:
        link = make_sign_in_link(self.driver, now=clock.now(), by=None)
        self.page.goto(f"{self.address}/driver/enter/{link.token}")
        self.page.wait_for_url("**/driver/")

    def start_shift(self) -> None:
        self.enter()
        self.page.click("#start-shift")
        self.sees("waiting")

    def sees(self, state: str, within_s: float = 60) -> None:
        answered = f"[data-state={state}]:not([data-sending])"
        self.page.wait_for_selector(answered, timeout=within_s * 1000)

    def speed(self, speed_kmh: float) -> None:
        """Let the onboard unit have reported this speed now."""
        now = clock.now()
        TruckState.objects.filter(truck=self.truck).update(speed_kmh=speed_kmh, recorded_at=now)

    def sees_state_of(self, assignment: SwapAssignment, state: str) -> None:
        self.sees(state)
        assert SwapAssignment.objects.get(pk=assignment.pk).state == state


@contextmanager
def made_cab(stack: Stack, phone: Page) -> Iterator[Cab]:
    """Make a driver, a truck, a station and a trip, and leave nothing of them to plan."""
    carrier = make_operator(name="唐山港达运输")
    region: Region = make_region()
    truck = make_truck(carrier, region=region)
    pack_type = truck.model.pack_type
    make_pack(pack_type, truck=truck)
    station = make_station(region=region, name="Caofeidian Port East", name_zh="曹妃甸港东换电站")
    make_pack(pack_type, slot=station.slots.first())
    driver = make_driver(carrier, name="张建国")
    now = clock.now()
    TruckState.objects.create(
        truck=truck,
        recorded_at=now,
        received_at=now,
        seq=1,
        latitude_deg=39.0,
        longitude_deg=118.4,
        speed_kmh=0,
        soc_percent=34.2,
    )
    ends = [make_place(region), make_place(region)]
    for place, name in zip(ends, ("曹妃甸矿石码头", "迁安钢厂"), strict=True):
        place.name = place.name_zh = name
        place.save()
    Trip.objects.create(
        carrier=carrier,
        truck=truck,
        origin=ends[0],
        destination=ends[1],
        load_kg=31_000,
        ready_at=now,
        due_at=now + timedelta(hours=2),
        state="underway",
    )
    yield Cab(stack, phone, driver, truck, station)
    # Leave nothing for the planner of the shared stack to think about.
    for left in SwapAssignment.objects.filter(driver=driver, state__in=LIVE):
        to = "cancelled" if left.state == "offered" else "failed"
        move_assignment(assignment_id=left.pk, to=to, now=clock.now(), replans=False)
    Trip.objects.filter(truck=truck).delete()
    driver.shifts.filter(ended_at__isnull=True).update(ended_at=clock.now())


@pytest.fixture
def cab(stack: Stack, phone: Page) -> Iterator[Cab]:
    """A cab whose phone speaks to the running service."""
    with made_cab(stack, phone) as made:
        yield made
