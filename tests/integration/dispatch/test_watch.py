"""Promises follow their trucks, and each ends in time, whatever happens or does not."""

from datetime import datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.lifecycle import ENDED, LIVE
from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.moves import move_assignment
from dispatch.services.promises.watch import expire_offers, watch_assignments
from tests.builders import NOW, make_assignment
from tests.scenes import Scene

pytestmark = pytest.mark.django_db
AT_THE_GATE = (39.1005, 118.5)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.add_station(39.10)
    scene.add_truck(soc_percent=32)
    return scene


def offered(scene: Scene) -> SwapAssignment:
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    return SwapAssignment.objects.get()


def plan(scene: Scene, at: datetime) -> None:
    run = run_plan(scene.region.pk, read_clock=lambda: at)
    assert run.state == "done", run.error


def test_an_unanswered_offer_expires(scene: Scene) -> None:
    offer = offered(scene)
    assert expire_offers(now=offer.offer_expires_at - timedelta(seconds=1)) == 0
    assert expire_offers(now=offer.offer_expires_at) == 1
    offer.refresh_from_db()
    assert offer.state == "expired"


def test_a_driver_who_does_not_answer_is_asked_less_and_less(scene: Scene) -> None:
    truck = scene.trucks[0]
    scene.report(truck, soc_percent=45, at=(39.02, 118.5))
    offers, at = [], NOW
    while at < NOW + timedelta(minutes=40):
        scene.report(truck, soc_percent=45, at=(39.02, 118.5), seen_at=at)
        expire_offers(now=at)
        plan(scene, at)
        offers.append(SwapAssignment.objects.count())
        at += timedelta(minutes=2)
    assert offers[0] == 1
    assert 3 <= offers[-1] <= 6


def test_a_slow_truck_at_the_gate_has_arrived(scene: Scene) -> None:
    offer = offered(scene)
    move_assignment(assignment_id=offer.pk, to="accepted", now=NOW)
    later = NOW + timedelta(minutes=15)
    truck = scene.trucks[0]
    scene.report(truck, soc_percent=27, at=AT_THE_GATE, seen_at=later, speed_kmh=60)
    assert watch_assignments(now=later) == 0
    scene.report(truck, soc_percent=27, at=AT_THE_GATE, seen_at=later, speed_kmh=8)
    assert watch_assignments(now=later) == 1
    offer.refresh_from_db()
    assert (offer.state, offer.arrived_at) == ("arrived", later)


def test_a_late_truck_gets_a_later_time_before_it_arrives(scene: Scene) -> None:
    offer = offered(scene)
    move_assignment(assignment_id=offer.pk, to="accepted", now=NOW)
    later = NOW + timedelta(minutes=12)
    scene.report(scene.trucks[0], soc_percent=31, at=(39.02, 118.5), seen_at=later, speed_kmh=0)

    plan(scene, later)

    changed = SwapAssignment.objects.get()
    assert (changed.pk, changed.state) == (offer.pk, "accepted")
    assert changed.occupies.lower >= offer.occupies.lower + timedelta(minutes=8)
    assert changed.holds.get(is_live=True).during.upper == changed.occupies.upper
    assert DriverNotice.objects.filter(assignment=offer, kind="changed").count() == 2


def test_an_eta_is_kept_true(scene: Scene) -> None:
    offer = offered(scene)
    move_assignment(assignment_id=offer.pk, to="accepted", now=NOW)
    later = NOW + timedelta(minutes=3)
    scene.report(scene.trucks[0], soc_percent=28, at=(39.09, 118.5), seen_at=later)
    plan(scene, later)
    nearer = SwapAssignment.objects.get()
    assert nearer.eta < offer.eta - timedelta(minutes=3)
    assert nearer.distance_m < 3000


@pytest.mark.parametrize("state", [state for state in LIVE if state != "offered"])
def test_every_state_ends_in_time(state: str) -> None:
    """Within its window, 15 minutes of grace and 5 more, with nobody saying anything."""
    window = DateTimeTZRange(NOW, NOW + timedelta(minutes=20))
    assignment = make_assignment(state=state, window=window)
    watch_assignments(now=window.upper + timedelta(minutes=14, seconds=59))
    assignment.refresh_from_db()
    assert assignment.state == state
    watch_assignments(now=window.upper + timedelta(minutes=20))
    assignment.refresh_from_db()
    assert assignment.state in ENDED
