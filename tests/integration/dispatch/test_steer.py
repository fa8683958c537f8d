"""People steer promises in the admin, with a reason, and only their own."""

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import Ban, SwapAssignment
from fleet.models import User
from tests.builders import NOW, make_assignment, make_driver, make_operator, make_truck, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]

OPTION = {
    "station": "Kaiping",
    "verdict": "chosen",
    "detour_min": 9.4,
    "wait_min": None,
    "energy_on_arrival_kwh": 62.5,
    "packs_ready": 3,
}


def _steer(client: Client, swap: SwapAssignment, verb: str, reason: str = "road works") -> int:
    url = reverse("admin:dispatch_steer", args=[swap.pk])
    return client.post(url, {"verb": verb, "reason": reason}).status_code


def test_a_dispatcher_pins_unpins_and_cancels(client: Client) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=make_truck(carrier), driver=make_driver(carrier))
    client.force_login(make_user(carrier, User.Role.DISPATCHER))

    _steer(client, swap, "pin")
    swap.refresh_from_db()
    assert swap.is_pinned
    _steer(client, swap, "unpin")
    _steer(client, swap, "cancel")

    swap.refresh_from_db()
    assert (swap.is_pinned, swap.state, swap.end_reason) == (False, "cancelled", "road works")


def test_without_a_reason_nothing_is_done(client: Client) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=make_truck(carrier))
    client.force_login(make_user(carrier, User.Role.DISPATCHER))

    _steer(client, swap, "cancel", reason="  ")

    swap.refresh_from_db()
    assert swap.state == "offered"


@pytest.mark.parametrize("side", ["carrier", "station"])
@pytest.mark.parametrize("role", [User.Role.AUDITOR, User.Role.SUPERVISOR])
def test_who_only_looks_steers_nothing(client: Client, role: str, side: str) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=make_truck(carrier))
    client.force_login(make_user(carrier if side == "carrier" else swap.station.operator, role))

    assert _steer(client, swap, "cancel") == 404
    swap.refresh_from_db()
    assert swap.state == "offered"


def test_a_stranger_steers_nothing_and_assigns_nothing(client: Client) -> None:
    swap = make_assignment(truck=make_truck())
    client.force_login(make_user())

    assert _steer(client, swap, "cancel") == 404
    by_hand = reverse("admin:dispatch_by_hand", args=[swap.truck_id])
    assert client.get(by_hand).status_code == 404
    swap.refresh_from_db()
    assert swap.state == "offered"


def test_a_truck_off_shift_is_refused_with_a_sentence(client: Client) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=(truck := make_truck(carrier)))
    swap.station.region = truck.region
    swap.station.save()
    SwapAssignment.objects.filter(pk=swap.pk).update(state="declined", ended_at=NOW)
    client.force_login(make_user(carrier))

    url = reverse("admin:dispatch_by_hand", args=[truck.pk])
    page = client.post(url, {"station": swap.station_id, "reason": "urgent"})

    assert page.status_code == 200
    assert b"not on shift" in page.content
    assert SwapAssignment.objects.count() == 1


def test_the_page_of_a_promise_shows_its_options(client: Client) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=make_truck(carrier))
    SwapAssignment.objects.filter(pk=swap.pk).update(options=[OPTION])
    client.force_login(make_user(carrier))

    url = reverse("admin:dispatch_swapassignment_change", args=[swap.pk])
    page = client.get(url).content.decode()

    for text in ("Kaiping", "9.4", "62.5"):
        assert text in page


def test_a_ban_is_written_through_the_service(client: Client) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=(truck := make_truck(carrier)))
    swap.station.region = truck.region
    swap.station.save()
    client.force_login(make_user(carrier))

    client.post(
        reverse("admin:dispatch_ban_add"),
        {
            "truck": truck.pk,
            "station": swap.station_id,
            "until_0": "2026-11-22",
            "until_1": "08:00",
            "reason": "bridge too low",
        },
    )

    swap.refresh_from_db()
    assert Ban.objects.get().reason == "bridge too low"
    assert swap.state == "cancelled"
