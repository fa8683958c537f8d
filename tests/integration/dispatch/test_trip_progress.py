from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.models import Shuttle, SwapAssignment, Trip
from dispatch.services.trips.progress import Progress, advance_trips
from dispatch.services.trips.shuttles import extend_shuttles
from fleet.models import Place, Truck
from telematics.models import Mark, TruckState
from tests.builders import NOW, make_assignment, make_operator, make_place, make_region, make_truck

pytestmark = pytest.mark.django_db
MINE = (39.0, 118.0)
PORT = (39.3, 118.3)
ROAD = (39.15, 118.15)
NOTHING = Progress(0, 0, 0, 0)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def shuttle() -> Shuttle:
    region, carrier = make_region(), make_operator()

    def place(where: tuple[float, float]) -> Place:
        return make_place(region, latitude_deg=where[0], longitude_deg=where[1], radius_m=800)

    return Shuttle.objects.create(
        carrier=carrier,
        truck=make_truck(carrier, region=region),
        origin=place(MINE),
        destination=place(PORT),
        load_out_kg=31_000,
        load_back_kg=500,
        dwell_s=1800,
    )


def seen(
    truck: Truck, where: tuple[float, float], minutes: float, speed_kmh: float = 0, marks: int = 0
) -> Progress:
    """Report the truck somewhere and look a minute later."""
    values: dict[str, Any] = {
        "recorded_at": at(minutes),
        "received_at": at(minutes),
        "seq": 1,
        "latitude_deg": where[0],
        "longitude_deg": where[1],
        "speed_kmh": speed_kmh,
        "soc_percent": 50,
        "marks": marks,
    }
    TruckState.objects.update_or_create(truck=truck, defaults=values)
    return advance_trips(now=at(minutes))


def states(shuttle: Shuttle) -> list[str]:
    return list(shuttle.trips.values_list("state", flat=True))


def test_a_shuttle_has_three_trips_ahead_to_and_fro_with_its_loads(shuttle: Shuttle) -> None:
    assert extend_shuttles(now=NOW) == 3
    assert extend_shuttles(now=NOW) == 0
    there, back, again = shuttle.trips.all()
    assert (there.origin, there.destination) == (shuttle.origin, shuttle.destination)
    assert (back.origin, back.destination) == (shuttle.destination, shuttle.origin)
    assert (again.origin, again.destination) == (shuttle.origin, shuttle.destination)
    assert [trip.load_kg for trip in (there, back, again)] == [31_000, 500, 31_000]
    assert {trip.truck_id for trip in (there, back, again)} == {shuttle.truck_id}
    assert there.ready_at < back.ready_at < again.ready_at


def test_a_shuttle_goes_on_from_where_its_last_trip_ends(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    first, second, third = shuttle.trips.all()
    Trip.objects.filter(pk=first.pk).update(state="done")
    Trip.objects.filter(pk=third.pk).update(state="cancelled")
    assert extend_shuttles(now=NOW) == 2
    ahead = shuttle.trips.filter(state="planned")
    assert [trip.origin_id for trip in ahead] == [
        shuttle.destination_id,
        shuttle.origin_id,
        shuttle.destination_id,
    ]
    assert second in ahead


def test_an_ended_shuttle_makes_no_more_trips(shuttle: Shuttle) -> None:
    Shuttle.objects.update(is_active=False)
    assert extend_shuttles(now=NOW) == 0
    Shuttle.objects.update(is_active=True)
    Truck.objects.update(is_active=False)
    assert extend_shuttles(now=NOW) == 0


def test_a_trip_goes_from_loading_to_done_and_the_next_one_follows(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    truck = shuttle.truck
    assert seen(truck, MINE, 1) == Progress(0, 0, 1, 0)
    assert seen(truck, ROAD, 10, 60) == Progress(0, 0, 0, 1)
    assert states(shuttle) == ["underway", "planned", "planned"]
    assert seen(truck, PORT, 50, 30) == NOTHING, "still rolling"
    assert seen(truck, PORT, 52) == Progress(1, 0, 0, 0)
    assert seen(truck, PORT, 60) == NOTHING, "unloading"
    assert seen(truck, PORT, 82) == Progress(0, 1, 1, 0)
    assert seen(truck, ROAD, 90, 60) == Progress(0, 0, 0, 1)
    first, second, _ = shuttle.trips.all()
    assert (first.state, second.state) == ("done", "underway")
    assert (first.loading_at, first.left_at, first.arrived_at) == (at(1), at(10), at(52))
    assert (second.loading_at, second.left_at) == (at(82), at(90))


def test_a_truck_that_drives_off_early_has_done_its_trip_and_begun_the_next(
    shuttle: Shuttle,
) -> None:
    extend_shuttles(now=NOW)
    for where, minutes in ((MINE, 1), (ROAD, 10), (PORT, 50)):
        seen(shuttle.truck, where, minutes)
    assert seen(shuttle.truck, ROAD, 60, 60).done == 1
    assert states(shuttle)[0] == "done"


def test_a_truck_never_seen_at_the_origin_has_not_left_it(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    assert seen(shuttle.truck, ROAD, 10, 60) == NOTHING
    assert seen(shuttle.truck, PORT, 20) == NOTHING
    assert states(shuttle) == ["planned"] * 3


def test_a_truck_that_was_silent_on_the_way_arrives_all_the_same(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    seen(shuttle.truck, MINE, 1)
    assert seen(shuttle.truck, PORT, 60) == Progress(0, 0, 0, 1)
    assert advance_trips(now=at(61)) == Progress(1, 0, 0, 0)


def test_a_stale_state_changes_nothing(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    seen(shuttle.truck, MINE, 1)
    seen(shuttle.truck, ROAD, 10)
    for minutes in (30, 600):
        assert advance_trips(now=at(minutes)) == NOTHING
    assert seen(shuttle.truck, PORT, 9) == NOTHING, "reported before it left"


def test_an_implausible_position_moves_no_trip(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    assert seen(shuttle.truck, MINE, 1, marks=Mark.IMPLAUSIBLE_POSITION) == NOTHING
    assert seen(shuttle.truck, MINE, 2, marks=Mark.IMPLAUSIBLE_CHARGE).loading == 1


def test_a_truck_does_not_leave_before_its_trip_may(shuttle: Shuttle) -> None:
    extend_shuttles(now=at(30))
    seen(shuttle.truck, MINE, 1)
    assert seen(shuttle.truck, ROAD, 29) == NOTHING
    assert seen(shuttle.truck, ROAD, 30).left == 1


def test_progress_costs_four_statements_for_any_number_of_trucks(
    shuttle: Shuttle, django_assert_num_queries: Any
) -> None:
    extend_shuttles(now=NOW)
    seen(shuttle.truck, MINE, 1)
    with django_assert_num_queries(6):  # a savepoint around them
        advance_trips(now=at(2))


def test_a_swap_inside_the_fence_is_no_arrival(shuttle: Shuttle) -> None:
    extend_shuttles(now=NOW)
    seen(shuttle.truck, MINE, 1)
    seen(shuttle.truck, ROAD, 10)
    promise = make_assignment(shuttle.truck, state="swapping")
    assert seen(shuttle.truck, PORT, 50) == NOTHING
    SwapAssignment.objects.filter(pk=promise.pk).update(state="done", ended_at=at(55))
    assert seen(shuttle.truck, PORT, 56) == Progress(1, 0, 0, 0)
