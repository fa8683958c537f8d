"""An urgent truck is answered at once, beside all promises that stand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import SwapAssignment
from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.planning.travel import GreatCircleTravel
from dispatch.services.plans.decisions import carry_out
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.moves import move_assignment
from dispatch.services.promises.now import answer_truck
from dispatch.snapshot import take_snapshot
from fleet.models import Job, Truck
from tests.builders import NOW
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def plan(scene: Scene) -> tuple[int, int]:
    run = run_plan(scene.region.pk, cause="test", read_clock=lambda: NOW)
    return run.written, run.refused


def live(truck: Truck) -> SwapAssignment:
    return SwapAssignment.objects.get(truck=truck, ended_at=None)


def rows() -> list[tuple[object, ...]]:
    found = SwapAssignment.objects.filter(ended_at=None).order_by("pk")
    return list(found.values_list("pk", "version", "state", "lane", "occupies"))


def test_a_driver_who_says_no_is_offered_another_station_before_the_region_is_planned() -> None:
    scene = Scene()
    scene.add_station(39.08)
    scene.add_station(39.12)
    first, second = scene.add_truck(soc_percent=34), scene.add_truck(soc_percent=35)
    assert plan(scene) == (2, 0)
    declined, other = live(first), live(second)
    move_assignment(assignment_id=other.pk, to="accepted", now=NOW)
    before = [row for row in rows() if row[0] == other.pk]

    move_assignment(assignment_id=declined.pk, to="declined", now=NOW, reason="too_far")

    job = Job.objects.get(name="dispatch.plan_one_truck")
    offer = answer_truck(**job.payload, now=NOW)
    assert offer is not None
    assert (offer.truck, offer.state) == (first, "offered")
    assert offer.station_id != declined.station_id
    assert [row for row in rows() if row[0] == other.pk] == before
    after = rows()
    assert plan(scene) == (0, 0)
    assert rows() == after


def test_what_is_read_for_one_truck_does_not_grow_with_the_fleet() -> None:
    scene = Scene()
    for k in range(4):
        scene.add_station(39.03 + 0.02 * k)
    counts = []
    for trucks in (2, 8):
        added = [scene.add_truck(soc_percent=30) for _ in range(trucks)]
        plan(scene)
        urgent = added[-1]
        for offer in SwapAssignment.objects.filter(truck=urgent, ended_at=None):
            move_assignment(assignment_id=offer.pk, to="expired", now=NOW, replans=False)
        with CaptureQueriesContext(connection) as queries:
            take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel(), only_truck=urgent.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_truck_with_a_promise_is_left_alone() -> None:
    scene = Scene()
    scene.add_station()
    truck = scene.add_truck(soc_percent=30)
    plan(scene)
    before = rows()
    assert answer_truck(truck.pk, cause="test", now=NOW) is None
    assert rows() == before


def test_a_plan_made_before_the_answer_does_not_promise_the_truck_a_second_swap() -> None:
    scene = Scene()
    scene.add_station(39.08)
    scene.add_station(39.12)
    truck = scene.add_truck(soc_percent=30)
    snapshot = take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel())
    late = greedy(snapshot.problem, PlannerParams())
    answered = answer_truck(truck.pk, cause="test", now=NOW)

    outcome = carry_out(late, snapshot, plan_run_id=None, now=NOW)

    assert outcome.codes == ["truck_taken"]
    assert (outcome.settled, outcome.refused) == (1, 0)
    assert live(truck) == answered


def test_where_there_is_no_pack_nothing_is_offered_and_the_plan_says_why() -> None:
    scene = Scene()
    scene.add_station(packs=0)
    truck = scene.add_truck(soc_percent=30)
    assert answer_truck(truck.pk, cause="test", now=NOW) is None
    assert not SwapAssignment.objects.exists()


def test_a_driver_who_wants_none_now_is_not_asked_again() -> None:
    scene = Scene()
    scene.add_station()
    truck = scene.add_truck(soc_percent=30)
    plan(scene)
    move_assignment(assignment_id=live(truck).pk, to="declined", now=NOW, reason="rest_time")
    assert answer_truck(truck.pk, cause="declined", now=NOW) is None
