"""A plan run, from rows to promises: what reports say becomes offers, whatever the planner does."""

from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest
from django.db import connection

from dispatch.models import DriverNotice, PlanRun, SwapAssignment
from dispatch.planning.travel import GreatCircleTravel
from dispatch.services.plans.archive import stored_problem
from dispatch.services.plans.explanations import explain_run
from dispatch.services.plans.runs import RegionBusyError, run_plan
from dispatch.snapshot import take_snapshot
from fleet.models import Job, TruckSight
from telematics.models import Alarm, Downlink, RouteNeed
from tests.builders import NOW
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def clock(at: datetime = NOW) -> Callable[[], datetime]:
    return lambda: at


def test_a_low_truck_is_offered_a_swap() -> None:
    scene = Scene()
    station = scene.add_station()
    truck = scene.add_truck(soc_percent=30)

    run = run_plan(scene.region.pk, cause="test", read_clock=clock())

    assert (run.state, run.served, run.written, run.refused) == ("done", 1, 1, 0), run.error
    offer = SwapAssignment.objects.get(truck=truck)
    assert (offer.state, offer.station, offer.plan_run) == ("offered", station, run)
    assert offer.occupies.lower <= offer.window.lower < offer.window.upper
    assert 0.9 <= offer.probability < 1
    assert (offer.road_class, offer.packs_ready_at) == ("regional", None)
    assert offer.detour_s == offer.least_detour_s
    assert NOW <= offer.eta <= offer.occupies.lower
    assert 15 < offer.soc_on_arrival_percent < 30
    assert offer.holds.get().is_live
    assert TruckSight.objects.get(assignment_id=offer.pk).operator == station.operator
    assert Downlink.objects.get(truck=truck).body["id"] == offer.pk
    assert DriverNotice.objects.get(assignment=offer).kind == "offered"
    assert RouteNeed.objects.get(truck=truck).needs_swap_by is not None


def test_an_offer_is_explained_afterwards() -> None:
    scene = Scene()
    scene.add_station(39.08)
    scene.add_station(40.5, 119.9)
    scene.add_truck(soc_percent=30)
    run = run_plan(scene.region.pk, read_clock=clock())
    job = Job.objects.get(name="dispatch.explain_run")
    assert explain_run(**job.payload) == run.written == 1
    chosen, other = SwapAssignment.objects.get().options
    assert (chosen["verdict"], chosen["station"]) == ("chosen", scene.stations[0].name)
    assert (other["verdict"], other["packs_ready"]) == ("out_of_reach", 4)
    assert explain_run(**job.payload) == 0


def test_a_second_plan_keeps_the_offer_as_it_is() -> None:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30)
    run_plan(scene.region.pk, read_clock=clock())
    before = SwapAssignment.objects.values_list("pk", "version", "occupies")

    again = run_plan(scene.region.pk, read_clock=clock())

    assert (again.state, again.written, again.refused) == ("done", 0, 0)
    assert list(before) == list(SwapAssignment.objects.values_list("pk", "version", "occupies"))


def test_a_full_truck_is_left_alone() -> None:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=98)
    run_plan(scene.region.pk, read_clock=clock())
    assert not SwapAssignment.objects.exists()


def test_a_silent_truck_is_not_planned() -> None:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30, seen_at=NOW.replace(hour=7))
    snapshot = take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel())
    assert list(snapshot.parked.values()) == ["stale"]
    assert not snapshot.problem.trucks


def test_a_truck_that_reaches_no_station_rings_the_alarm() -> None:
    scene = Scene()
    scene.add_station(40.5, 119.9)
    truck = scene.add_truck(soc_percent=20)
    run = run_plan(scene.region.pk, read_clock=clock())
    assert run.unserved == 1
    alarm = Alarm.objects.get(truck=truck)
    assert (alarm.kind, alarm.level, alarm.closed_at) == ("stranded_risk", 3, None)

    scene.add_station(39.03)
    run_plan(scene.region.pk, read_clock=clock())
    alarm.refresh_from_db()
    assert alarm.closed_at == NOW


def test_a_parked_truck_low_on_charge_is_swapped_all_the_same() -> None:
    scene = Scene()
    scene.add_station(39.03)
    truck = scene.add_truck(soc_percent=24, trips=0)
    run_plan(scene.region.pk, read_clock=clock())
    assert SwapAssignment.objects.get(truck=truck).state == "offered"


def test_the_problem_is_kept_for_replay() -> None:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30)
    run = run_plan(scene.region.pk, read_clock=clock())
    stored = PlanRun.objects.get(pk=run.pk)
    assert stored_problem(stored).trucks[0].id == scene.trucks[0].plate
    assert stored.plan is not None
    assert stored.plan["swaps"]


def test_one_planner_a_region(django_db_blocker: object) -> None:
    scene = Scene()
    settings = connection.get_connection_params()
    keep = {k: settings[k] for k in ("dbname", "user", "password", "host", "port") if k in settings}
    with psycopg.connect(**keep, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [0x59495A48, scene.region.pk])
        with pytest.raises(RegionBusyError):
            run_plan(scene.region.pk, read_clock=clock())
    assert not PlanRun.objects.exists()
