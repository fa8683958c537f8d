"""The day board shows what is, and steering it changes what the planner may use."""

from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import ChargeWindow, SwapAssignment
from dispatch.selectors.arrival_list import arrivals_ahead
from dispatch.selectors.bars import AHEAD, BACK, BAR_PX, Axis, Row
from dispatch.selectors.board import station_board
from dispatch.services.gate.closed_lanes import LEAVE_TASK
from dispatch.services.plans.replans import PLAN_TASK
from fleet.models import Closure, Job, Operator, SwapStation, User
from fleet.services.stations import block_slot, close_lane
from telematics.models import SlotState
from tests.builders import (
    NOW,
    make_assignment,
    make_hold,
    make_operator,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_the_axis_cuts_what_lies_outside() -> None:
    axis = Axis(NOW)

    assert axis.left(NOW) == 25
    assert axis.bar("ready", NOW - BACK * 2, NOW - BACK) is None
    whole = axis.bar("ready", None, None)
    assert whole is not None
    assert (whole.left, whole.width) == (0, 100)
    later = axis.bar("ready", NOW + AHEAD / 2, None)
    assert later is not None
    assert later.left + later.width == 100
    assert [at.hour for _, at in axis.hours()] == [6, 7, 8, 9, 10, 11, 12, 13]


@given(
    spans=st.lists(
        st.tuples(st.integers(-150, 400), st.integers(1, 200), st.sampled_from(["", "冀B12345D"])),
        max_size=30,
    )
)
def test_no_bar_or_label_is_drawn_over_another(spans: list[tuple[int, int, str]]) -> None:
    axis = Axis(NOW)
    row = Row(what="lane-1", name="L1", number=1, state="free")
    for start, lasts, label in spans:
        begins = NOW + timedelta(minutes=start)
        row.add(axis.bar("ready", begins, begins + timedelta(minutes=lasts), label=label))

    bars = row.stacked().bars
    for one, other in combinations(bars, 2):
        if one.sub == other.sub:
            assert one.right <= other.left + 1e-6 or other.right <= one.left + 1e-6
        assert one.sub == other.sub or abs(one.y - other.y) > BAR_PX
    assert all(bar.y + BAR_PX <= row.height for bar in bars)


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
    SlotState.objects.create(
        slot=slot, recorded_at=NOW, received_at=NOW, soc_percent=64, pack_code=pack.code
    )

    with translation.override("zh-hans"):
        board = station_board(station, now=NOW)

    lane, first = board.lanes[0], board.slots[0]
    assert {bar.kind: bar.href for bar in lane.bars} == {
        "offered": reverse("admin:dispatch_swapassignment_change", args=[swap.pk]),
        "blocked": reverse("admin:fleet_closure_change", args=[Closure.objects.get().pk]),
    }
    assert lane.is_blocked
    assert {bar.kind: bar.href for bar in first.bars} == {
        "charging": reverse("admin:fleet_pack_change", args=[pack.pk]),
        "promised": reverse("admin:dispatch_swapassignment_change", args=[swap.pk]),
    }
    assert (first.state, first.is_stale) == ("64 %", False)
    assert [(row.reason, why) for row, why in board.closures] == [("maintenance", "检修")]


@pytest.mark.parametrize(
    ("state", "eta_min", "drift"),
    [("accepted", 28, 0), ("en_route", 34, 4), ("accepted", 16, -4), ("arrived", 90, 0)],
)
def test_the_work_list_says_drift_and_minutes_to_ready(
    state: str, eta_min: int, drift: int
) -> None:
    station = make_station()
    truck = make_truck(region=station.region)
    eta = NOW + timedelta(minutes=eta_min)
    swap = make_assignment(truck=truck, station=station, state=state, eta=eta)
    slots = list(station.slots.order_by("number"))[:2]
    packs = [make_pack(truck.model.pack_type, slot=slot) for slot in slots]
    make_hold(swap, packs[0])
    ready = {packs[0].pk: NOW + timedelta(minutes=12)}

    (due,) = arrivals_ahead(station, ready=ready, now=NOW)

    assert (due.drift_min, due.minutes_off, due.ready_min) == (drift, eta_min, 12)
    assert due.early_min == max(0, -drift)
    assert [(pack.place, pack.code) for pack in due.packs] == [("S1", packs[0].code)]
    (unknown,) = arrivals_ahead(station, ready={}, now=NOW)
    assert (unknown.ready_min, unknown.late_packs) == (None, True)


def test_the_work_list_is_the_next_ten(django_assert_num_queries: Any) -> None:
    station = make_station()
    for k in range(12):
        start = NOW + timedelta(minutes=30 + 10 * k)
        make_assignment(truck=make_truck(region=station.region), station=station, start=start)

    with django_assert_num_queries(2):
        listed = arrivals_ahead(station, ready={}, now=NOW)
    starts = [arrival.assignment.occupies.lower for arrival in listed]
    assert (len(starts), starts) == (10, sorted(starts))


def test_the_board_asks_as_much_for_forty_slots_as_for_four(
    django_assert_max_num_queries: Any,
) -> None:
    station = make_station(slots=40, lanes=3)
    kind = make_pack_type()
    for slot in station.slots.all():
        pack = make_pack(kind, slot=slot)
        SlotState.objects.create(
            slot=slot, recorded_at=NOW, received_at=NOW, soc_percent=30, pack_code=pack.code
        )
    with django_assert_max_num_queries(20):
        assert len(station_board(station, now=NOW).slots) == 40


def test_an_old_reading_is_shown_as_stale() -> None:
    station = make_station()
    slot = station.slots.get(number=1)
    make_pack(slot=slot)
    old = NOW - timedelta(minutes=6)
    SlotState.objects.create(slot=slot, recorded_at=old, received_at=old, soc_percent=64)

    assert station_board(station, now=NOW).slots[0].is_stale


def test_the_body_is_sent_again_only_when_something_changed(client: Client) -> None:
    station = make_station()
    make_pack(slot=station.slots.get(number=1))
    client.force_login(_operator_of(station.operator))
    url = reverse("admin:dispatch_board_body", args=[station.pk])
    tags = [client.get(url).headers["ETag"]]

    def is_new() -> bool:
        again = client.get(url, headers={"if-none-match": tags[-1]})
        assert again.status_code in {200, 304}
        tags.append(again.headers["ETag"])
        return again.status_code == 200

    assert not is_new()
    truck = make_truck(region=station.region)
    swap = make_assignment(truck=truck, station=station)
    assert is_new()
    SwapAssignment.objects.filter(pk=swap.pk).update(eta=NOW + timedelta(minutes=50))
    assert is_new()
    slot = station.slots.get(number=1)
    SlotState.objects.create(slot=slot, recorded_at=NOW, received_at=NOW, soc_percent=64)
    assert is_new()
    block_slot(station.slots.get(number=2), reason="safety", by=None, now=NOW)
    assert is_new()
    close_lane(station.lanes.get(), reason="safety", by=None, now=NOW)
    assert is_new()
    assert not is_new()


def _operator_of(station_operator: Operator) -> User:
    return make_user(station_operator, User.Role.STATION_OPERATOR)


def act(client: Client, station: SwapStation, what: str, verb: str, **more: Any) -> Any:
    url = reverse("admin:dispatch_board_act", args=[station.pk])
    body = {"id": str(uuid4()), "what": what, "verb": verb, "reason": "robot fault", **more}
    return client.post(url, body, content_type="application/json")


@pytest.mark.parametrize("what", ["station", "lane-1"])
def test_closing_needs_a_reason_and_plans_again(client: Client, what: str) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))

    refused = act(client, station, what, "close", reason=" ")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert not Closure.objects.exists()
    assert not Job.objects.exists()

    assert act(client, station, what, "close").json()["undo"] == "open"
    closure = Closure.objects.get()
    assert (closure.reason, NOW + timedelta(hours=3) in closure.during) == ("robot fault", True)
    assert Job.objects.get(name=PLAN_TASK).payload["region_id"] == station.region_id
    assert Job.objects.get(name=LEAVE_TASK).payload["station_id"] == station.pk

    assert act(client, station, what, "open").status_code == 200
    assert not Closure.objects.filter(during__contains=NOW + timedelta(hours=3)).exists()


