import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from dispatch.models import Trip
from dispatch.services.trips.orders import TripOrder, upsert_trips
from fleet.models import Job, Operator, Place, Truck, User
from tests.builders import (
    NOW,
    bearer,
    make_assignment,
    make_device,
    make_operator,
    make_place,
    make_region,
    make_station,
    make_truck,
    make_user,
)

URL = "/api/v1/fleet/trips"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


@dataclass
class Office:
    carrier: Operator
    truck: Truck
    origin: Place
    destination: Place
    headers: dict[str, str]

    def order(self, **fields: Any) -> dict[str, Any]:
        return {
            "external_id": "SO-1",
            "truck": self.truck.plate,
            "origin": self.origin.code,
            "destination": self.destination.code,
            "load_kg": 31_000,
            "ready_at": NOW.isoformat(),
            **fields,
        }

    def post(self, body: Any, path: str = "", **headers: str) -> Any:
        return Client().post(
            URL + path,
            json.dumps(body),
            content_type="application/json",
            headers=headers or self.headers,
        )

    def said(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.post(list(orders))
        assert answer.status_code == 200, answer.content
        verdicts: list[dict[str, Any]] = answer.json()["verdicts"]
        return verdicts


@pytest.fixture
def office() -> Office:
    carrier, region = make_operator(), make_region()
    return Office(
        carrier=carrier,
        truck=make_truck(carrier, region=region),
        origin=make_place(region),
        destination=make_place(region, operator=carrier),
        headers=bearer(make_device(carrier=carrier)),
    )


def test_a_trip_posted_again_is_the_same_trip(office: Office) -> None:
    due_at = (NOW + timedelta(hours=3)).isoformat()
    (created,) = office.said(office.order(due_at=due_at, dwell_s=600))
    assert created["verdict"] == "created"
    trip = Trip.objects.get()
    assert created["id"] == trip.pk
    assert (trip.carrier, trip.truck, trip.origin) == (office.carrier, office.truck, office.origin)
    assert (trip.load_kg, trip.ready_at, trip.dwell_s) == (31_000, NOW, 600)
    (again,) = office.said(office.order(due_at=due_at, dwell_s=600, truck=office.truck.vin))
    assert again == {"external_id": "SO-1", "verdict": "unchanged", "id": trip.pk}
    (changed,) = office.said(office.order(load_kg=20_000, truck=None))
    assert (changed["verdict"], changed["id"]) == ("updated", trip.pk)
    trip.refresh_from_db()
    assert (trip.load_kg, trip.truck, trip.due_at, trip.dwell_s) == (20_000, None, None, 1800)
    assert Trip.objects.count() == 1


def test_one_trip_alone_is_taken_too(office: Office) -> None:
    answer = office.post(office.order())
    assert answer.json()["verdicts"][0]["verdict"] == "created"


def test_the_path_says_whether_the_order_stood_in_an_array(office: Office) -> None:
    wrong = office.order(origin="nowhere")
    for body, path in ((wrong, "$.origin"), ([wrong], "$[0].origin")):
        (refused,) = office.post(body).json()["verdicts"]
        assert (refused["code"], refused["path"]) == ("unknown_place", path)


def test_bad_orders_are_refused_with_code_and_path_and_sink_no_other(office: Office) -> None:
    stranger = make_operator()
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"truck": make_truck(stranger).plate}, "unknown_truck", ".truck"),
        ({"truck": "冀B00000D"}, "unknown_truck", ".truck"),
        (
            {"origin": make_place(make_region(), operator=stranger).code},
            "unknown_place",
            ".origin",
        ),
        ({"destination": "nowhere"}, "unknown_place", ".destination"),
        ({"destination": office.origin.code}, "goes_nowhere", ".destination"),
        ({"due_at": NOW.isoformat()}, "due_before_ready", ".due_at"),
        ({"load_kg": -1}, "out_of_range", ".load_kg"),
        ({"ready_at": "2026-11-21T08:00:00"}, "bad_time", ".ready_at"),
        ({"external_id": ""}, "invalid", ".external_id"),
        ({"origin": "a\x00b"}, "invalid", ".origin"),
    ]
    orders = [office.order(**{"external_id": f"n{i}", **c[0]}) for i, c in enumerate(cases)]
    verdicts = office.said(*orders, office.order())
    assert [(v.get("code"), v.get("path")) for v in verdicts] == [
        *[(code, f"$[{i}]{path}") for i, (_, code, path) in enumerate(cases)],
        (None, None),
    ]
    assert [trip.external_id for trip in Trip.objects.all()] == ["SO-1"]


