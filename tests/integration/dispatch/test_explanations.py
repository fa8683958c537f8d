"""Why and why not, from a plan run to the pages and the driver: in numbers, and to each his own."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from psycopg.types.range import Range

from dispatch.models import PlanRun, SwapAssignment
from dispatch.planning.travel import GreatCircleTravel
from dispatch.selectors.cards import assignment_card
from dispatch.services.plans.explanations import explain_run
from dispatch.services.plans.runs import run_plan
from dispatch.snapshot import take_snapshot
from fleet.models import Tariff, TariffPeriod, User
from tests.builders import NOW, make_assignment, make_operator, make_truck, make_user
from tests.scenes import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]

ENGLISH = {"accept-language": "en"}


def option(verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "station": "Kaiping", "verdict": verdict, "detour_min": 9.4, "wait_min": 1.0,
        "energy_on_arrival_kwh": 62.5, "packs_ready": 3, "fleet_min": 12.5, "more_kwh": 3.1,
        "more_cny": 2.2, "losers": [], "blockers": [], **more,
    }  # fmt: skip


def page_of(client: Client, swap: SwapAssignment, user: User, name: str = "change") -> str:
    client.force_login(user)
    url = reverse(f"admin:dispatch_swapassignment_{name}", args=[swap.pk])
    return client.get(url, headers=ENGLISH).content.decode()


def test_a_carrier_reads_what_others_would_lose_but_not_who_they_are(client: Client) -> None:
    carrier, rival = make_operator(), make_operator()
    mine, own_other, stranger = make_truck(carrier), make_truck(carrier), make_truck(rival)
    swap = make_assignment(truck=mine)
    swap.options = [
        option("others_lose", losers=[
            {"truck_id": stranger.pk, "min": 31.5, "is_left_out": False},
            {"truck_id": own_other.pk, "min": 7.5, "is_left_out": True},
        ]),
        option("lane_busy", blockers=[stranger.pk]),
    ]  # fmt: skip
    swap.save()

    page = page_of(client, swap, make_user(carrier))
    assert "12.5" in page
    assert "another truck would lose 31.5 min" in page
    assert own_other.plate in page
    assert "held by another truck" in page
    assert stranger.plate not in page
    assert stranger.plate not in page_of(client, swap, make_user(carrier), "history")
    page = page_of(client, swap, make_user(swap.station.operator, User.Role.STATION_OPERATOR))
    assert stranger.plate not in page
    assert own_other.plate not in page
    boss = User.objects.create_superuser("boss", password="x")
    assert stranger.plate in page_of(client, swap, boss)


def give_tariff(scene: Scene) -> None:
    """Give every station a price that changes at 17:00 local time, an hour after `NOW`."""
    tariff = Tariff.objects.create(code="t", name="T", source="test")
    for minutes, price in (((0, 1020), "0.50"), ((1020, 1440), "0.90")):
        TariffPeriod.objects.create(
            tariff=tariff, valid=Range(None, None), month=11, minutes=Range(*minutes),
            level="flat", price_cny_per_kwh=price,
        )  # fmt: skip
    for station in scene.stations:
        station.tariff = tariff
        station.save()


def test_an_offer_is_explained_in_minutes_energy_and_money(client: Client) -> None:
    scene = Scene()
    scene.add_station(39.08)
    scene.add_station(39.2, 118.6)
    scene.add_station(40.5, 119.9)
    truck = scene.add_truck(soc_percent=45)
    give_tariff(scene)
    run = run_plan(scene.region.pk, read_clock=lambda: NOW)
    assert explain_run(run.pk) == 1

    promise = SwapAssignment.objects.get()
    chosen, *others = promise.options
    assert (chosen["verdict"], chosen["fleet_min"], chosen["more_cny"]) == ("chosen", 0, 0)
    best = others[0]
    assert best["verdict"] in {"longer", "lateness"}
    assert best["fleet_min"] > 0
    assert best["more_kwh"] > 0
    assert best["more_cny"] > 0
    card = assignment_card(promise, now=NOW)
    assert card["refused"][0]["fleet_min"] == best["fleet_min"]
    assert best["station"] in page_of(client, promise, make_user(scene.carrier))
    assert truck.plate not in str(promise.options)


def test_prices_of_the_hours_ahead_are_in_the_snapshot() -> None:
    scene = Scene()
    scene.add_station()
    scene.add_station(39.2)
    give_tariff(scene)
    scene.stations[1].tariff = None
    scene.stations[1].save()
    with_prices, without = take_snapshot(
        scene.region, now=NOW, travel=GreatCircleTravel()
    ).problem.stations
    first, second = with_prices.price_cny_milli_per_kwh
    assert (first, second[1]) == ((0, 500), 900)
    local = NOW + timedelta(hours=8, seconds=second[0])
    assert (local.hour, local.minute) == (17, 0)
    assert without.price_cny_milli_per_kwh == ()


def unserved_page(client: Client, run: PlanRun, user: User) -> str:
    client.force_login(user)
    url = reverse("admin:dispatch_planrun_change", args=[run.pk])
    return client.get(url, headers=ENGLISH).content.decode()


def test_who_was_left_out_is_told_why_and_what_would_have_helped(client: Client) -> None:
    scene = Scene()
    scene.add_station(packs=0)
    short = scene.add_truck(soc_percent=30)
    far = scene.add_truck(soc_percent=12, at=(40.6, 119.9))
    run = run_plan(scene.region.pk, read_clock=lambda: NOW)
    explain_run(run.pk)
    run.refresh_from_db()

    why = {row["plate"]: row for row in run.unserved_why}
    assert why[short.plate]["helps"][0]["packs"] == 1
    assert why[far.plate]["reason"] == "unreachable"

    boss = User.objects.create_superuser("boss", password="x")
    page = unserved_page(client, run, boss)
    assert f"charged packs more at {scene.stations[0].name}: 1" in page
    make_assignment(truck=make_truck(scene.carrier), plan_run=run)
    assert short.plate in unserved_page(client, run, make_user(scene.carrier))
    other = make_operator()
    make_assignment(truck=make_truck(other), plan_run=run)
    page = unserved_page(client, run, make_user(other))
    assert short.plate not in page
    assert far.plate not in page


def test_a_promise_whose_run_is_gone_is_shown_without_options(client: Client) -> None:
    carrier = make_operator()
    swap = make_assignment(truck=make_truck(carrier))
    assert "No other station was in question." in page_of(client, swap, make_user(carrier))
