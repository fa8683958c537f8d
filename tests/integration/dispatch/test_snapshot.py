"""What the planner is told: routes, stations and standing promises, from rows to a problem."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import PackHold, SwapAssignment
from dispatch.planning.exchange import problem_from_json, problem_to_json
from dispatch.planning.problem import Station, SwapProblem
from dispatch.planning.travel import GreatCircleTravel
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.moves import move_assignment
from dispatch.snapshot import take_snapshot
from dispatch.snapshot.routes import HORIZON
from fleet.models import OpeningHours, Pack
from fleet.services.packs import Custody
from fleet.services.quarantine import quarantine_pack
from telematics.models import LaneState, SlotState
from tests.builders import NOW, make_pack_type
from tests.scenes import Scene

pytestmark = pytest.mark.django_db
HORIZON_S = int(HORIZON.total_seconds())


def problem_of(scene: Scene) -> SwapProblem:
    return take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel()).problem


def station_of(scene: Scene) -> Station:
    [station] = problem_of(scene).stations
    return station


def test_the_number_of_queries_does_not_grow_with_the_fleet() -> None:
    scene = Scene()
    scene.add_station(39.03)
    counts = []
    for trucks in (2, 8):
        for _ in range(trucks):
            scene.add_truck(soc_percent=30)
        run_plan(scene.region.pk, read_clock=lambda: NOW)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_problem_goes_to_json_and_back() -> None:
    scene = Scene()
    scene.add_station(39.05)
    scene.add_truck(soc_percent=40, trips=3)
    problem = problem_of(scene)
    assert problem_from_json(problem_to_json(problem)) == problem


def test_the_route_goes_by_the_trips_in_order() -> None:
    scene = Scene()
    scene.add_station(39.05)
    scene.add_truck(soc_percent=40, trips=3)
    [truck] = problem_of(scene).trucks
    full, empty = truck.legs[0], truck.legs[1]
    assert len(truck.stops) == 3
    assert full.travel_s > 2000
    assert empty.energy_wh < full.energy_wh
    assert truck.stops[1].dwell_s >= 1800
    assert truck.reserve_wh == round(0.15 * 282_000)
    assert truck.energy_wh == round(0.40 * 282_000)
    assert {detour.after for detour in truck.detours} == {0, 1}


def test_packs_nobody_may_have_are_left_out() -> None:
    scene = Scene()
    station = scene.add_station(39.05, packs=5)
    first, second, third, fourth, _ = Pack.objects.filter(slot__station=station).order_by("pk")
    quarantine_pack(first.pk, custody=Custody(at=NOW, reason="smells"))
    assert second.slot_id
    station.slots.filter(pk=second.slot_id).update(is_blocked=True, block_reason="fan")
    SlotState.objects.filter(slot=third.slot_id).delete()
    SlotState.objects.filter(slot=fourth.slot_id).update(pack_code="SOMETHINGELSE00000000000")
    assert len(station_of(scene).packs) == 1


def test_a_lane_with_a_fault_takes_nobody() -> None:
    scene = Scene()
    station = scene.add_station(39.05)
    LaneState.objects.create(
        lane=station.lanes.get(), recorded_at=NOW, received_at=NOW, state=LaneState.State.FAULT
    )
    assert station_of(scene).lanes[0].closed == ((0, HORIZON_S),)


def test_opening_hours_are_by_the_clock_on_the_wall() -> None:
    """`NOW` is 16:00 in Shanghai, a Saturday."""
    scene = Scene()
    station = scene.add_station(39.05)
    for opens, closes in ((time(7), time(16, 30)), (time(18), time(19))):
        OpeningHours.objects.create(station=station, weekday=5, opens_at=opens, closes_at=closes)
    closed = station_of(scene).lanes[0].closed
    assert closed == ((1800, 7200), (10800, HORIZON_S))


def test_a_lane_swaps_its_types_only() -> None:
    scene = Scene()
    station = scene.add_station(39.05)
    scene.add_truck(soc_percent=30)
    station.lanes.get().pack_types.add(make_pack_type())
    [truck] = problem_of(scene).trucks
    assert truck.detours == ()


def test_a_promise_takes_lane_and_pack_and_brings_one_back() -> None:
    scene = Scene()
    scene.add_station(39.05, packs=2)
    truck = scene.add_truck(soc_percent=30)
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    promise = SwapAssignment.objects.get()
    move_assignment(assignment_id=promise.pk, to="accepted", now=NOW)

    station = station_of(scene)

    start_s = int((promise.occupies.lower - NOW).total_seconds())
    assert station.lanes[0].closed == ((start_s, start_s + 300),)
    held = PackHold.objects.get(assignment=promise).pack.code
    ready = {pack.id: pack.ready_s for pack in station.packs}
    assert held not in ready
    assert ready[scene.pack_on(truck).code] > start_s + 300
    assert not problem_of(scene).trucks


def test_a_pack_that_is_still_on_a_truck_may_be_promised() -> None:
    """One pack at the station, two trucks: the second gets what the first brings, charged."""
    scene = Scene()
    station = scene.add_station(39.05, packs=1)
    station.slots.update(max_power_kw=1000)
    scene.pack_type.max_charge_kw = 1000
    scene.pack_type.save()
    first = scene.add_truck(soc_percent=30)
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    second = scene.add_truck(soc_percent=30)

    run = run_plan(scene.region.pk, read_clock=lambda: NOW)

    assert (run.written, run.refused) == (1, 0), run.plan
    earlier = SwapAssignment.objects.get(truck=first)
    later = SwapAssignment.objects.get(truck=second)
    hold = later.holds.get()
    assert hold.pack == scene.pack_on(first)
    assert hold.during.lower == earlier.occupies.upper
    move_assignment(assignment_id=earlier.pk, to="declined", now=NOW, reason="rest_time")
    again = run_plan(scene.region.pk, read_clock=lambda: NOW)
    assert again.state == "done"
    later.refresh_from_db()
    assert later.state == "offered"
    assert later.holds.get(is_live=True).pack != hold.pack


def test_the_promise_of_a_silent_truck_stands() -> None:
    scene = Scene()
    scene.add_station(39.05)
    truck = scene.add_truck(soc_percent=30)
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    scene.report(truck, soc_percent=30, at=(39.02, 118.5), seen_at=NOW - timedelta(hours=1))
    snapshot = take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel())
    assert snapshot.parked == {truck.plate: "stale"}
    assert len(snapshot.standing.firm) == 1
    assert snapshot.problem.stations[0].lanes[0].closed
