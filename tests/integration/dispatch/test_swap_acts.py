"""People record arrivals and swaps in three taps; a wrong pack is refused and the right named."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import SwapAssignment
from fleet.models import Pack, PackMove, User
from tests.builders import NOW, make_assignment, make_hold, make_user
from tests.scenes import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


class Gate:
    """A truck with a promise for now, and a person of the station who says what happens."""

    def __init__(self, client: Client, **fields: Any) -> None:
        self.scene = Scene()
        self.station = self.scene.add_station(packs=3)
        self.truck = self.scene.add_truck(trips=0)
        self.own = self.scene.pack_on(self.truck)
        slots = self.station.slots.order_by("number")
        self.promised, self.other = (slot.packs.get() for slot in slots[:2])
        self.swap = make_assignment(
            truck=self.truck, station=self.station, start=NOW, state="accepted", **fields
        )
        make_hold(self.swap, self.promised)
        self.client = client
        client.force_login(make_user(self.station.operator, User.Role.STATION_OPERATOR))

    def say(self, verb: str, packs: dict[str, str] | None = None, **more: Any) -> Any:
        body = {
            "id": str(uuid4()),
            "verb": verb,
            "what": f"swap-{self.swap.pk}",
            "reason": "said on the board",
            "packs": packs or {},
            **more,
        }
        url = reverse("admin:dispatch_board_act", args=[self.station.pk])
        return self.client.post(url, body, content_type="application/json")

    def state(self) -> str:
        return SwapAssignment.objects.get(pk=self.swap.pk).state


def test_arrived_then_done_exchanges_the_packs_that_were_promised(client: Client) -> None:
    gate = Gate(client)
    slot = gate.promised.slot
    assert gate.say("arrived").json()["state"] == "swapping"
    again = {"id": str(uuid4())}
    done = gate.say("swapped", {"1": gate.promised.code[-7:]}, **again)
    assert (done.status_code, done.json()) == (200, {"state": "done"})
    assert gate.say("swapped", {"1": gate.promised.code[-7:]}, **again).json() == done.json()
    assert Pack.objects.get(pk=gate.promised.pk).truck == gate.truck
    assert Pack.objects.get(pk=gate.own.pk).slot == slot
    assert PackMove.objects.filter(assignment_id=gate.swap.pk).count() == 2


def test_a_wrong_pack_is_refused_and_the_right_one_named(client: Client) -> None:
    gate = Gate(client)
    gate.say("arrived")
    refused = gate.say("swapped", {"1": gate.other.code[-7:]})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_pack")
    assert gate.promised.code[-7:] in refused.json()["detail"]
    assert "S1" in refused.json()["detail"]
    assert refused.json()["expected"]["code"] == gate.promised.code
    assert gate.state() == "swapping"
    assert Pack.objects.get(pk=gate.other.pk).truck is None
    assert gate.say("swapped", {"1": "123"}).json()["code"] == "unknown_pack"
    assert gate.say("swapped").json() == {"state": "done"}


@pytest.mark.parametrize("state", ["arrived", "queued"])
def test_a_swap_nobody_saw_begin_is_recorded_too(client: Client, state: str) -> None:
    gate = Gate(client, arrived_at=NOW)
    SwapAssignment.objects.filter(pk=gate.swap.pk).update(state="arrived")
    if state == "queued":
        SwapAssignment.objects.filter(pk=gate.swap.pk).update(state="queued")
    assert gate.say("swapped").json() == {"state": "done"}


def test_what_is_refused_leaves_nothing_behind(client: Client) -> None:
    gate = Gate(client)
    early = gate.say("swapped")
    assert (early.status_code, early.json()["code"], gate.state()) == (
        409,
        "not_allowed_now",
        "accepted",
    )
    wrong = gate.say("swapped", ["x"])  # type: ignore[arg-type]  # what is refused
    assert wrong.status_code == 400
    gate.swap.pk = 0
    assert gate.say("arrived").json()["code"] == "unknown_code"
