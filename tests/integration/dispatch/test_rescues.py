"""A truck no plan can help is sent to a station while it can still reach one."""

from datetime import timedelta

import pytest

from dispatch.models import SwapAssignment, Trip
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.moves import move_assignment
from telematics.models import Alarm
from tests.builders import NOW
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def plan(scene: Scene) -> None:
    run_plan(scene.region.pk, cause="test", read_clock=lambda: NOW)


def test_a_truck_below_its_reserve_at_the_gate_is_sent_there_all_the_same() -> None:
    scene = Scene()
    station = scene.add_station(39.08)
    truck = scene.add_truck(soc_percent=16)

    plan(scene)

    offer = SwapAssignment.objects.get()
    assert (offer.truck, offer.station, offer.why["code"]) == (truck, station, "rescue")
    assert 0 < offer.soc_on_arrival_percent < truck.reserve_percent
    assert not offer.is_pinned
    assert Alarm.objects.get(truck=truck).kind == Alarm.Kind.STRANDED_RISK

    plan(scene)
    assert SwapAssignment.objects.get() == offer


def test_a_rescue_that_runs_late_stands() -> None:
    scene = Scene()
    scene.add_station(39.08)
    truck = scene.add_truck(soc_percent=16)
    plan(scene)
    offer = SwapAssignment.objects.get()

    later = NOW + timedelta(minutes=8)
    scene.report(truck, soc_percent=16, at=(39.02, 118.5), seen_at=later)
    run_plan(scene.region.pk, cause="test", read_clock=lambda: later)

    offer.refresh_from_db()
    assert offer.state == "offered"


def test_what_a_truck_said_before_its_swap_starts_no_other() -> None:
    scene = Scene()
    scene.add_station(39.08)
    truck = scene.add_truck(soc_percent=16)
    plan(scene)
    for k, state in enumerate(("accepted", "arrived", "swapping", "done")):
        at = NOW + timedelta(seconds=5 * k)
        move_assignment(assignment_id=SwapAssignment.objects.get().pk, to=state, now=at)

    soon = NOW + timedelta(seconds=40)
    run_plan(scene.region.pk, cause="test", read_clock=lambda: soon)
    assert SwapAssignment.objects.count() == 1

    scene.report(truck, soc_percent=16, at=(39.02, 118.5), seen_at=soon)
    run_plan(scene.region.pk, cause="test", read_clock=lambda: soon)
    assert SwapAssignment.objects.count() == 2


def test_one_that_can_reach_nothing_gets_no_false_promise() -> None:
    scene = Scene()
    scene.add_station(39.08)
    truck = scene.add_truck(soc_percent=3)

    plan(scene)

    assert not SwapAssignment.objects.exists()
    assert Alarm.objects.get().truck == truck


def test_one_with_charge_to_spare_is_not_sent_to_swap_again_and_again() -> None:
    scene = Scene()
    scene.add_station(39.08)
    far = scene.place(43.5, 118.5)  # a leg no full pack lasts for
    truck = scene.add_truck(soc_percent=90, trips=1)
    truck_trip = truck_trips(scene)[0]
    truck_trip.destination = far
    truck_trip.save()

    plan(scene)

    assert not SwapAssignment.objects.exists()
    assert Alarm.objects.get().truck == truck


def truck_trips(scene: Scene) -> list[Trip]:
    return list(Trip.objects.filter(truck=scene.trucks[0]))
