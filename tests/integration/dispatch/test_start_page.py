"""The start page puts what needs a person first, and each figure equals its rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.selectors.attention import Group, Sight, needs_now
from dispatch.selectors.attention.alarms import REASONS, stranded_words
from dispatch.selectors.trucks_now import trucks_now
from dispatch.services.plans.needs import DETAILS
from fleet.models import Closure, Slot, SwapStation, Truck, TruckSight, User
from telematics.models import Alarm, LaneState, RouteNeed, SlotState, TruckState
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_hold,
    make_operator,
    make_pack,
    make_pack_type,
    make_shift,
    make_station,
    make_truck,
    make_truck_model,
    make_user,
    since,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def _state(truck: Truck, *, minutes_ago: int, soc_percent: float = 40) -> TruckState:
    at = NOW - timedelta(minutes=minutes_ago)
    return TruckState.objects.create(
        truck=truck,
        recorded_at=at,
        received_at=at,
        seq=1,
        latitude_deg=39,
        longitude_deg=118,
        speed_kmh=50,
        soc_percent=soc_percent,
    )


def _alarm(kind: str, truck: Truck | None = None, **fields: Any) -> Alarm:
    values = {"detail": "x", "opened_at": NOW - timedelta(minutes=5), **fields}
    return Alarm.objects.create(kind=kind, truck=truck, **values)


def _offer(minutes_ago: float, **fields: Any) -> SwapAssignment:
    swap = make_assignment(**fields)
    SwapAssignment.objects.filter(pk=swap.pk).update(
        offered_at=NOW - timedelta(minutes=minutes_ago)
    )
    return swap


def _groups(*, has_stations: bool = True) -> dict[str, Group]:
    sight = Sight(
        alarms=Alarm.objects.all(),
        assignments=SwapAssignment.objects.all(),
        stations=SwapStation.objects.all(),
    )
    with translation.override("en"):
        groups = needs_now(sight, has_stations=has_stations, now=NOW)
    return {group.code: group for group in groups}


def test_the_groups_count_what_is_there_and_name_the_worst() -> None:
    late, soon = make_truck(), make_truck()
    for truck, minutes in ((late, 50), (soon, 9)):
        detail = f"{truck.plate} at 14 %: {DETAILS['no_packs']}"
        _alarm(Alarm.Kind.STRANDED_RISK, truck, level=2, detail=detail)
        RouteNeed.objects.create(
            truck=truck,
            computed_at=NOW,
            energy_wh=1,
            reserve_wh=1,
            needs_swap_by=NOW + timedelta(minutes=minutes),
        )
    _alarm(Alarm.Kind.STRANDED_RISK, make_truck(), closed_at=NOW)
    _alarm(Alarm.Kind.SILENT_TRUCK, late)
    for level in (3, 1, 1):
        _alarm(Alarm.Kind.VEHICLE, make_truck(), level=level)
    seen, unseen = _offer(3), _offer(2)
    _offer(0.5)
    driver = make_driver(make_operator())
    for swap, at in ((seen, NOW), (unseen, None)):
        DriverNotice.objects.create(
            driver=driver, assignment=swap, kind="offered", created_at=NOW, seen_at=at
        )

    groups = _groups()

    stranded = groups["stranded"]
    assert (stranded.count, stranded.is_danger) == (2, True)
    assert [item.subject for item in stranded.worst] == [soon.plate, late.plate]
    assert stranded.worst[0].detail == (
        "reserve met at 16:09 · 14 % · No station it can reach has packs for it."
    )
    assert groups["silent"].count == 1
    levels = [(part.value, part.count) for part in groups["alarms"].parts]
    assert (groups["alarms"].count, levels) == (3, [(3, 1), (1, 2)])
    offers = groups["offers"]
    assert (offers.count, [part.count for part in offers.parts]) == (2, [1])
    assert [item.target[1] for item in offers.worst] == [seen.pk, unseen.pk]
    assert "not seen" in offers.worst[1].detail


def test_every_reason_of_the_planner_is_known_to_the_page() -> None:
    assert set(REASONS) == set(DETAILS.values())
    with translation.override("zh-hans"):
        assert stranded_words("冀B1 at 9 %: It can reach no station that could swap it.") == (
            "9 % · 没有可到达的换电站能为其换电。"
        )


def test_stations_groups_count_what_is_blocked_and_where_no_pack_is_free() -> None:
    kind = make_pack_type()
    stations = [make_station(slots=4, lanes=2) for _ in range(4)]
    out, promised, well, empty = stations
    for station, charges in ((out, (20, 94)), (promised, (96, 50)), (well, (96, 99))):
        for slot, soc in zip(station.slots.order_by("number"), charges, strict=False):
            pack = make_pack(kind, slot=slot)
            SlotState.objects.create(
                slot=slot, recorded_at=NOW, received_at=NOW, pack_code=pack.code, soc_percent=soc
            )
            if station is promised and soc == 96:
                swap = make_assignment(make_truck(model=make_truck_model(kind)), station)
                make_hold(swap, pack)
    Closure.objects.create(
        station=well, lane=well.lanes.first(), during=since(NOW), reason="robot fault"
    )
    Closure.objects.create(
        station=well, during=DateTimeTZRange(NOW - timedelta(hours=2), NOW), reason="over"
    )
    LaneState.objects.create(
        lane=empty.lanes.earliest("number"),
        recorded_at=NOW,
        received_at=NOW,
        state="fault",
        fault_code="E7",
    )
    Slot.objects.filter(pk=empty.slots.earliest("number").pk).update(
        is_blocked=True, block_reason="wet"
    )

    groups = _groups()

    stock = groups["stock"]
    assert [(part.code, part.value) for part in stock.parts] == [
        ("out", (out.pk,)),
        ("promised", (promised.pk,)),
    ]
    assert [item.target for item in stock.worst] == [("board", out.pk), ("board", promised.pk)]
    blocked = groups["blocked"]
    assert {part.code: part.count for part in blocked.parts} == dict.fromkeys(
        ("closures", "lanes", "slots"), 1
    )
    assert [item.detail for item in blocked.worst] == ["robot fault", "E7", "wet"]
    assert set(_groups(has_stations=False)) == {"stranded", "offers", "silent", "alarms"}


def test_each_link_of_the_page_lists_exactly_what_was_counted(client: Client) -> None:
    test_the_groups_count_what_is_there_and_name_the_worst()
    test_stations_groups_count_what_is_blocked_and_where_no_pack_is_free()
    slot = Slot.objects.get(is_blocked=True)
    SlotState.objects.create(slot=slot, recorded_at=NOW, received_at=NOW, pack_code="")
    client.force_login(make_user(is_superuser=True))
    context = client.get(reverse("admin:index")).context
    asked = 0
    for group in context["groups"]:
        links = [(count, url) for count, _name, url in group["parts"]]
        if group["code"] not in {"blocked", "stock"}:
            links.append((group["count"], group["url"]))
        for count, url in links:
            answer = client.get(url)
            assert answer.status_code == 200, url
            if "cl" in (answer.context or {}):
                assert answer.context["cl"].result_count == count, url
                asked += 1
        for row in group["items"]:
            assert client.get(row["url"]).status_code == 200
    for figure in context["figures"]:
        assert client.get(figure["url"]).status_code == 200
    assert asked >= 10


def _queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(reverse("admin:dispatch_start_body")).status_code == 200
    return len(queries)


def test_the_page_asks_the_same_number_of_questions_however_much_there_is(client: Client) -> None:
    client.force_login(make_user(is_superuser=True))
    test_the_groups_count_what_is_there_and_name_the_worst()
    test_stations_groups_count_what_is_blocked_and_where_no_pack_is_free()
    _queries(client)
    few = _queries(client)
    for _ in range(8):
        truck = make_truck()
        for kind in (Alarm.Kind.STRANDED_RISK, Alarm.Kind.SILENT_TRUCK, Alarm.Kind.VEHICLE):
            _alarm(kind, truck)
        _offer(5)
        make_station()
    assert _queries(client) == few
    assert few <= 30


def test_a_page_without_anything_says_what_to_do_next(client: Client) -> None:
    headers = {"accept-language": "en"}
    carrier = make_operator()
    manager = make_user(carrier)
    client.force_login(manager)
    page = client.get(reverse("admin:index"), headers=headers).content.decode()
    assert "There is no truck yet" in page
    truck = make_truck(carrier)
    page = client.get(reverse("admin:index"), headers=headers).content.decode()
    assert "No truck is on shift" in page
    make_shift(make_driver(carrier), truck)
    page = client.get(reverse("admin:index"), headers=headers).content.decode()
    assert "start-next" not in page
    assert "Nothing. All is as it should be." in page
    client.force_login(make_user(make_operator("station_operator"), User.Role.STATION_OPERATOR))
    page = client.get(reverse("admin:index"), headers=headers).content.decode()
    assert "There is no station yet" in page


def test_trucks_show_charge_age_and_next_swap() -> None:
    fresh, stale, mute = make_truck(), make_truck(), make_truck()
    _state(fresh, minutes_ago=1)
    _state(stale, minutes_ago=11)
    swap = make_assignment(truck=fresh)

    first, second, third = trucks_now([fresh, stale, mute], now=NOW)

    assert (first.is_stale, first.swap, first.age_s) == (False, swap, 60)
    assert (second.is_stale, second.swap) == (True, None)
    assert (third.is_stale, third.age_s) == (True, None)


def test_a_manager_sees_own_trucks_only(client: Client) -> None:
    carrier = make_operator()
    mine, foreign = make_truck(carrier), make_truck()
    _state(mine, minutes_ago=0)
    for truck in (mine, foreign):
        Alarm.objects.create(
            kind=Alarm.Kind.STRANDED_RISK, truck=truck, detail="far", opened_at=NOW
        )
    client.force_login(make_user(carrier))

    start = client.get(reverse("admin:index")).content.decode()
    body = client.get(reverse("admin:dispatch_start_body")).content.decode()
    fleet = client.get(reverse("admin:dispatch_livetruck_changelist")).content.decode()

    for page in (start, body, fleet):
        assert mine.plate in page
        assert foreign.plate not in page


def test_a_station_operator_sees_the_truck_coming_but_not_who_drives(client: Client) -> None:
    carrier = make_operator()
    truck = make_truck(carrier)
    _state(truck, minutes_ago=0)
    driver = make_driver(carrier, name="Wang Secret")
    make_shift(driver, truck)
    swap = make_assignment(truck=truck, driver=driver)
    TruckSight.objects.create(
        truck=truck, operator=swap.station.operator, during=since(), assignment_id=swap.pk
    )
    client.force_login(make_user(swap.station.operator, User.Role.STATION_OPERATOR))
    trucks = reverse("admin:dispatch_livetruck_changelist")
    promises = reverse("admin:dispatch_swapassignment_changelist")
    promise = reverse("admin:dispatch_swapassignment_change", args=[swap.pk])

    for url in (trucks, promises, promise):
        page = client.get(url).content.decode()
        assert truck.plate in page
        assert driver.name not in page
    assert truck.plate not in client.get(promises, {"q": "Wang"}).content.decode()

    client.force_login(make_user(carrier))
    assert driver.name in client.get(trucks).content.decode()
    assert truck.plate in client.get(promises, {"q": "Wang"}).content.decode()
