"""A truck comes to a station: the right one goes into its lane, or waits."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from dispatch.models import DriverNotice, PackHold, SwapAssignment
from fleet.models import Pack, TruckSight
from fleet.services.packs import Custody, take_into_transport
from telematics.models import Downlink
from tests.builders import NOW
from tests.integration.dispatch.station_day import (
    MINUTE,
    StationDay,
    occupied,
    set_clock,
    slot_number,
    state_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_a_truck_on_time_goes_into_its_free_lane() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    answer = day.check_in(assignment)
    hold = assignment.holds.get()
    pack = Pack.objects.get(truck=assignment.truck)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "assignment": assignment.pk,
        "lane": 1,
        "state": "swapping",
        "hand_out": [{"position": 1, "code": hold.pack.code, "slot": slot_number(hold.pack)}],
        "expect_in": [{"position": 1, "code": pack.code}],
        "starts_at": NOW.isoformat(),
    }
    assert state_of(assignment) == "swapping"


@pytest.mark.parametrize("state", ["offered", "en_route", "arrived", "queued"])
def test_a_truck_is_let_in_from_every_state_on_its_way(state: str) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta(), state=state)
    assert day.check_in(assignment).json()["state"] == "swapping"


def test_an_offer_that_ran_out_is_not_taken_at_the_gate(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta(), state="offered")
    set_clock(settings, 3)
    answer = day.check_in(assignment)
    assert (answer.status_code, answer.json()["code"]) == (409, "offer_expired")
    assert state_of(assignment) == "offered"


def test_the_wrong_truck_is_refused_and_told_whose_code_it_is() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    answer = day.check_in(assignment, plate="冀B99999D")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_truck")
    assert answer.json()["plate"] == assignment.truck.plate
    assert answer["Content-Type"] == "application/problem+json"
    assert state_of(assignment) == "accepted"


def test_a_plate_may_be_written_with_a_dot_and_spaces() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    plate = assignment.truck.plate
    assert day.check_in(assignment, plate=f"{plate[:2]}·{plate[2:].lower()} ").status_code == 200


def test_a_code_of_another_station_is_unknown_here() -> None:
    assignment = StationDay().promise(after=timedelta())
    answer = StationDay().check_in(assignment)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_code")
    assert state_of(assignment) == "accepted"


def test_a_closed_lane_refuses_and_names_open_ones() -> None:
    day = StationDay(lanes=2)
    assignment = day.promise(after=timedelta())
    assert day.post("lanes/1/close", reason="gripper").status_code == 200
    answer = day.check_in(assignment, lane=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "lane_closed")
    assert answer.json()["open_lanes"] == [2]
    assert state_of(assignment) == "accepted"
    assert day.check_in(assignment).json()["lane"] == 2


def test_a_lane_that_reports_a_fault_refuses_until_it_is_opened() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.post("readings", recorded_at=NOW.isoformat(), lanes=[{"lane": 1, "state": "fault"}])
    assert day.check_in(assignment).json()["code"] == "lane_closed"
    day.post("lanes/1/open")
    assert day.check_in(assignment).status_code == 200


def test_a_lane_the_station_has_not_is_unknown() -> None:
    day = StationDay()
    answer = day.check_in(day.promise(after=timedelta()), lane=9)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_lane")


def test_a_second_truck_waits_until_the_first_is_through(settings: Settings) -> None:
    day = StationDay()
    first, second = day.promise(after=timedelta()), day.promise(after=5 * MINUTE)
    day.check_in(first)
    answer = day.check_in(second)
    assert answer.json()["state"] == "queued"
    assert answer.json()["starts_at"] == (NOW + 5 * MINUTE).isoformat()
    set_clock(settings, 4)
    assert day.swap(first, finished_at=(NOW + 4 * MINUTE).isoformat()).status_code == 200
    assert day.check_in(second).json()["state"] == "swapping"
    assert occupied(second) == (NOW + 4 * MINUTE, NOW + 9 * MINUTE)


def test_a_swap_that_takes_long_moves_the_trucks_behind_it_back(settings: Settings) -> None:
    day = StationDay()
    first, second = day.promise(after=timedelta()), day.promise(after=5 * MINUTE)
    third = day.promise(after=12 * MINUTE)
    day.check_in(first)
    set_clock(settings, 9)
    assert day.check_in(second).json()["starts_at"] == (NOW + 10 * MINUTE).isoformat()
    assert occupied(first) == (NOW, NOW + 10 * MINUTE)
    assert occupied(second) == (NOW + 10 * MINUTE, NOW + 15 * MINUTE)
    assert occupied(third) == (NOW + 15 * MINUTE, NOW + 20 * MINUTE)


def test_a_late_swap_shifts_promise_hold_sight_window_and_tells_the_driver(
    settings: Settings,
) -> None:
    day = StationDay()
    late, behind = day.promise(after=timedelta()), day.promise(after=5 * MINUTE)
    set_clock(settings, 3)
    day.check_in(late)
    moved = SwapAssignment.objects.get(pk=behind.pk)
    assert occupied(late) == (NOW + 3 * MINUTE, NOW + 8 * MINUTE)
    assert occupied(behind) == (NOW + 8 * MINUTE, NOW + 13 * MINUTE)
    assert moved.window.lower == behind.window.lower + 3 * MINUTE
    assert moved.leave_by_at == behind.leave_by_at + 3 * MINUTE
    assert moved.version == behind.version + 1
    hold = PackHold.objects.get(assignment=behind)
    assert hold.during.upper == NOW + 13 * MINUTE
    assert TruckSight.objects.get(assignment_id=behind.pk).during.upper == NOW + 13 * MINUTE
    notice = DriverNotice.objects.get(assignment=behind)
    assert (notice.kind, notice.body["late_s"]) == ("changed", 180)
    assert Downlink.objects.get(truck=behind.truck).body["version"] == moved.version


def test_an_early_truck_may_delay_a_taken_promise_by_two_minutes_at_most() -> None:
    day = StationDay()
    taken = day.promise(after=2 * MINUTE)
    early = day.promise(after=10 * MINUTE)
    answer = day.check_in(early)
    assert answer.json()["state"] == "queued"
    assert answer.json()["starts_at"] == (NOW + 10 * MINUTE).isoformat()
    assert occupied(taken) == (NOW + 2 * MINUTE, NOW + 7 * MINUTE)


def test_an_early_truck_goes_before_an_offer_nobody_took() -> None:
    day = StationDay()
    offer = day.promise(after=2 * MINUTE, state="offered")
    early = day.promise(after=10 * MINUTE)
    assert day.check_in(early).json()["state"] == "swapping"
    assert occupied(early) == (NOW, NOW + 5 * MINUTE)
    assert occupied(offer) == (NOW + 5 * MINUTE, NOW + 10 * MINUTE)


def test_an_early_truck_waits_for_packs_that_still_charge_till_its_promised_time(
    settings: Settings,
) -> None:
    day = StationDay()
    pack = day.charged[0]
    day.says(pack, soc_percent=40)
    assignment = day.promise(after=10 * MINUTE)
    assert day.check_in(assignment).json()["state"] == "queued"
    set_clock(settings, 10)
    assert day.check_in(assignment).json()["state"] == "swapping"


def test_a_promise_that_cannot_move_back_is_cancelled_and_planned_again(
    settings: Settings,
) -> None:
    day = StationDay()
    late, behind = day.promise(after=timedelta()), day.promise(after=5 * MINUTE)
    elsewhere = StationDay()
    other = elsewhere.promise(after=11 * MINUTE)
    SwapAssignment.objects.filter(pk=other.pk).update(truck=behind.truck)
    set_clock(settings, 3)
    assert day.check_in(late).json()["state"] == "swapping"
    assert state_of(behind) == "cancelled"
    assert not PackHold.objects.filter(assignment=behind, is_live=True).exists()


def test_a_truck_takes_another_lane_when_its_own_is_busy(settings: Settings) -> None:
    day = StationDay(lanes=2)
    first, second = day.promise(after=timedelta()), day.promise(after=5 * MINUTE)
    day.check_in(first)
    answer = day.check_in(second).json()
    assert (answer["state"], answer["lane"]) == ("swapping", 2)


def test_it_does_not_take_the_lane_a_driver_was_promised(settings: Settings) -> None:
    day = StationDay(lanes=2)
    first, second = day.promise(after=timedelta()), day.promise(after=5 * MINUTE)
    other = day.promise(after=6 * MINUTE, lane=2)
    day.check_in(first)
    set_clock(settings, 4)
    answer = day.check_in(second).json()
    assert (answer["state"], answer["lane"]) == ("queued", 1)
    assert occupied(other) == (NOW + 6 * MINUTE, NOW + 11 * MINUTE)


def test_a_swap_nobody_ended_keeps_the_lane_for_a_quarter_of_an_hour(settings: Settings) -> None:
    day = StationDay()
    forgotten, second = day.promise(after=timedelta()), day.promise(after=6 * MINUTE)
    day.check_in(forgotten)
    set_clock(settings, 14)
    assert day.check_in(second).json()["state"] == "queued"
    set_clock(settings, 16)
    assert day.check_in(second).json()["state"] == "swapping"


def test_a_promised_pack_that_is_gone_is_replaced_by_a_charged_one_at_the_gate() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    gone = assignment.holds.get().pack
    take_into_transport(gone.pk, custody=Custody(at=NOW, reason="to the workshop"))
    answer = day.check_in(assignment).json()
    assert answer["state"] == "swapping"
    pack = assignment.holds.get(is_live=True).pack
    assert answer["hand_out"] == [{"position": 1, "code": pack.code, "slot": slot_number(pack)}]
    assert pack == day.charged[0]


def test_a_truck_waits_if_there_is_no_pack_for_it_at_all() -> None:
    day = StationDay(slots=3)
    assignment = day.promise(after=timedelta())
    gone = assignment.holds.get().pack
    take_into_transport(gone.pk, custody=Custody(at=NOW, reason="to the workshop"))
    answer = day.check_in(assignment).json()
    assert (answer["state"], answer["hand_out"][0]["slot"]) == ("queued", None)
