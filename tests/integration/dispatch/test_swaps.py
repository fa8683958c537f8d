"""Packs change places at a station: the right ones, or nothing happens."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from dispatch.api.station_bodies import SwapAnswer
from dispatch.models import ChargeWindow, PackHold, SwapAssignment
from dispatch.services.gate.swaps import finish_swap_by_driver
from dispatch.services.promises.moves import move_assignment
from fleet.models import Pack, PackMove
from fleet.services.packs import Custody, take_into_transport
from telematics.models import Alarm, SlotState
from tests.builders import NOW, make_pack
from tests.integration.dispatch.station_day import (
    MINUTE,
    StationDay,
    set_clock,
    slot_number,
    state_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_the_right_swap_moves_packs_and_ends_the_assignment(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    held, old = assignment.holds.get().pack, Pack.objects.get(truck=assignment.truck)
    out_of, into = held.slot, day.slots[-2]
    set_clock(settings, 5)
    answer = day.swap(assignment)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"assignment": assignment.pk, "state": "done"}
    ended = SwapAssignment.objects.get(pk=assignment.pk)
    assert (ended.state, ended.ended_at) == ("done", NOW + 5 * MINUTE)
    assert list(Pack.objects.filter(truck=assignment.truck)) == [held]
    assert Pack.objects.get(slot=into) == old
    moves = PackMove.objects.filter(assignment_id=assignment.pk)
    assert {(move.pack_id, move.to_whereabouts, move.reason) for move in moves} == {
        (held.pk, "truck", "swap"),
        (old.pk, "slot", "swap"),
    }
    assert not PackHold.objects.filter(assignment=assignment, is_live=True).exists()
    state = SlotState.objects.get(slot=into)
    assert (state.pack_code, state.soc_percent) == (old.code, 21.0)
    assert SlotState.objects.get(slot=out_of).pack_code == ""
    assert ChargeWindow.objects.filter(slot=into, pack=old).exists()
    assert Alarm.objects.count() == 0


def test_the_wrong_pack_is_refused_with_what_is_expected_and_nothing_moves(
    settings: Settings,
) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    right, wrong = assignment.holds.get().pack, day.charged[0]
    set_clock(settings, 5)
    out = [{"position": 1, "code": wrong.code, "slot": slot_number(wrong)}]
    answer = day.swap(assignment, packs_out=out)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_pack")
    expected = answer.json()["expected"]
    assert expected["packs_out"] == [
        {"position": 1, "code": right.code, "slot": slot_number(right)}
    ]
    assert expected["packs_in"][0]["code"] == Pack.objects.get(truck=assignment.truck).code
    assert state_of(assignment) == "swapping"
    assert not PackMove.objects.filter(assignment_id=assignment.pk).exists()


def test_a_station_that_insists_is_believed_and_an_alarm_opens(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    wrong = day.charged[0]
    assert wrong.slot is not None
    set_clock(settings, 5)
    out = [{"position": 1, "code": wrong.code, "slot": wrong.slot.number}]
    answer = day.swap(assignment, packs_out=out, as_is=True)
    assert answer.json()["state"] == "done"
    assert list(Pack.objects.filter(truck=assignment.truck)) == [wrong]
    alarm = Alarm.objects.get(kind="wrong_pack", closed_at=None)
    assert (alarm.truck, alarm.station) == (assignment.truck, day.station)


def test_a_swap_that_left_a_position_empty_failed(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    old = Pack.objects.get(truck=assignment.truck)
    set_clock(settings, 5)
    answer = day.swap(assignment, packs_out=[], as_is=True)
    assert answer.json()["state"] == "failed"
    old.refresh_from_db()
    assert old.slot == day.slots[-2]
    assert not Pack.objects.filter(truck=assignment.truck).exists()


def test_what_a_station_saw_of_a_promise_called_off_is_recorded_and_the_promise_stays_so(
    settings: Settings,
) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    old = Pack.objects.get(truck=assignment.truck)
    move_assignment(assignment_id=assignment.pk, to="cancelled", now=NOW, reason="storm")
    set_clock(settings, 5)
    answer = day.swap(assignment, as_is=True)
    assert SwapAnswer(data=answer.json()).is_valid()
    assert answer.json()["state"] == "cancelled"
    old.refresh_from_db()
    assert old.slot == day.slots[-2]


def test_a_pack_nobody_registered_is_named_in_the_alarm(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    set_clock(settings, 5)
    stranger = [{"position": 1, "code": "TSTPB01A000000G3A9999999", "slot": 7}]
    answer = day.swap(assignment, packs_in=stranger, as_is=True)
    assert answer.json()["state"] == "done"
    assert "TSTPB01A000000G3A9999999" in Alarm.objects.get(closed_at=None).detail


def test_a_pack_put_into_a_full_slot_is_refused(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    old = Pack.objects.get(truck=assignment.truck)
    full = day.charged[-1].slot
    assert full is not None
    set_clock(settings, 5)
    came_in = [{"position": 1, "code": old.code, "slot": full.number, "soc_percent": 20}]
    answer = day.swap(assignment, packs_in=came_in)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert state_of(assignment) == "swapping"


def test_a_slot_the_station_has_not_is_refused(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    old = Pack.objects.get(truck=assignment.truck)
    came_in = [{"position": 1, "code": old.code, "slot": 99}]
    answer = day.swap(assignment, packs_in=came_in)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_slot")


def test_a_swap_without_check_in_is_refused_unless_the_station_insists() -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    body = day.exchange(assignment, finished_at=NOW.isoformat())
    answer = day.post("swaps", **body)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_now")
    assert answer.json()["state"] == "accepted"
    assert day.post("swaps", **body, as_is=True).json()["state"] == "done"
    assert Alarm.objects.count() == 0


def test_a_station_that_tells_of_a_swap_the_driver_ended_corrects_the_slots(
    settings: Settings,
) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    body = day.exchange(assignment)
    old = Pack.objects.get(truck=assignment.truck)
    set_clock(settings, 6)
    assert finish_swap_by_driver(assignment.pk, now=NOW + 6 * MINUTE).state == "done"
    old.refresh_from_db()
    assert old.slot is not None
    assert old.slot != day.slots[-2]
    assert day.post("swaps", **body).json()["state"] == "done"
    old.refresh_from_db()
    assert old.slot == day.slots[-2]


def test_old_news_of_a_swap_does_not_move_packs_back(settings: Settings) -> None:
    day = StationDay()
    assignment = day.promise(after=timedelta())
    day.check_in(assignment)
    body = day.exchange(assignment)
    old = Pack.objects.get(truck=assignment.truck)
    set_clock(settings, 5)
    day.post("swaps", **body)
    take_into_transport(old.pk, custody=Custody(at=NOW + 6 * MINUTE, reason="to another station"))
    set_clock(settings, 7)
    answer = day.post("swaps", **body)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_now")
    old.refresh_from_db()
    assert old.whereabouts == "transport"


def test_a_truck_with_two_packs_gets_both_or_is_refused(settings: Settings) -> None:
    day = StationDay(positions=2)
    assignment = day.promise(after=timedelta())
    make_pack(day.type, truck=assignment.truck, position=2)
    PackHold.objects.create(
        assignment=assignment, pack=day.charged.pop(0), position=2, during=assignment.occupies
    )
    day.check_in(assignment)
    set_clock(settings, 5)
    body = day.exchange(assignment)
    assert day.post("swaps", **{**body, "packs_out": body["packs_out"][:1]}).status_code == 409
    assert day.post("swaps", **body).json()["state"] == "done"
    assert Pack.objects.filter(truck=assignment.truck).count() == 2
