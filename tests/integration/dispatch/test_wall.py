"""The wall board says what is in each slot and lane; a screen's link shows it until taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import WallScreen
from dispatch.selectors.wall import Tile, wall_of
from dispatch.services.gate.wall_screens import make_wall_screen
from fleet.models import Operator, SwapStation, User
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
    make_truck_model,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def operator_of(station: SwapStation) -> User:
    return make_user(station.operator, User.Role.STATION_OPERATOR)


def test_each_slot_says_its_state_heat_charge_and_who_gets_it() -> None:
    station = make_station(slots=7)
    kind = make_pack_type()
    slots = list(station.slots.order_by("number"))
    said: list[dict[str, Any]] = [
        {"soc_percent": 99.0},
        {"soc_percent": 40.0, "power_kw": 120, "temperature_c": 57},
        {"soc_percent": 20.0},
        {"soc_percent": 30.0, "fault_code": "E7"},
        {"soc_percent": 99.0, "temperature_c": 66},
    ]
    packs = [make_pack(kind, slot=slot) for slot in slots[:5]]
    for slot, pack, values in zip(slots, packs, said, strict=False):
        SlotState.objects.create(
            slot=slot, recorded_at=NOW, received_at=NOW, pack_code=pack.code, **values
        )
    block_slot(slots[6], reason="safety", by=None, now=NOW)
    truck = make_truck(model=make_truck_model(kind), region=station.region)
    swap = make_assignment(truck=truck, station=station, state="accepted")
    make_hold(swap, packs[0])

    wall = wall_of(station, now=NOW)

    kinds = ["ready", "charging", "waiting", "fault", "ready", "empty", "blocked"]
    assert [tile.kind for tile in wall.tiles] == kinds
    assert [tile.heat for tile in wall.tiles[:5]] == ["", "▲ 57°", "", "", "▲▲ 66°"]
    assert (wall.tiles[0].plate, wall.tiles[0].eta) == (truck.plate, swap.eta)
    assert [tile.since for tile in wall.tiles] == [None] * 6 + [NOW]
    assert wall.tiles[1].at is not None
    assert wall.tiles[1].at > NOW
    assert [one.assignment for one in wall.trucks] == [swap]
    assert not wall.is_silent
    assert wall_of(station, now=NOW + timedelta(minutes=6)).is_silent
    assert len({tile.symbol for tile in wall.tiles}) == len(set(kinds))


def test_each_lane_says_what_happens_in_it() -> None:
    station = make_station(lanes=3)
    here = [make_truck(region=station.region) for _ in range(2)]
    first, second, third = station.lanes.order_by("number")
    make_assignment(truck=here[0], station=station, lane=first, state="swapping")
    make_assignment(truck=here[1], station=station, lane=second, state="queued")
    close_lane(third, reason="maintenance", by=None, now=NOW)

    lanes = wall_of(station, now=NOW).lanes

    assert [(lane.kind, lane.plate) for lane in lanes] == [
        ("swapping", here[0].plate),
        ("here", here[1].plate),
        ("blocked", ""),
    ]
    assert [lane.since for lane in lanes] == [None, None, NOW]


def test_the_more_slots_the_less_a_tile_says() -> None:
    walls = [wall_of(make_station(slots=count), now=NOW) for count in (28, 30, 42, 64, 65)]
    assert [(wall.columns, wall.is_tight, wall.is_dense) for wall in walls] == [
        (6, False, False),
        (6, False, False),
        (7, True, False),
        (8, True, True),
        (10, True, True),
    ]
    tiles = [Tile(name="S1", kind="ready", word="", plate=plate) for plate in ("冀B12345", "TST1")]
    assert [tile.plate_end for tile in tiles] == ["B12345", "TST1"]


def test_a_screen_looks_until_its_link_is_taken_back(client: Client) -> None:
    station = make_station()
    person = operator_of(station)
    screen, token = make_wall_screen(station, name="hall", by=person, now=NOW)
    page, body = (reverse(name, args=[token]) for name in ("wall_screen", "wall_screen_body"))

    assert token not in str(WallScreen.objects.values())
    assert station.name in client.get(page).content.decode()
    tag = client.get(body).headers["ETag"]
    assert client.get(body, headers={"if-none-match": tag}).status_code == 304
    screen.refresh_from_db()
    assert screen.seen_at == NOW
    assert client.get(reverse("wall_screen", args=["guess"])).status_code == 404

    client.force_login(person)
    client.post(reverse("admin:dispatch_screen_take_back", args=[station.pk, screen.pk]))
    assert client.get(page).status_code == client.get(body).status_code == 404


def test_the_link_is_shown_once_and_only_to_who_may(client: Client) -> None:
    station = make_station()
    url = reverse("admin:dispatch_screens", args=[station.pk])
    for stranger, status in (
        (make_user(make_operator(Operator.Kind.STATION_OPERATOR), "station_operator"), 404),
        (make_user(station.operator, User.Role.AUDITOR), 403),
    ):
        client.force_login(stranger)
        assert client.post(url, {"name": "hall"}).status_code == status
    assert not WallScreen.objects.exists()
    client.force_login(operator_of(station))
    assert b"/wall/" in client.post(url, {"name": "hall"}).content
    assert b"http://testserver/wall/" not in client.get(url).content
    assert client.post(url, {"name": " "}).status_code == 200
    assert WallScreen.objects.count() == 1


def test_strangers_see_no_wall(client: Client) -> None:
    station = make_station()
    client.force_login(make_user(make_operator(Operator.Kind.STATION_OPERATOR)))
    for name in ("dispatch_wall", "dispatch_wall_body", "dispatch_screens"):
        assert client.get(reverse(f"admin:{name}", args=[station.pk])).status_code == 404
    client.logout()
    assert client.get(reverse("admin:dispatch_wall", args=[station.pk])).status_code == 302


def test_a_station_is_called_by_its_readers_name_and_an_empty_slot_is_no_empty_truck() -> None:
    station = make_station(name="Port East", name_zh="港东站", slots=1)
    client = Client()
    client.force_login(operator_of(station))
    for language, name, empty in (("en", "Port East", "empty"), ("zh-hans", "港东站", "空仓")):
        client.cookies["django_language"] = language
        for page in ("dispatch_wall", "dispatch_board", "dispatch_shift", "dispatch_screens"):
            told = client.get(reverse(f"admin:{page}", args=[station.pk])).content.decode()
            assert name in told, page
        wall = client.get(reverse("admin:dispatch_wall", args=[station.pk])).content.decode()
        assert empty in wall
