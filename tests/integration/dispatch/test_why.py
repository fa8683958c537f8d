"""Each promise says why: chosen and refused ways in minutes by part, or that nobody compared."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import SwapAssignment
from dispatch.selectors.why import LEAST_OTHERS
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.by_hand import assign_by_hand
from dispatch.services.promises.now import answer_truck
from fleet.models import User
from tests.builders import NOW, make_assignment, make_outcome, make_user
from tests.scenes import Scene
from tests.why_world import decided_world, faults, multiply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
ENGLISH = {"accept-language": "en"}


def _page(client: Client, swap: SwapAssignment, user: User) -> Any:
    client.force_login(user)
    return client.get(reverse("admin:dispatch_why", args=[swap.pk]), headers=ENGLISH)


def _boss() -> User:
    return make_user(is_superuser=True)


def test_the_page_of_a_planned_promise_has_map_minutes_numbers_and_inputs(client: Client) -> None:
    scene = decided_world(3)
    promise = SwapAssignment.objects.filter(region=scene.region).earliest("pk")
    answer = _page(client, promise, _boss())
    page, context = answer.content.decode(), answer.context

    assert context["basis"].code == "planned"
    chosen, *others = context["options"]
    assert len(others) >= LEAST_OTHERS
    drive_min = (promise.eta - NOW).total_seconds() / 60
    assert chosen["leave_min"] + chosen["to_min"] == pytest.approx(drive_min, abs=0.2)
    assert chosen["swap_min"] == promise.lane.swap_s / 60
    assert chosen["on_min"] > 0
    at = [promise.station.latitude_deg, promise.station.longitude_deg]
    [drawn] = [one for one in context["map"]["options"] if one["is_chosen"]]
    assert (drawn["at"], len(context["map"]["options"])) == (at, len(context["options"]))
    state_at = promise.decided_on["stops"][0]
    assert context["map"]["truck"] == state_at
    assert context["map"]["stops"] == promise.decided_on["stops"][1:]
    for row in others:
        assert row["verdict_text"] in page
        assert row["station"] in page
    run = promise.plan_run
    assert run is not None
    assert f"manage.py replay_plan {run.pk}" in page
    given = client.get(reverse("admin:dispatch_why_input", args=[promise.pk]))
    problem = json.loads(gzip.decompress(given.content))
    assert len(problem["trucks"]) == promise.decided_on["trucks"] == len(scene.trucks)
    assert len(problem["stations"]) == promise.decided_on["stations"] == len(scene.stations)


def test_what_is_the_carriers_and_the_staffs_alone_is_shown_to_nobody_else(client: Client) -> None:
    scene = decided_world(4)
    promise = SwapAssignment.objects.filter(region=scene.region).earliest("pk")
    there = make_user(promise.station.operator, User.Role.STATION_OPERATOR)
    answer = _page(client, promise, there)
    assert answer.context["map"]["stops"] == []
    assert answer.context["map"]["truck"]
    given = reverse("admin:dispatch_why_input", args=[promise.pk])
    assert given not in answer.content.decode()
    assert client.get(given).status_code == 404
    assert _page(client, promise, make_user(scene.carrier)).context["map"]["stops"]
    assert _page(client, promise, make_user()).status_code == 404


def test_what_was_not_compared_is_said_and_no_price_made_up(client: Client) -> None:
    scene = Scene()
    for latitude in (39.06, 39.1, 39.15, 39.2):
        scene.add_station(latitude)
    truck, other = scene.add_truck(soc_percent=40), scene.add_truck(soc_percent=28)
    boss = _boss()
    by_hand = assign_by_hand(truck, scene.stations[2], by=boss, now=NOW, reason="customer there")
    page = _page(client, by_hand, boss)
    assert "no other was compared" in page.content.decode()
    assert "customer there" in page.content.decode()
    chosen, *others = page.context["options"]
    assert chosen["station_code"] == scene.stations[2].code
    assert chosen["to_min"] + chosen["leave_min"] == pytest.approx(
        (by_hand.eta - NOW).total_seconds() / 60, abs=0.2
    )
    assert [row["verdict"] for row in others] == ["not_compared"] * LEAST_OTHERS
    assert len({row["station_code"] for row in others}) == LEAST_OTHERS
    assert all(row["fleet_min"] is None and row["to_min"] >= 0 for row in others)

    alone = answer_truck(other.pk, cause="test", now=NOW)
    assert alone is not None
    page = _page(client, alone, boss)
    assert page.context["basis"].code == "alone"
    assert "for this truck alone" in page.content.decode()

    rescue = SwapAssignment.objects.filter(why={"code": "rescue"})
    low = scene.add_truck(soc_percent=16)
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    page = _page(client, rescue.get(truck=low), boss)
    assert "its charge was low" in page.content.decode()
    assert len(page.context["options"]) == 1 + LEAST_OTHERS


def test_a_promise_from_before_anything_was_kept_still_has_its_page(client: Client) -> None:
    bare = make_assignment(state="done", ended_at=NOW)
    make_outcome(bare, is_kept=False, way_late_s=300)
    answer = _page(client, bare, _boss())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "not kept" in page
    assert "arrived +5 min" in page
    assert answer.context["options"][0]["wait_min"] == pytest.approx(2)


def test_the_page_is_two_clicks_from_where_an_assignment_is_named(client: Client) -> None:
    promise = make_assignment()
    url = reverse("admin:dispatch_why", args=[promise.pk])
    client.force_login(_boss())
    listed = client.get(reverse("admin:dispatch_swapassignment_changelist")).content.decode()
    own = client.get(reverse("admin:dispatch_swapassignment_change", args=[promise.pk]))
    detail = client.get(reverse("admin:dispatch_map_truck", args=[promise.truck_id]))
    for page in (listed, own.content.decode(), detail.content.decode()):
        assert url in page
    board = client.get(reverse("admin:dispatch_board", args=[promise.station_id]))
    truck = client.get(reverse("admin:dispatch_livetruck_changelist"))
    change = reverse("admin:dispatch_swapassignment_change", args=[promise.pk])
    for page in (board.content.decode(), truck.content.decode()):
        assert change in page


def _promises(worlds: int) -> list[SwapAssignment]:
    for seed in range(worlds):
        decided_world(seed)
    rows = list(SwapAssignment.objects.select_related("station", "lane").exclude(options=[]))
    assert len(rows) >= 3 * worlds
    return rows


def _wrong_ones(count: int, worlds: int) -> list[tuple[int, list[str]]]:
    made = multiply(_promises(worlds), count, seed=1)
    boss = _boss()
    rows = SwapAssignment.objects.select_related("station", "lane", "plan_run")
    read = rows.filter(pk__in=[row.pk for row in made]).iterator(chunk_size=500)
    return [(row.pk, wrong) for row in read if (wrong := faults(row, boss))]


def test_every_promise_has_a_sound_why_page() -> None:
    assert _wrong_ones(160, worlds=2) == []


@pytest.mark.long
def test_ten_thousand_promises_have_a_sound_why_page(client: Client) -> None:
    assert _wrong_ones(10_000, worlds=12) == []
    client.force_login(_boss())
    ids = list(SwapAssignment.objects.order_by("pk").values_list("pk", flat=True))
    for pk in ids[::20]:
        assert client.get(reverse("admin:dispatch_why", args=[pk])).status_code == 200


def test_the_invariant_sees_what_is_wrong() -> None:
    [promise, *_] = _promises(1)
    boss = _boss()
    assert faults(promise, boss) == []
    kept = promise.options
    promise.options = [*kept[:1], {**kept[1], "wait_min": -1.0}]
    assert "no minutes below nothing" in faults(promise, boss)
    promise.options = [*kept[:1], {**kept[1], "verdict": "mood"}]
    assert "a verdict in words" in faults(promise, boss)
    promise.options = [kept[0], *kept]
    assert "one chosen option, first" in faults(promise, boss)
