from datetime import timedelta

import pytest

from dispatch.models import Trip
from dispatch.planning.travel import TRACTOR_EMPTY, GreatCircleTravel
from dispatch.snapshot.routes import LEAVES_WITHIN, route_ahead
from fleet.models import Place, Truck
from telematics.models import TruckState
from tests.builders import NOW, make_operator, make_place, make_truck

pytestmark = pytest.mark.django_db
TRAVEL = GreatCircleTravel()


@pytest.fixture
def truck() -> Truck:
    return make_truck()


@pytest.fixture
def places(truck: Truck) -> tuple[Place, Place]:
    port = make_place(truck.region, latitude_deg=39.2, longitude_deg=119.0)
    return port, make_place(truck.region, latitude_deg=39.4, longitude_deg=118.8)


def trips(truck: Truck, places: tuple[Place, Place], **first: object) -> list[Trip]:
    """One trip under way, and as many after it as make a long day."""
    carrier = make_operator()
    return [
        Trip(
            pk=number + 1,
            carrier=carrier,
            truck=truck,
            origin=places[number % 2],
            destination=places[1 - number % 2],
            ready_at=NOW,
            dwell_s=1200,
            state="planned" if number else "underway",
            **({} if number else first),
        )
        for number in range(8)
    ]


def state_at(truck: Truck, place: Place) -> TruckState:
    return TruckState(
        truck=truck,
        recorded_at=NOW,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        soc_percent=60,
        speed_kmh=0,
    )


def test_a_truck_being_unloaded_goes_on_when_that_is_over(
    truck: Truck, places: tuple[Place, Place]
) -> None:
    ahead = trips(truck, places, arrived_at=NOW - timedelta(seconds=500))
    route = route_ahead(truck, state_at(truck, places[1]), ahead, travel=TRAVEL, now=NOW)
    assert route.ready_s == 700
    assert route.legs[0].trip_id == 2
    late = trips(truck, places, arrived_at=NOW - timedelta(seconds=5000))
    assert route_ahead(truck, state_at(truck, places[1]), late, travel=TRAVEL, now=NOW).ready_s == 0


def test_no_trip_is_looked_at_that_begins_too_late_for_its_swaps(
    truck: Truck, places: tuple[Place, Place]
) -> None:
    route = route_ahead(
        truck, state_at(truck, places[0]), trips(truck, places), travel=TRAVEL, now=NOW
    )
    drive = TRAVEL.travel_pairs([(39.2, 119.0)], [(39.4, 118.8)], truck=TRACTOR_EMPTY)
    one_s = int(drive.travel_s[0])
    leaves = [k * (one_s + 1200) for k in range(len(route.legs) + 1)]
    assert leaves[-2] <= LEAVES_WITHIN.total_seconds() < leaves[-1]
