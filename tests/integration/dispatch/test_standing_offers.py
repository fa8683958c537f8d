"""Offers nobody has taken yet: kept by the next plan, moved only when the fleet gains enough."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from dispatch.models import SwapAssignment
from dispatch.planning.travel import GreatCircleTravel
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.moves import move_assignment
from dispatch.snapshot import take_snapshot
from tests.builders import NOW
from tests.scenes import Scene

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=15)


def plan(scene: Scene) -> tuple[int, int]:
    run = run_plan(scene.region.pk, cause="test", read_clock=lambda: NOW)
    assert run.state == "done", run.error
    return run.written, run.refused


def promises() -> list[tuple[object, ...]]:
    rows = SwapAssignment.objects.order_by("pk")
    return list(rows.values_list("pk", "version", "state", "lane", "occupies"))


def crowded() -> Scene:
    """Six trucks that need a swap, two stations with a lane each and few packs."""
    scene = Scene()
    scene.add_station(39.08, packs=2)
    scene.add_station(39.12, packs=2)
    for k in range(6):
        scene.add_truck(soc_percent=33 + k, at=(39.02 + 0.002 * k, 118.5))
    return scene


def test_an_unchanged_world_proposes_no_change() -> None:
    scene = crowded()
    written, _ = plan(scene)
    assert written >= 4
    before = promises()
    problem = take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel()).problem
    held = [hold for truck in problem.trucks for hold in truck.holds]
    assert len(held) == written
    assert not any(hold.fixed for hold in held)

    assert plan(scene) == (0, 0)
    assert plan(scene) == (0, 0)
    assert promises() == before


def test_an_offer_on_packs_another_offer_brings_stays_too() -> None:
    scene = Scene()
    station = scene.add_station(39.05, packs=1)
    station.slots.update(max_power_kw=1000)
    scene.pack_type.max_charge_kw = 1000
    scene.pack_type.save()
    first = scene.add_truck(soc_percent=30)
    plan(scene)
    scene.add_truck(soc_percent=30)
    assert plan(scene) == (1, 0)
    before = promises()

    assert plan(scene) == (0, 0)

    assert promises() == before
    problem = take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel()).problem
    named = [pack for truck in problem.trucks for hold in truck.holds for pack in hold.packs]
    assert f"{first.plate}/0/0" in named


@pytest.mark.parametrize(
    ("change_s", "state", "is_moved"),
    [(300, "offered", True), (100_000, "offered", False), (300, "accepted", False)],
)
def test_an_offer_moves_only_if_the_fleet_gains_more_than_a_change_costs(
    settings: Settings, change_s: int, state: str, is_moved: bool
) -> None:
    scene = Scene()
    scene.add_station(39.1, 118.62)  # 14 km off the road
    truck = scene.add_truck(soc_percent=45)
    plan(scene)
    offer = SwapAssignment.objects.get()
    assert offer.why["code"] != "rescue"
    if state != "offered":
        move_assignment(assignment_id=offer.pk, to=state, now=NOW)
    nearer = scene.add_station(39.12)
    settings.PLANNER_CHANGE_S = change_s

    plan(scene)

    offer.refresh_from_db()
    live = SwapAssignment.objects.get(truck=truck, ended_at=None)
    assert (offer.state, live.station_id == nearer.pk) == (
        ("diverted", True) if is_moved else (state, False)
    )


def test_an_offer_the_planner_has_no_place_for_is_left_to_the_driver() -> None:
    scene = Scene()
    scene.add_station()
    truck = scene.add_truck(soc_percent=30)
    plan(scene)
    scene.report(truck, soc_percent=99, at=(39.02, 118.5))
    snapshot = take_snapshot(scene.region, now=SOON, travel=GreatCircleTravel())
    assert list(snapshot.standing.firm.values()) == [SwapAssignment.objects.get()]

    assert plan(scene) == (0, 0)

    assert SwapAssignment.objects.get().state == "offered"
