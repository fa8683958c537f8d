"""The live map tells each user what it may see, and after that what changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse

from fleet.models import Closure, Truck, TruckSight, User
from telematics.models import SlotState, TruckState
from tests.builders import (
    NOW,
    make_assignment,
    make_device,
    make_operator,
    make_station,
    make_truck,
    make_user,
)
from tests.obu import post, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def ask(user: User, name: str, *arguments: int, **values: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(f"admin:dispatch_map_{name}", args=arguments), values)


def state(truck: Truck, *, received_at: datetime = NOW) -> TruckState:
    return TruckState.objects.create(
        truck=truck,
        recorded_at=received_at,
        received_at=received_at,
        seq=1,
        latitude_deg=39.123456,
        longitude_deg=118.5,
        speed_kmh=50.4,
        soc_percent=41.6,
    )


def test_a_truck_is_a_few_whole_numbers() -> None:
    carrier = make_operator()
    truck = make_truck(carrier)
    state(truck)
    body = ask(make_user(carrier), "now").json()
    assert body["trucks"] == {
        "id": [truck.pk],
        "at": [int(NOW.timestamp())],
        "lat": [3912346],
        "lon": [11850000],
        "soc": [42],
        "heading": [-1],
        "speed": [50],
    }
    assert body["cursor"] == NOW.isoformat()


def test_a_carrier_sees_its_own_and_a_station_who_comes() -> None:
    carrier, station = make_operator(), make_station()
    mine, strange = make_truck(carrier), make_truck()
    for truck in (mine, strange):
        state(truck)
    assert ask(make_user(carrier), "now").json()["trucks"]["id"] == [mine.pk]
    operator = make_user(station.operator, User.Role.STATION_OPERATOR)
    assert ask(operator, "now").json()["trucks"]["id"] == []
    coming = DateTimeTZRange(NOW - timedelta(minutes=1), NOW + timedelta(minutes=30))
    promise = make_assignment(mine, station)
    TruckSight.objects.create(
        truck=mine, operator=station.operator, during=coming, assignment_id=promise.pk
    )
    seen = ask(operator, "now").json()
    assert seen["trucks"]["id"] == [mine.pk]
    assert [row[0] for row in seen["stations"]] == [station.pk]
    assert ask(make_user(carrier), "now").json()["stations"] == []
    assert ask(operator, "truck", mine.pk).status_code == 200
    for name in ("truck", "track"):
        assert ask(operator, name, strange.pk).status_code == 404
    assert ask(operator, "track", mine.pk).status_code == 404, "the past is its carrier's"
    assert ask(operator, "then", at=NOW.isoformat()).json()["trucks"]["id"] == []


def test_after_the_first_answer_only_what_changed_is_told() -> None:
    carrier = make_operator()
    old, new = make_truck(carrier), make_truck(carrier)
    state(old, received_at=NOW - timedelta(minutes=1))
    user = make_user(carrier)
    cursor = ask(user, "now").json()["cursor"]
    state(new)
    body = ask(user, "now", since=cursor).json()
    assert body["trucks"]["id"] == [old.pk, new.pk], "what was seen a moment ago may come again"
    assert ask(user, "now", since=body["cursor"]).json()["trucks"]["id"] == [new.pk]


def test_stations_tell_ready_packs_waiting_trucks_and_open_lanes() -> None:
    station = make_station(lanes=2, slots=4)
    for slot, percent, fault in zip(
        station.slots.order_by("number"), (95.0, 95.0, 50.0, 99.0), ("", "", "", "E1"), strict=True
    ):
        SlotState.objects.create(
            slot=slot,
            recorded_at=NOW,
            received_at=NOW,
            pack_code=f"PACK{slot.number}",
            soc_percent=percent,
            fault_code=fault,
        )
    make_assignment(station=station, state="queued")
    user = make_user(station.operator, User.Role.STATION_OPERATOR)
    assert ask(user, "now").json()["stations"] == [[station.pk, 2, 1, 2, 2]]
    since = DateTimeTZRange(NOW, None)
    Closure.objects.create(station=station, lane=station.lanes.first(), during=since, reason="x")
    assert ask(user, "now").json()["stations"] == [[station.pk, 2, 1, 1, 2]]
    Closure.objects.create(station=station, during=since, reason="power cut")
    assert ask(user, "now").json()["stations"] == [[station.pk, 2, 1, 0, 2]]


def test_then_is_what_history_says_of_that_time() -> None:
    device = make_device()
    assert device.truck is not None
    user = make_user(is_superuser=True)
    for minutes, latitude_deg in ((50, 39.01), (20, 39.02), (0, 39.03)):
        post(device, report(100 - minutes, 60 * minutes, latitude_deg=latitude_deg))
    for minutes, lat in ((30, [3901000]), (20, [3902000]), (1, [3902000]), (55, [])):
        at = NOW - timedelta(minutes=minutes)
        assert ask(user, "then", at=at.isoformat()).json()["trucks"]["lat"] == lat, minutes
    points = ask(user, "track", device.truck.pk).json()["points"]
    assert [point[1] for point in points] == [3901000, 3902000, 3903000]


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_other_times_are_refused(at: str) -> None:
    assert ask(make_user(is_superuser=True), "then", at=at).status_code == 400


def test_what_is_not_signed_in_sees_nothing() -> None:
    for name in ("map", "now", "then", "plates"):
        url = reverse("admin:dispatch_map" + ("" if name == "map" else f"_{name}"))
        assert Client().get(url).status_code == 302