@pytest.mark.parametrize("state", ["underway", "done", "cancelled"])
def test_a_trip_under_way_or_over_is_not_changed(office: Office, state: str) -> None:
    office.said(office.order())
    Trip.objects.update(state=state)
    assert office.said(office.order())[0]["verdict"] == "unchanged"
    (refused,) = office.said(office.order(load_kg=1))
    assert (refused["verdict"], refused["code"]) == ("refused", "not_allowed_now")
    assert Trip.objects.get().load_kg == 31_000


def test_a_sold_truck_is_no_longer_the_carriers_to_send(office: Office) -> None:
    office.truck.tenures.filter(role="carrier").update(operator=make_operator())
    assert office.said(office.order())[0]["code"] == "unknown_truck"


def test_two_carriers_use_the_same_number_for_their_own_trips(office: Office) -> None:
    other = make_operator()
    order = office.order(truck=None, destination=make_place(make_region()).code)
    office.said(order)
    answer = office.post(order, **bearer(make_device(carrier=other)))
    assert answer.json()["verdicts"][0]["verdict"] == "created"
    assert Trip.objects.filter(external_id="SO-1").count() == 2
    page = Client().get(URL, headers=office.headers).json()
    assert [trip["id"] for trip in page["trips"]] == [Trip.objects.get(carrier=office.carrier).pk]