def test_a_slot_is_blocked_and_freed(client: Client) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))

    act(client, station, "slot-3", "close", reason="hot")
    assert station.slots.get(number=3).block_reason == "hot"
    act(client, station, "slot-3", "open", reason="cool")
    assert not station.slots.get(number=3).is_blocked


def test_an_act_sent_again_happens_once(client: Client) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))
    again = {"id": str(uuid4())}

    first = act(client, station, "slot-3", "close", **again)
    act(client, station, "slot-3", "open")
    assert act(client, station, "slot-3", "close", **again).json() == first.json()
    assert not station.slots.get(number=3).is_blocked
    other = act(client, station, "slot-4", "close", **again)
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert not station.slots.get(number=4).is_blocked


@pytest.mark.parametrize(
    ("what", "verb", "code"),
    [
        ("lane-9", "close", "unknown_lane"),
        ("slot-99", "close", "unknown_slot"),
        ("lane-x", "open", "unknown_lane"),
        ("moon", "close", "unknown_act"),
        ("station", "explode", "unknown_act"),
    ],
)
def test_an_act_on_nothing_is_refused_with_a_code(
    client: Client, what: str, verb: str, code: str
) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))

    refused = act(client, station, what, verb)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert refused.json()["type"].endswith(f"/problems/{code}")


def test_people_are_told_a_refusal_in_their_language(client: Client) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))
    for language in ("zh-hans", "en"):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        refused = act(client, station, "lane-9", "close").json()
        is_chinese = any("一" <= each <= "鿿" for each in refused["detail"])
        assert is_chinese == (language == "zh-hans"), refused


@pytest.mark.parametrize("body", ["", "[]", "{", '{"id": 1}', "x" * 20_000])
def test_a_body_that_is_no_act_is_refused(client: Client, body: str) -> None:
    station = make_station()
    client.force_login(_operator_of(station.operator))
    url = reverse("admin:dispatch_board_act", args=[station.pk])

    assert client.post(url, body, content_type="application/json").status_code == 400


def test_strangers_find_no_board_and_steer_nothing(client: Client) -> None:
    station = make_station()
    stranger = make_operator(Operator.Kind.STATION_OPERATOR)
    client.force_login(_operator_of(stranger))

    assert client.get(reverse("admin:dispatch_board", args=[station.pk])).status_code == 404
    assert client.get(reverse("admin:dispatch_board_body", args=[station.pk])).status_code == 404
    assert act(client, station, "station", "close").status_code == 404
    assert not Closure.objects.exists()


def test_an_auditor_looks_but_steers_nothing(client: Client) -> None:
    station = make_station()
    client.force_login(make_user(station.operator, User.Role.AUDITOR))

    page = client.get(reverse("admin:dispatch_board", args=[station.pk]))
    assert page.status_code == 200
    assert b"data-what" not in page.content
    assert act(client, station, "station", "close").status_code == 403
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
