"""Actions on many rows: what they lead to is shown first; one reason, all rows or none."""

from typing import Any

import pytest
from django.test import Client

from dispatch.models import SwapAssignment
from fleet.models import Pack, Truck, User
from tests.builders import (
    make_assignment,
    make_driver,
    make_operator,
    make_pack,
    make_truck,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
TRUCKS, PACKS = "/admin/fleet/truck/", "/admin/fleet/pack/"
SWAPS = "/admin/dispatch/swapassignment/"


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def choose(action: str, rows: list[Any], **more: Any) -> dict[str, Any]:
    return {"action": action, "index": 0, "_selected_action": [row.pk for row in rows], **more}


def previewed(answer: Any, reason: str) -> dict[str, Any]:
    """Return what the preview's form sends when a reason was typed."""
    facts = answer.context
    return {
        "action": facts["action"],
        "index": 0,
        "select_across": "1",
        "_selected_action": facts["first"],
        "rows": facts["keys"],
        "reason": reason,
    }


def test_a_preview_counts_and_says_what_it_leads_to_and_changes_nothing() -> None:
    carrier = make_operator()
    client = signed_in(make_user(carrier))
    trucks = [make_truck(carrier) for _ in range(3)]
    make_assignment(trucks[1])
    answer = client.post(TRUCKS, choose("retire", trucks))
    page = answer.content.decode()
    assert "3 rows" in page
    assert f"1 promise stands for them and is not withdrawn by this: {trucks[1].plate}" in page
    assert "put the same trucks back into service" in page
    assert Truck.objects.filter(is_active=True).count() == 3

    client.post(TRUCKS, previewed(answer, "sold"))
    assert not Truck.objects.filter(is_active=True).exists()
    history = client.get(f"{TRUCKS}{trucks[0].pk}/history/").content.decode()
    assert "sold" in history
    undone = client.post(TRUCKS, choose("activate", trucks))
    client.post(TRUCKS, previewed(undone, "not sold after all"))
    assert Truck.objects.filter(is_active=True).count() == 3


def test_one_row_that_refuses_leaves_all_as_they_were_and_is_named() -> None:
    bank = make_operator("pack_bank")
    client = signed_in(make_user(bank))
    packs = [make_pack(owner=bank) for _ in range(3)]
    Pack.objects.filter(pk=packs[2].pk).update(whereabouts="retired")
    first = client.post(PACKS, choose("retire", packs))
    assert "This cannot be undone." in first.content.decode()
    refused = client.post(PACKS, previewed(first, "worn out"))
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Nothing was done: 1 row refuses." in page
    assert f"Pack {packs[2].code} is retired." in page
    assert Pack.objects.filter(whereabouts="retired").count() == 1

    client.post(PACKS, previewed(refused, "worn out"))  # the others, as the page offers
    assert Pack.objects.filter(whereabouts="retired").count() == 3


def test_all_pages_are_chosen_at_once_but_no_more_than_can_be_looked_through() -> None:
    carrier = make_operator()
    client = signed_in(make_user(carrier))
    trucks = [make_truck(carrier) for _ in range(60)]  # a page has fifty
    some = choose("retire", trucks[:50], select_across="1")
    answer = client.post(TRUCKS, some)
    assert answer.context["count"] == 60
    make_truck(carrier)  # came after the preview: not meant
    client.post(TRUCKS, previewed(answer, "sold"))
    assert Truck.objects.filter(is_active=True).count() == 1


def test_nobody_acts_on_rows_of_others_even_by_number() -> None:
    carrier = make_operator()
    client = signed_in(make_user(carrier))
    own, other = make_truck(carrier), make_truck(make_operator())
    form = choose("retire", [own], select_across="1", reason="x")
    form["rows"] = f"{own.pk},{other.pk}"
    client.post(TRUCKS, form)
    assert [*Truck.objects.filter(is_active=True)] == [other]
    auditor = signed_in(make_user(make_operator(), User.Role.AUDITOR))
    auditor.post(TRUCKS, choose("retire", [other], reason="x"))
    assert Truck.objects.get(pk=other.pk).is_active


def test_promises_are_cancelled_together_and_the_preview_names_the_drivers() -> None:
    carrier = make_operator()
    client = signed_in(make_user(carrier))
    driver = make_driver(carrier, name="Zhao Min")
    truck = make_truck(carrier)
    swaps = [
        make_assignment(truck, driver=driver, state="accepted"),
        make_assignment(make_truck(carrier)),
    ]
    answer = client.post(SWAPS, choose("cancel_swaps", swaps))
    assert "1 driver is told at once. Zhao Min" in answer.content.decode()
    client.post(SWAPS, previewed(answer, "the mine is closed"))
    ended = SwapAssignment.objects.filter(state="cancelled", end_reason="the mine is closed")
    assert ended.count() == 2

    again = client.post(SWAPS, choose("pin_swaps", swaps))
    refused = client.post(SWAPS, previewed(again, "too late"))
    assert refused.status_code == 409
    assert refused.context["count"] == 0