def test_a_trip_is_cancelled_once_with_its_reason(office: Office) -> None:
    office.said(office.order())
    for reason in ("ship delayed", "again"):
        answer = office.post({"reason": reason}, "/SO-1/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        assert answer.json()["cancel_reason"] == "ship delayed"
    assert office.post({"reason": "x"}, "/SO-2/cancel").json()["code"] == "unknown_trip"
    assert office.post({"reason": "x"}, "/a%00/cancel").status_code == 404
    assert office.post({}, "/SO-1/cancel").json()["code"] == "invalid"


def causes() -> list[str]:
    return [job.payload["cause"] for job in Job.objects.filter(name="dispatch.run_plan")]


def test_a_trip_ordered_or_cancelled_without_a_promise_waits_for_the_next_round(
    office: Office,
) -> None:
    office.said(office.order())
    office.said(office.order(load_kg=1))
    office.post({"reason": "x"}, "/SO-1/cancel")
    assert causes() == []


def test_a_trip_changed_under_a_promise_is_planned_again_at_once(office: Office) -> None:
    office.said(office.order())
    make_assignment(truck=office.truck)
    office.said(office.order())
    assert causes() == []
    office.said(office.order(truck=None))
    assert causes() == ["trip_changed"]


@pytest.mark.parametrize(
    ("state", "promised", "expected"),
    [
        ("planned", True, ["trip_changed"]),
        ("underway", False, ["trip_cancelled"]),
        ("done", True, []),
    ],
)
def test_a_trip_cancelled_under_way_or_under_a_promise_is_planned_again_at_once(
    office: Office, state: str, promised: bool, expected: list[str]
) -> None:
    office.said(office.order())
    Trip.objects.update(state=state)
    if promised:
        make_assignment(truck=office.truck)
    for _ in range(2):
        office.post({"reason": "ship delayed"}, "/SO-1/cancel")
    assert causes() == expected


def test_a_trip_that_is_done_cannot_be_cancelled(office: Office) -> None:
    office.said(office.order())
    Trip.objects.update(state="done")
    answer = office.post({"reason": "x"}, "/SO-1/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_now")
    assert answer.json()["state"] == "done"


def test_nobody_cancels_the_trip_of_another(office: Office) -> None:
    office.said(office.order())
    stranger = bearer(make_device(carrier=make_operator()))
    assert office.post({"reason": "x"}, "/SO-1/cancel", **stranger).status_code == 404
    assert Trip.objects.get().state == "planned"


def test_trips_come_in_pages_by_state(office: Office) -> None:
    office.said(*[office.order(external_id=f"SO-{i}") for i in range(150)])
    Trip.objects.filter(external_id="SO-149").update(state="done")
    first = Client().get(URL, {"state": "planned"}, headers=office.headers).json()
    assert len(first["trips"]) == 100
    rest = Client().get(URL, {"state": "planned", "after": first["next"]}, headers=office.headers)
    assert len(rest.json()["trips"]) == 49
    assert rest.json()["next"] is None
    bad = Client().get(URL, {"state": "asleep"}, headers=office.headers)
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (User.Role.DISPATCHER, 200, 200),
        (User.Role.FLEET_MANAGER, 200, 200),
        (User.Role.AUDITOR, 200, 403),
        (User.Role.DRIVER, 403, 403),
    ],
)
def test_people_of_the_carrier_use_their_session(
    office: Office, role: str, reads: int, writes: int
) -> None:
    client = Client()
    client.force_login(make_user(office.carrier, role))
    assert client.get(URL).status_code == reads
    answer = client.post(URL, office.order(), content_type="application/json")
    assert answer.status_code == writes
    assert Trip.objects.count() == (writes == 200)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_user(office.carrier, role))
    refused = careful.post(URL, office.order(external_id="x"), content_type="application/json")
    assert refused.status_code == 403
    assert not Trip.objects.filter(external_id="x").exists()


def test_others_are_kept_out(office: Office) -> None:
    assert office.post(office.order(), Authorization="").json()["code"] == "no_key"
    obu = bearer(make_device(truck=office.truck))
    assert office.post(office.order(), **obu).json()["code"] == "wrong_kind_of_key"
    station = make_station()
    keeper = Client()
    keeper.force_login(make_user(station.operator, User.Role.STATION_OPERATOR))
    assert keeper.get(URL).status_code == 403
    assert Trip.objects.count() == 0


def test_more_than_a_thousand_are_refused(office: Office) -> None:
    answer = office.post([office.order(external_id=f"SO-{i}") for i in range(1001)])
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many")
    assert Trip.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_trip_posted_at_once_is_made_once(office: Office) -> None:
    orders = [
        TripOrder(
            external_id=f"SO-{i}",
            truck=None,
            origin=office.origin.code,
            destination=office.destination.code,
            load_kg=1,
            ready_at=NOW,
        )
        for i in range(5)
    ]

    def post(_: int) -> list[str]:
        try:
            return [v.verdict for v in upsert_trips(orders, carrier=office.carrier, now=NOW)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        said = [verdict for verdicts in pool.map(post, range(4)) for verdict in verdicts]
    assert sorted(said) == ["created"] * 5 + ["unchanged"] * 15
    assert Trip.objects.count() == 5


@pytest.mark.parametrize("ready_at", ["0077-11-09T03:26:05Z", "2026-11-21T16:00:00+08:00"])
def test_times_are_answered_in_utc_however_old(office: Office, ready_at: str) -> None:
    office.said(office.order(ready_at=ready_at))
    (trip,) = Client().get(URL, headers=office.headers).json()["trips"]
    assert trip["ready_at"].endswith("Z")  # the zone of an ancient city has seconds, RFC 3339 none
    assert Trip.objects.get().ready_at.isoformat() == trip["ready_at"].replace("Z", "+00:00")
