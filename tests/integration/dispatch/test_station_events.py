"""What a station sends and asks: who may, once each, and its own only."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from dispatch.models import SwapAssignment
from fleet.models import Job, PackMove
from telematics.models import StationEvent
from tests.builders import NOW, bearer, make_device
from tests.integration.dispatch.station_day import MINUTE, StationDay, set_clock, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_the_same_event_sent_again_gets_the_same_answer_and_happens_once() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    event = str(uuid4())
    first = day.check_in(assignment, event_id=event)
    again = day.check_in(assignment, event_id=event)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert StationEvent.objects.count() == 1
    assert SwapAssignment.objects.get(pk=assignment.pk).version == assignment.version + 2


def test_a_swap_sent_again_moves_packs_once(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    body = day.exchange(assignment, event_id=str(uuid4()))
    set_clock(settings, 5)
    first, again = day.post("swaps", **body), day.post("swaps", **body)
    assert (first.status_code, again.json()) == (200, first.json())
    assert PackMove.objects.filter(assignment_id=assignment.pk).count() == 2


def test_a_refusal_is_answered_the_same_too() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    event = str(uuid4())
    first = day.check_in(assignment, event_id=event, plate="冀B99999D")
    again = day.check_in(assignment, event_id=event, plate="冀B99999D")
    assert (again.status_code, again.json()) == (409, first.json())
    assert again["Content-Type"] == "application/problem+json"


def test_an_id_used_for_something_else_is_refused() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    event = str(uuid4())
    day.check_in(assignment, event_id=event, plate="冀B99999D")
    for answer in (
        day.check_in(assignment, event_id=event),
        day.post("lanes/1/open", event_id=event),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "id_reused")
    assert state_of(assignment) == "accepted"


@pytest.mark.parametrize("text", ["nul \0", "half a pair \ud800"])
def test_a_field_we_do_not_know_may_hold_what_no_row_can(text: str) -> None:
    day = StationDay()
    event = str(uuid4())
    first = day.post("lanes/1/open", event_id=event, firmware=text)
    again = day.post("lanes/1/open", event_id=event)
    assert (first.status_code, again.json()) == (200, first.json())
    assert StationEvent.objects.get().body == {"event_id": event}


def test_two_stations_may_use_the_same_id() -> None:
    event = str(uuid4())
    for _ in range(2):
        assert StationDay().post("lanes/1/open", event_id=event).status_code == 200


@pytest.mark.parametrize("kind", ["none", "obu", "unknown"])
def test_only_a_station_speaks_for_a_station(kind: str) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.headers = {
        "none": dict[str, str](),
        "obu": bearer(make_device()),
        "unknown": {"Authorization": "Bearer yz_stn_nobody"},
    }[kind]
    codes = {"none": "no_key", "obu": "wrong_kind_of_key", "unknown": "unknown_key"}
    for answer in (day.check_in(assignment), day.swap(assignment), day.get("arrivals")):
        assert (answer.status_code, answer.json()["code"]) == (401, codes[kind])
    assert state_of(assignment) == "accepted"


def test_a_station_sees_its_own_arrivals_only() -> None:
    day, other = StationDay(), StationDay()
    late, soon = day.promise(after=30 * MINUTE), day.promise(after=5 * MINUTE)
    other.promise(after=5 * MINUTE)
    body = day.get("arrivals").json()
    assert [row["assignment"] for row in body["arrivals"]] == [soon.pk, late.pk]
    assert body["arrivals"][0]["plate"] == soon.truck.plate
    hold = soon.holds.get()
    slot = hold.pack.slot
    assert slot is not None
    assert body["arrivals"][0]["packs"] == [
        {"position": 1, "code": hold.pack.code, "slot": slot.number}
    ]


def test_the_number_of_queries_for_arrivals_does_not_grow(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    day = StationDay()
    for n in range(4):
        day.promise(after=(5 + 10 * n) * MINUTE)
    with django_assert_max_num_queries(4):  # type: ignore[operator]  # the fixture is a function
        day.get("arrivals")


def test_bodies_that_are_no_json_or_lack_fields_are_problems() -> None:
    day = StationDay()
    url = "/api/v1/station/check-ins"
    answer = day.client.post(url, b"{", content_type="application/json", headers=day.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")
    answer = day.client.post(url, b"[]", content_type="application/json", headers=day.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    answer = day.client.post(url, {}, content_type="application/json", headers=day.headers)
    assert set(answer.json()["errors"]) == {"event_id", "check_in_code", "plate"}
    big = b'"' + b"x" * (1 << 20) + b'"'
    answer = day.client.post(url, big, content_type="application/json", headers=day.headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert StationEvent.objects.count() == 0


def test_a_lane_closes_once_and_counts_the_promises_that_lose_it() -> None:
    day = StationDay()
    day.promise(after=10 * MINUTE)
    day.promise(after=20 * MINUTE, state="offered")
    answer = day.post("lanes/1/close", reason="gripper")
    assert answer.json() == {"lane": 1, "closed_since": NOW.isoformat(), "moved": 2}
    assert day.station.closures.count() == 1
    day.post("lanes/1/close", reason="gripper again")
    assert day.station.closures.count() == 1
    assert day.post("lanes/1/open").json() == {"lane": 1}
    assert not day.station.closures.filter(during__contains=NOW).exists()
    assert day.post("lanes/9/close", reason="x").status_code == 404


def test_closing_a_lane_promises_a_plan_at_once() -> None:
    day = StationDay()
    day.post("lanes/1/close", reason="gripper")
    job = Job.objects.get(name="dispatch.run_plan")
    assert job.payload == {"region_id": day.station.region_id, "cause": "lane_closed"}


def test_a_closing_sent_again_later_does_not_close_the_lane_again() -> None:
    day = StationDay()
    event = str(uuid4())
    first = day.post("lanes/1/close", reason="gripper", event_id=event)
    day.post("lanes/1/open")
    again = day.post("lanes/1/close", reason="gripper", event_id=event)
    assert again.json() == first.json()
    assert not day.station.closures.filter(during__contains=NOW).exists()
