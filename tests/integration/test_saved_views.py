"""Saved views: filters, columns, order under a name; for oneself or shared; in the API too."""

from typing import Any

import pytest
from django.test import Client

from dispatch.models import Trip
from fleet.models import SavedView, User
from tests.builders import NOW, make_operator, make_place, make_region, make_truck, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
TRUCKS, TRIPS = "/admin/fleet/truck/", "/api/v1/fleet/trips"


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def keep(client: Client, name: str, url: str = TRUCKS, **fields: Any) -> str:
    form = {"verb": "save", "name": name, "query": "", "ordering": "", **fields}
    answer = client.post(f"{url}views/", form)
    assert answer.status_code == 302
    return str(answer["Location"])


def shown(client: Client, url: str) -> Any:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200
    return answer.context["cl"]


def test_a_view_keeps_filters_columns_and_order_and_shows_them_again() -> None:
    carrier = make_operator()
    client = signed_in(make_user(carrier))
    for plate, is_active in (("冀B00001D", True), ("冀B00002D", False), ("冀B00003D", True)):
        make_truck(carrier, plate=plate, is_active=is_active)
    place = keep(
        client,
        "on the road",
        query="is_active__exact=1&o=-1&p=3&view=x",
        ordering="-plate",
        columns=["vin", "plate"],
        **{"place-vin": "2", "place-plate": "1"},
    )
    view = SavedView.objects.get()
    assert view.filters == {"is_active__exact": "1"}
    for url in (place, f"{TRUCKS}?view=on+the+road"):
        lst = shown(client, url)
        assert [truck.plate for truck in lst.result_list] == ["冀B00003D", "冀B00001D"]
        assert [c for c in lst.list_display if c != "action_checkbox"] == ["plate", "vin"]
        assert "view=on" in lst.get_query_string({"p": 2})  # the next page is of the same view
    assert len(shown(client, f"{TRUCKS}?view=").result_list) == 3
    assert len(shown(client, f"{TRUCKS}?view=nobody+has+this").result_list) == 3

    keep(client, "on the road", query="is_active__exact=0")  # replaced, not doubled
    assert SavedView.objects.get().filters == {"is_active__exact": "0"}
    client.post(f"{TRUCKS}views/", {"verb": "forget", "name": "on the road"})
    assert not SavedView.objects.exists()


def test_a_list_opens_with_the_default_and_there_is_one() -> None:
    carrier = make_operator()
    client = signed_in(make_user(carrier))
    make_truck(carrier, is_active=False)
    keep(client, "first", query="is_active__exact=1", is_default="on")
    keep(client, "second", query="is_active__exact=0", is_default="on")
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["second"]
    assert len(shown(client, TRUCKS).result_list) == 1
    page = client.get(TRUCKS, follow=True).content.decode()
    assert 'aria-current="page">second' in page


def test_a_shared_view_is_the_colleagues_too_and_nobody_elses() -> None:
    carrier = make_operator()
    mine, colleague = make_user(carrier), make_user(carrier)
    keep(signed_in(mine), "night", query="is_active__exact=1", is_shared="on")
    keep(signed_in(mine), "private", query="is_active__exact=1")
    page = signed_in(colleague).get(TRUCKS).content.decode()
    assert "night" in page
    assert "private" not in page
    assert "night" not in signed_in(make_user()).get(TRUCKS).content.decode()
    signed_in(colleague).post(f"{TRUCKS}views/", {"verb": "forget", "name": "night"})
    assert SavedView.objects.filter(name="night").exists()


def test_the_same_name_works_in_the_api() -> None:
    carrier = make_operator()
    user = make_user(carrier)
    region = make_region()
    here, there = make_place(region), make_place(region)
    for number, state in enumerate(("planned", "done", "done")):
        Trip.objects.create(
            carrier=carrier,
            external_id=f"SO-{number}",
            origin=here,
            destination=there,
            ready_at=NOW,
            state=state,
        )
    client = signed_in(user)
    keep(client, "finished", "/admin/dispatch/trip/", query="state__exact=done&q=SO-")
    trips = client.get(TRIPS, {"view": "finished"}).json()["trips"]
    assert [trip["external_id"] for trip in trips] == ["SO-1", "SO-2"]
    refused = client.get(TRIPS, {"view": "unheard of"})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_view")
    assert signed_in(make_user(carrier)).get(TRIPS, {"view": "finished"}).status_code == 404


def test_a_view_of_a_broken_past_does_no_harm() -> None:
    carrier = make_operator()
    user = make_user(carrier)
    make_truck(carrier)
    SavedView.objects.create(
        owner=user,
        listing="fleet.truck",
        name="old",
        columns=["gone"],
        ordering=["-gone", "carrier", "plate"],
    )
    assert len(shown(signed_in(user), f"{TRUCKS}?view=old").result_list) == 1
