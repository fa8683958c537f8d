"""What a station says of its slots and lanes: each item kept once, the live state only forward."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fleet.models import Job, Slot, SwapStation
from telematics.models import Alarm, LaneState, SlotReading, SlotState
from tests.builders import (
    NOW,
    bearer,
    make_device,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_truck_model,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
MINUTE = timedelta(minutes=1)


class Controller:
    """The controller of a station with two slots and what it sends."""

    def __init__(self) -> None:
        self.station: SwapStation = make_station(slots=3)
        self.type = make_pack_type(capacity_wh=282_000)
        self.headers = bearer(make_device(station=self.station))
        self.slot, self.second, self.third = self.station.slots.order_by("number")
        self.pack = make_pack(self.type, slot=self.slot)

    def send(self, body: Any, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client().post(
            "/api/v1/station/readings",
            data,
            content_type="application/json",
            headers={**self.headers, **headers},
        )

    def says(self, age: timedelta = timedelta(), lanes: Any = (), **slot: Any) -> list[Any]:
        slots = [{"slot": 1, "pack_code": self.pack.code, "soc_percent": 50, **slot}]
        recorded_at = (NOW - age).isoformat()
        answer = self.send(
            {"recorded_at": recorded_at, "slots": [] if lanes else slots, "lanes": list(lanes)}
        )
        assert answer.status_code == 200, answer.content
        verdicts: list[Any] = answer.json()["verdicts"]
        return verdicts

    def state(self) -> SlotState:
        return SlotState.objects.get(slot=self.slot)


def open_alarms(slot: Slot) -> list[tuple[str, int]]:
    return list(
        Alarm.objects.filter(slot=slot, closed_at=None)
        .order_by("kind")
        .values_list("kind", "level")
    )


def charge_plans() -> int:
    return Job.objects.filter(name="dispatch.plan_charging").count()


def test_a_reading_is_kept_and_moves_the_live_state() -> None:
    station = Controller()
    verdicts = station.says(power_kw=240, temperature_c=31.5, soh_percent=97)
    assert verdicts == [{"slot": 1, "verdict": "stored"}]
    state = station.state()
    assert (state.pack_code, state.soc_percent, state.soh_percent) == (station.pack.code, 50, 97)
    assert (state.power_kw, state.temperature_c, state.recorded_at) == (240, 31.5, NOW)
    assert SlotReading.objects.count() == 1


def test_items_may_leave_out_what_others_say() -> None:
    station = Controller()
    slots = [{"slot": 1, "pack_code": station.pack.code, "soc_percent": 40, "power_kw": 240.5}]
    answer = station.send({"recorded_at": NOW.isoformat(), "slots": [*slots, {"slot": 2}]})
    assert [each["verdict"] for each in answer.json()["verdicts"]] == ["stored", "stored"]


def test_a_reading_sent_again_is_a_duplicate() -> None:
    station = Controller()
    station.says()
    assert station.says()[0]["verdict"] == "duplicate"
    assert SlotReading.objects.count() == 1


def test_an_older_reading_goes_into_history_only() -> None:
    station = Controller()
    station.says()
    assert station.says(age=MINUTE, soc_percent=10)[0]["verdict"] == "late"
    assert station.state().soc_percent == 50
    assert SlotReading.objects.count() == 2


def test_one_bad_item_never_sinks_the_others() -> None:
    station = Controller()
    answer = station.send(
        {
            "recorded_at": NOW.isoformat(),
            "slots": [
                {"slot": 1, "pack_code": station.pack.code, "soc_percent": 50},
                {"slot": 2, "pack_code": None, "soc_percent": 400},
                {"slot": 2, "pack_code": "TSTPB01A000000G3A9999999"},
                {"slot": 77},
                {"slot": 1},
                {"slot": 3, "soc_percent": "50"},
            ],
        }
    )
    verdicts = answer.json()["verdicts"]
    found = {(each["slot"], each["verdict"], each.get("code")) for each in verdicts}
    assert found == {
        (1, "stored", None),
        (2, "refused", "invalid"),
        (2, "refused", "unknown_pack"),
        (77, "refused", "unknown_slot"),
        (1, "refused", "named_twice"),
        (3, "refused", "invalid"),
    }
    paths = {each["path"] for each in verdicts if "path" in each}
    assert paths == {"$.slots[1].soc_percent", "$.slots[5].soc_percent"}
    assert SlotReading.objects.count() == 1


def test_a_clock_a_minute_ahead_is_refused_and_named() -> None:
    station = Controller()
    assert station.says(age=-2 * MINUTE)[0]["code"] == "clock_ahead"
    assert station.says(age=-MINUTE)[0]["verdict"] == "stored"


def test_another_stations_slots_are_out_of_reach() -> None:
    station, other = Controller(), Controller()
    station.says(soc_percent=50)
    assert not SlotState.objects.filter(slot=other.slot).exists()


def test_a_fault_opens_one_alarm_and_its_end_closes_it() -> None:
    station = Controller()
    station.says(age=3 * MINUTE, fault_code="E42")
    station.says(age=2 * MINUTE, fault_code="E42")
    assert open_alarms(station.slot) == [("slot_fault", 1)]
    station.says(age=MINUTE)
    assert open_alarms(station.slot) == []
    assert Alarm.objects.count() == 1


@pytest.mark.parametrize(("temperature_c", "level"), [(54, 0), (55, 2), (65, 3)])
def test_heat_opens_an_alarm_by_degree(temperature_c: float, level: int) -> None:
    station = Controller()
    station.says(temperature_c=temperature_c)
    assert open_alarms(station.slot) == ([("slot_fault", level)] if level else [])


def test_a_late_fault_rings_no_present_alarm() -> None:
    station = Controller()
    station.says()
    station.says(age=MINUTE, fault_code="E42", temperature_c=80)
    assert Alarm.objects.count() == 0


def test_a_pack_the_books_have_elsewhere_opens_an_alarm_and_is_kept() -> None:
    station = Controller()
    elsewhere = make_pack(station.type, slot=station.second)
    verdicts = station.says(age=MINUTE, pack_code=elsewhere.code)
    assert verdicts[0]["verdict"] == "stored"
    assert station.state().pack_code == elsewhere.code
    assert open_alarms(station.slot) == [("wrong_pack", 2)]
    assert elsewhere.code in Alarm.objects.get().detail
    station.says()
    assert open_alarms(station.slot) == []


def test_a_swap_under_way_rings_no_alarm_for_ten_minutes() -> None:
    station = Controller()
    truck = make_truck(model=make_truck_model(station.type))
    coming = make_pack(station.type, truck=truck)
    station.says(age=11 * MINUTE, pack_code=coming.code)
    station.says(age=2 * MINUTE, pack_code=coming.code)
    assert open_alarms(station.slot) == []
    station.says(pack_code=coming.code)
    assert open_alarms(station.slot) == [("wrong_pack", 2)]


def test_a_pack_that_is_gone_rings_after_ten_minutes() -> None:
    station = Controller()
    station.says(age=12 * MINUTE, pack_code=None, soc_percent=None)
    assert open_alarms(station.slot) == []
    station.says(age=MINUTE, pack_code=None, soc_percent=None)
    assert open_alarms(station.slot) == [("wrong_pack", 2)]


def test_a_charge_as_expected_asks_for_no_new_charge_plan() -> None:
    station = Controller()
    station.says(age=10 * MINUTE, power_kw=282, soc_percent=40)
    assert charge_plans() == 1  # the first word of a slot
    station.says(age=5 * MINUTE, power_kw=282, soc_percent=48.3)
    assert charge_plans() == 1
    station.says(power_kw=0, soc_percent=54.0)
    assert charge_plans() == 2


@pytest.mark.parametrize("change", [{"fault_code": "E42"}, {"pack_code": None}])
def test_a_fault_or_another_pack_asks_for_a_new_charge_plan(change: dict[str, Any]) -> None:
    station = Controller()
    station.says(age=MINUTE)
    station.says(**change)
    assert charge_plans() == 2


def test_lanes_have_a_live_state_that_moves_forward() -> None:
    station = Controller()
    lanes = [{"lane": 1, "state": "fault", "fault_code": "gripper"}, {"lane": 4, "state": "free"}]
    found = {(each["lane"], each["verdict"]) for each in station.says(lanes=lanes)}
    assert found == {(1, "stored"), (4, "refused")}
    older = station.says(age=MINUTE, lanes=[{"lane": 1, "state": "free"}])
    again = station.says(lanes=[{"lane": 1, "state": "free"}])
    assert [older[0]["verdict"], again[0]["verdict"]] == ["late", "duplicate"]
    state = LaneState.objects.get()
    assert (state.state, state.fault_code) == ("fault", "gripper")


def test_a_lane_that_fails_or_works_again_is_planned_for_at_once() -> None:
    station = Controller()
    plans = Job.objects.filter(name="dispatch.run_plan")
    station.says(age=2 * MINUTE, lanes=[{"lane": 1, "state": "busy"}])
    assert plans.count() == 0
    station.says(age=MINUTE, lanes=[{"lane": 1, "state": "fault"}])
    assert plans.get().payload == {"region_id": station.station.region_id, "cause": "lane_state"}


def test_gzip_is_accepted_and_a_bomb_is_not() -> None:
    station = Controller()
    body = json.dumps({"recorded_at": NOW.isoformat(), "slots": [{"slot": 1}]}).encode()
    zipped = {"Content-Encoding": "gzip"}
    assert station.send(gzip.compress(body), **zipped).json()["verdicts"][0]["verdict"] == "stored"
    bomb = station.send(gzip.compress(b" " * (9 << 20)), **zipped)
    assert (bomb.status_code, bomb.json()["code"]) == (413, "too_large")
    for broken, headers in (
        (b"no gzip", zipped),
        (gzip.compress(body)[:-9], zipped),
        (body, {"Content-Encoding": "br"}),
    ):
        answer = station.send(broken, **headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "bad_encoding")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not_json"),
        (b'{"recorded_at": NaN}', "not_json"),
        (b"\xff", "not_json"),
        (b"[]", "invalid"),
        (b'{"slots": []}', "invalid"),
        (b'{"recorded_at": "2026-11-21T08:00:00Z", "slots": [7]}', "invalid"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(body: bytes, code: str) -> None:
    answer = Controller().send(body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_more_items_than_any_station_has_are_refused() -> None:
    slots = [{"slot": n} for n in range(1, 502)]
    answer = Controller().send({"recorded_at": NOW.isoformat(), "slots": slots})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_number_of_queries_does_not_grow_with_the_slots() -> None:
    station = Controller()
    counts = []
    for n, slots in enumerate(([1], [1, 2, 3]), start=1):
        body = {
            "recorded_at": (NOW + timedelta(seconds=n)).isoformat(),
            "slots": [{"slot": number, "soc_percent": 0} for number in slots],
        }
        with CaptureQueriesContext(connection) as queries:
            station.send(body)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 25


@pytest.mark.parametrize("lane", [None, False, "x", 1.5])
def test_a_lane_that_is_no_number_is_refused_and_not_repeated(lane: Any) -> None:
    body = {"recorded_at": NOW.isoformat(), "lanes": [{"lane": lane, "state": "free"}]}
    (verdict,) = Controller().send(body).json()["verdicts"]
    assert (verdict["lane"], verdict["path"]) == (None, "$.lanes[0].lane")
