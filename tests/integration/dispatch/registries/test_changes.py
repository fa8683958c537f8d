"""Operators' own systems read what they own with a tag, and change it only as they saw it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Ban, SwapAssignment
from fleet.models import Closure, Job, Operator, Pack, SwapStation, Truck, User
from fleet.selectors.changes import changes_of
from fleet.services.stations import block_slot
from tests.builders import (
    NOW,
    make_assignment,
    make_hold,
    make_operator,
    make_pack,
    make_station,
    make_truck,
)
from tests.integration.dispatch.registries.desk import Desk, office, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
STATION_OPERATOR = User.Role.STATION_OPERATOR


@pytest.fixture
def carrier() -> Operator:
    return make_operator(code="haulage")


@pytest.fixture
def station() -> SwapStation:
    operator = make_operator(Operator.Kind.STATION_OPERATOR)
    return make_station(operator, lanes=2, slots=2)


@pytest.fixture
def gate(station: SwapStation) -> Desk:
    return person(station.operator, STATION_OPERATOR, username="wang")


def test_a_truck_is_read_with_its_tag_and_known_again(carrier: Operator) -> None:
    truck = make_truck(carrier)
    pack = make_pack(truck.model.pack_type, truck=truck)
    desk = office(carrier)
    answer = desk.get(f"trucks/{truck.pk}")
    facts = answer.json()
    assert (facts["plate"], facts["carrier"], facts["owner"]) == (truck.plate, "haulage", "haulage")
    assert facts["packs"] == [pack.code]
    assert answer["ETag"] == facts["etag"]
    (row,) = desk.read("trucks")["trucks"]
    assert row == facts

    for path in (f"trucks/{truck.pk}", "trucks"):
        etag = desk.get(path)["ETag"]
        for named in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            known = desk.get(path, **{"If-None-Match": named})
            assert (known.status_code, known.content, known["ETag"]) == (304, b"", etag)
        Truck.objects.filter(pk=truck.pk).update(reserve_percent=len(path))
        assert desk.get(path, **{"If-None-Match": etag}).status_code == 200


def test_a_change_needs_what_was_seen_and_a_reason(carrier: Operator) -> None:
    truck = make_truck(carrier)
    desk, path = person(carrier), f"trucks/{truck.pk}"
    etag = desk.read(path)["etag"]
    refusals: list[tuple[Any, dict[str, Any], int, str]] = [
        (None, {}, 428, "precondition_required"),
        ("*", {}, 428, "precondition_required"),
        ("nothing", {}, 428, "precondition_required"),
        ('"seen long ago"', {}, 412, "stale"),
        (f"W/{etag}", {}, 412, "stale"),
        (etag, {"reason": " "}, 400, "invalid"),
        (etag, {"reserve_percent": 61}, 400, "invalid"),
        (etag, {"vin": "x"}, 400, "invalid"),
        (etag, {"plate": "no plate"}, 400, "invalid"),
        (etag, {"plate": make_truck().plate}, 400, "invalid"),
    ]
    for named, change, status, code in refusals:
        answer = desk.patch(path, named, **{"reserve_percent": 30, **change})
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
        assert answer["Content-Type"] == "application/problem+json"
    assert desk.read(path)["etag"] == etag
    changed = desk.patch(path, f'"other", {etag}', reserve_percent=30, reason="winter")
    assert (changed.status_code, changed.json()["reserve_percent"]) == (200, 30)
    assert desk.patch(path, etag, reserve_percent=30).status_code == 412  # again is stale too


def test_a_stale_change_is_told_what_it_would_overwrite_and_whose(carrier: Operator) -> None:
    truck = make_truck(carrier)
    path, li, system = f"trucks/{truck.pk}", person(carrier, username="li"), office(carrier)
    seen = system.read(path)["etag"]
    li.change(path, reserve_percent=25, reason="winter")
    li.change(path, is_active=False, reason="in the workshop")
    refused = system.patch(path, seen, reserve_percent=30, plate="冀B77777D")
    assert refused.status_code == 412
    told = {each.pop("field"): each for each in refused.json()["differences"]}
    assert told["reserve_percent"].pop("changed_at")
    assert told["reserve_percent"] == {
        "yours": 30,
        "theirs": 25,
        "changed_by": "li",
        "reason": "winter",
    }
    assert told["is_active"]["theirs"] is False
    assert told["is_active"]["reason"] == "in the workshop"
    assert "yours" not in told["is_active"]  # nobody asked to change it
    assert set(told) == {"reserve_percent", "is_active"}
    now = refused.json()["current"]["etag"]
    assert system.patch(path, now, plate="冀B77777D").json()["plate"] == "冀B77777D"
    truck.refresh_from_db()
    assert (truck.reserve_percent, truck.is_active, truck.plate) == (25, False, "冀B77777D")
    assert changes_of(truck)[0].who.startswith("device-")  # the office system, by its serial
    assert changes_of(truck)[0].reason == "as the test says"


def test_a_tag_of_another_make_is_compared_by_what_is_wanted(carrier: Operator) -> None:
    path = f"trucks/{make_truck(carrier).pk}"
    refused = person(carrier).patch(path, '"old"', reserve_percent=30, is_active=True).json()
    assert [each["field"] for each in refused["differences"]] == ["reserve_percent"]


def test_lanes_and_stations_are_closed_and_opened_with_what_hangs_on_it(
    station: SwapStation, gate: Desk
) -> None:
    lane = station.lanes.get(number=2)
    for path, row in ((f"lanes/{lane.pk}", lane), (f"stations/{station.pk}", None)):
        gate.change(path, is_closed=True, reason="robot fault")
        closure = Closure.objects.get(station=station, lane=row, during__contains=NOW)
        assert (closure.reason, closure.closed_by) == ("robot fault", gate.user)
        assert Job.objects.filter(name="dispatch.leave_closed").exists()
        facts = gate.read(path)
        assert (facts["is_closed"], facts["closed_reason"]) == (True, "robot fault")
    assert gate.read(f"lanes/{lane.pk}")["is_station_closed"]
    assert not gate.read(f"lanes/{station.lanes.get(number=1).pk}")["is_closed"]
    for path in (f"lanes/{lane.pk}", f"stations/{station.pk}"):
        assert gate.change(path, is_closed=False, reason="mended")["closed_since"] is None
    assert not Closure.objects.filter(during__contains=NOW + timedelta(seconds=1)).exists()


def test_a_stale_closing_is_told_by_whom_and_why(station: SwapStation, gate: Desk) -> None:
    path = f"lanes/{station.lanes.get(number=1).pk}"
    system = office(station.operator)
    seen = system.read(path)["etag"]
    gate.change(path, is_closed=True, reason="power cut")
    refused = system.patch(path, seen, is_closed=True, reason="maintenance")
    assert refused.status_code == 412
    told = {each["field"]: each for each in refused.json()["differences"]}
    assert (told["is_closed"]["changed_by"], told["is_closed"]["theirs"]) == ("wang", True)
    assert told["closed_reason"]["theirs"] == "power cut"


def test_a_slot_is_blocked_as_from_the_board(station: SwapStation, gate: Desk) -> None:
    slot = station.slots.get(number=1)
    pack = make_pack(slot=slot)
    seen = gate.read(f"slots/{slot.pk}")
    assert seen["pack"] == pack.code
    gate.change(f"slots/{slot.pk}", is_blocked=True, max_power_kw=100, reason="maintenance")
    assert Job.objects.get(name="dispatch.break_holds").payload["pack_id"] == pack.pk
    slot.refresh_from_db()
    assert (slot.is_blocked, slot.block_reason, slot.max_power_kw) == (True, "maintenance", 100)
    assert gate.patch(f"slots/{slot.pk}", seen["etag"], is_blocked=False).status_code == 412
    block_slot(slot, reason="fire", by=None, now=NOW)  # an edit by any other door counts as well
    told = gate.patch(f"slots/{slot.pk}", seen["etag"], is_blocked=False).json()["differences"]
    assert "fire" in {each["theirs"] for each in told if each["field"] == "block_reason"}
    assert not gate.change(f"slots/{slot.pk}", is_blocked=False)["is_blocked"]
    (listed,) = gate.read(f"slots?station={station.code}&after={slot.pk}")["slots"]
    assert listed["number"] == 2
    assert gate.read("slots?station=elsewhere")["slots"] == []


def test_a_pack_for_safety_is_released_by_two_persons_and_by_no_machine() -> None:
    bank = make_operator(Operator.Kind.PACK_BANK)
    pack = make_pack(owner=bank)
    path, system = f"packs/{pack.pk}", office(bank)
    first, second = person(bank), person(bank)
    apart = system.change(path, is_quarantined=True, soh_percent=88.5, reason="smoke or leak")
    assert apart["quarantine"]["is_safety"]
    refused = system.patch(path, apart["etag"], is_quarantined=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "needs_a_person")
    asked = first.change(path, is_quarantined=False, reason="cooled down")
    assert asked["quarantine"]["release_asked_at"]
    again = first.patch(path, asked["etag"], is_quarantined=False)
    assert (again.status_code, again.json()["code"]) == (409, "same_person")
    kept = second.change(path, is_quarantined=True, reason="no, it smells")
    assert kept["quarantine"]["release_asked_at"] is None
    first.change(path, is_quarantined=False)
    free = second.change(path, is_quarantined=False)
    assert (free["is_quarantined"], free["quarantine"], free["soh_percent"]) == (False, None, 88.5)

    gone = system.change(path, whereabouts="retired", reason="worn out")
    assert gone["whereabouts"] == "retired"
    back = system.patch(path, gone["etag"], whereabouts="transport", soh_percent=1)
    assert (back.status_code, back.json()["code"]) == (409, "pack_retired")
    assert Pack.objects.get(pk=pack.pk).soh_percent == 88.5  # all or nothing


def test_a_promise_is_pinned_and_cancelled_as_from_its_page(carrier: Operator) -> None:
    promise = make_assignment(make_truck(carrier), state="accepted")
    make_hold(promise, make_pack(promise.truck.model.pack_type, slot=promise.station.slots.first()))
    desk, path = person(carrier, User.Role.DISPATCHER), f"assignments/{promise.pk}"
    seen = desk.read(path)
    pinned = office(carrier).change(path, is_pinned=True, reason="the crew waits")
    assert (pinned["is_pinned"], pinned["version"]) == (True, 2)
    assert desk.patch(path, seen["etag"], state="cancelled").status_code == 412
    gone = desk.change(path, state="cancelled", reason="fog")
    assert (gone["state"], gone["end_reason"]) == ("cancelled", "fog")
    assert not promise.holds.filter(is_live=True).exists()
    assert Ban.objects.get().banned_by == desk.user
    over = desk.patch(path, gone["etag"], is_pinned=False)
    assert (over.status_code, over.json()["code"]) == (409, "not_allowed_now")
    assert over.json()["state"] == "cancelled"
    assert SwapAssignment.objects.get().version == 3


def test_a_list_is_paged_and_costs_the_same_queries_however_long(carrier: Operator) -> None:
    desk = person(carrier)
    station = make_station(make_operator(Operator.Kind.STATION_OPERATOR), lanes=30, slots=30)
    gate = person(station.operator, STATION_OPERATOR)
    for _ in range(2):
        make_truck(carrier)
        make_pack(owner=carrier)
        make_assignment(Truck.objects.last())
    asked = {}
    for name, who in (("trucks", desk), ("packs", desk), ("assignments", desk), ("lanes", gate)):
        who.read(name)
        with CaptureQueriesContext(connection) as queries:
            who.read(name)
        asked[name] = (who, len(queries))
    for _ in range(101):
        make_pack(make_truck(carrier).model.pack_type, owner=carrier, truck=Truck.objects.last())
        make_assignment(Truck.objects.last())
    for name, (who, few) in asked.items():
        with CaptureQueriesContext(connection) as queries:
            page = who.read(name)
        assert len(queries) == few <= 12, name
        if name != "lanes":
            rest = who.read(f"{name}?after={page['next']}")
            ids = {row["id"] for row in page[name] + rest[name]}
            assert (len(page[name]), len(ids), rest["next"]) == (100, 103, None)
