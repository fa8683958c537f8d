"""The day board shows what is, and steering it changes what the planner may use."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse

from dispatch.models import ChargeWindow
from dispatch.selectors.board import AHEAD, BACK, Axis, station_board
from fleet.models import Closure, Job, Operator, User
from telematics.models import SlotState
from tests.builders import (
    NOW,
    make_assignment,
    make_hold,
    make_operator,
    make_pack,
    make_station,
    make_truck,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_the_axis_cuts_what_lies_outside() -> None:
    axis = Axis(NOW)

    assert axis.left(NOW) == 25
    assert axis.bar("x", NOW - BACK * 2, NOW - BACK, "") is None
    whole = axis.bar("x", None, None, "")
    assert whole is not None
    assert (whole.left, whole.width) == (0, 100)
    later = axis.bar("x", NOW + AHEAD / 2, None, "")
    assert later is not None
    assert later.left + later.width == 100


def test_the_board_draws_swaps_closures_charging_and_promises() -> None:
    truck = make_truck()
    station = make_station()
    swap = make_assignment(truck=truck, station=station)
    slot = station.slots.get(number=1)
    pack = make_pack(truck.model.pack_type, slot=slot)
    make_hold(swap, pack)
    hour = DateTimeTZRange(NOW, NOW + timedelta(hours=1))
    ChargeWindow.objects.create(slot=slot, pack=pack, during=hour, power_w=120_000)
    Closure.objects.create(station=station, during=hour, reason="maintenance")
    SlotState.objects.create(slot=slot, recorded_at=NOW, received_at=NOW, soc_percent=64)

    board = station_board(station, now=NOW)

    assert {bar.kind for bar in board.lanes[0].bars} == {"offered", "closed"}
    assert board.lanes[0].is_blocked
    assert {bar.kind for bar in board.slots[0].bars} == {"charging", "held"}
    assert (board.slots[0].state, board.slots[0].is_stale) == ("64 %", False)
    assert [arrival.packs for arrival in board.arrivals] == [["S1"]]
    assert [closure.reason for closure in board.closures] == ["maintenance"]


def test_an_old_reading_is_shown_as_stale() -> None:
    station = make_station()
    slot = station.slots.get(number=1)
    make_pack(slot=slot)
    old = NOW - timedelta(minutes=6)
    SlotState.objects.create(slot=slot, recorded_at=old, received_at=old, soc_percent=64)

    assert station_board(station, now=NOW).slots[0].is_stale


def _operator_of(station_operator: Operator) -> User:
    return make_user(station_operator, User.Role.STATION_OPERATOR)


@pytest.mark.parametrize("what", ["station", "lane-1"])
def test_closing_needs_a_reason_and_plans_again(client: Client, what: str) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))
    url = reverse("admin:dispatch_board_steer", args=[station.pk])

    client.post(url, {"what": what, "verb": "close", "reason": " "})
    assert not Closure.objects.exists()
    assert not Job.objects.exists()

    client.post(url, {"what": what, "verb": "close", "reason": "robot fault"})
    closure = Closure.objects.get()
    assert (closure.reason, NOW + timedelta(hours=3) in closure.during) == ("robot fault", True)
    assert Job.objects.get().payload["region_id"] == station.region_id

    client.post(url, {"what": what, "verb": "open", "reason": "mended"})
    assert not Closure.objects.filter(during__contains=NOW + timedelta(hours=3)).exists()


def test_a_slot_is_blocked_and_freed(client: Client) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))
    url = reverse("admin:dispatch_board_steer", args=[station.pk])

    client.post(url, {"what": "slot-3", "verb": "close", "reason": "hot"})
    assert station.slots.get(number=3).block_reason == "hot"
    client.post(url, {"what": "slot-3", "verb": "open", "reason": "cool"})
    assert not station.slots.get(number=3).is_blocked


def test_strangers_find_no_board_and_steer_nothing(client: Client) -> None:
    station = make_station()
    stranger = make_operator(Operator.Kind.STATION_OPERATOR)
    client.force_login(_operator_of(stranger))

    assert client.get(reverse("admin:dispatch_board", args=[station.pk])).status_code == 404
    url = reverse("admin:dispatch_board_steer", args=[station.pk])
    assert client.post(url, {"what": "station", "verb": "close", "reason": "x"}).status_code == 404
    assert not Closure.objects.exists()


def test_an_auditor_looks_but_steers_nothing(client: Client) -> None:
    station = make_station()
    client.force_login(make_user(station.operator, User.Role.AUDITOR))

    page = client.get(reverse("admin:dispatch_board", args=[station.pk]))
    assert page.status_code == 200
    assert b"board-steer" not in page.content
    url = reverse("admin:dispatch_board_steer", args=[station.pk])
    assert client.post(url, {"what": "station", "verb": "close", "reason": "x"}).status_code == 403
    assert not Closure.objects.exists()


def test_the_root_leads_to_the_start_page_and_only_station_people_to_the_board(
    client: Client,
) -> None:
    assert client.get("/").headers["Location"] == reverse("admin:index")
    link = reverse("admin:dispatch_boards")

    client.force_login(make_user())
    assert link not in client.get(reverse("admin:index")).content.decode()
    client.force_login(_operator_of(make_station().operator))
    assert link in client.get(reverse("admin:index")).content.decode()
