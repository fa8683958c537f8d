"""People win: what they assign, pin, cancel, forbid or close, the next plan obeys."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from dispatch.models import Ban, SwapAssignment
from dispatch.services.gate.lanes import close_lane, close_station
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.by_hand import (
    assign_by_hand,
    ban,
    cancel_by_hand,
    lift_ban,
    pin,
    unpin,
)
from dispatch.services.promises.earliest import CannotAssignError
from dispatch.services.promises.moves import StaleVersionError, move_assignment
from fleet.models import Job, Lane, SwapStation
from tests.builders import NOW, make_user
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Two stations on the way, and a truck that must swap at one of them."""
    scene = Scene()
    scene.add_station(39.08)
    scene.add_station(39.10)
    scene.add_truck(soc_percent=32)
    return scene


def clock(at: datetime = NOW) -> Callable[[], datetime]:
    return lambda: at


def plan(scene: Scene, at: datetime = NOW) -> SwapAssignment | None:
    """Plan once and return what stands then."""
    for truck in scene.trucks:
        if at != NOW:
            scene.report(truck, soc_percent=32, at=(39.02, 118.5), seen_at=at)
    run = run_plan(scene.region.pk, read_clock=clock(at))
    assert run.state == "done", run.error
    live = SwapAssignment.objects.filter(truck=scene.trucks[0], ended_at__isnull=True)
    return live.first()


def promised(scene: Scene) -> SwapAssignment:
    assignment = plan(scene)
    assert assignment is not None
    return assignment


def other_station(scene: Scene, assignment: SwapAssignment) -> SwapStation:
    return next(s for s in scene.stations if s.pk != assignment.station_id)


def test_a_truck_sent_by_hand_stays_sent(scene: Scene) -> None:
    first = promised(scene)
    elsewhere, dispatcher = other_station(scene, first), make_user()

    by_hand = assign_by_hand(scene.trucks[0], elsewhere, by=dispatcher, now=NOW)

    first.refresh_from_db()
    assert first.state == "diverted"
    assert (by_hand.station, by_hand.is_pinned, by_hand.decided_by) == (elsewhere, True, dispatcher)
    assert by_hand.why["code"] == "by_hand"
    kept = plan(scene)
    assert kept == by_hand
    assert kept.version == by_hand.version


def test_a_full_truck_may_be_sent_too(scene: Scene) -> None:
    truck = scene.add_truck(soc_percent=95)
    assert assign_by_hand(truck, scene.stations[0], by=make_user(), now=NOW).state == "offered"


def test_an_accepted_promise_may_be_replaced(scene: Scene) -> None:
    first = promised(scene)
    move_assignment(assignment_id=first.pk, to="accepted", now=NOW)
    elsewhere = other_station(scene, first)
    assert assign_by_hand(scene.trucks[0], elsewhere, by=None, now=NOW).station == elsewhere


def test_what_cannot_be_is_said_why(scene: Scene) -> None:
    empty = scene.add_station(39.09, packs=0)
    parked = scene.add_truck(soc_percent=50, seen_at=NOW - timedelta(hours=1))
    with pytest.raises(CannotAssignError) as no_packs:
        assign_by_hand(scene.trucks[0], empty, by=None, now=NOW)
    with pytest.raises(CannotAssignError) as silent:
        assign_by_hand(parked, scene.stations[0], by=None, now=NOW)
    assert no_packs.value.code == "no_packs"
    assert silent.value.code == "not_on_shift"


def test_a_pinned_promise_outlives_a_better_plan(scene: Scene) -> None:
    first = promised(scene)
    pinned = pin(first, by=make_user(), now=NOW)
    assert pinned.version == first.version + 1
    close_lane(first.lane, reason="robot", by=None, now=NOW)
    assert plan(scene) == first
    unpin(pinned, by=make_user(), now=NOW)
    moved = plan(scene)
    assert moved is not None
    assert moved.station_id != first.station_id


def test_pinning_what_changed_meanwhile_is_refused(scene: Scene) -> None:
    first = promised(scene)
    pin(first, by=make_user(), now=NOW)
    with pytest.raises(StaleVersionError):
        pin(first, by=make_user(), now=NOW)


def test_a_cancelled_promise_is_not_offered_again(scene: Scene) -> None:
    first = promised(scene)
    cancel_by_hand(first, by=make_user(), reason="fog", now=NOW)
    second = plan(scene)
    assert second is not None
    assert second.station_id != first.station_id


def test_a_ban_is_obeyed_until_it_ends(scene: Scene) -> None:
    first = promised(scene)
    truck, until = scene.trucks[0], NOW + timedelta(hours=2)
    row = ban(truck, first.station, until=until, reason="too low", by=make_user(), now=NOW)
    second = plan(scene)
    assert second is not None
    assert second.station_id != first.station_id
    ban(truck, second.station, until=until, reason="too low", by=make_user(), now=NOW)
    assert plan(scene) is None
    lift_ban(row, now=NOW)
    third = plan(scene)
    assert third is not None
    assert third.station_id == first.station_id
    assert Ban.objects.count() == 1


def test_a_closed_lane_moves_the_promise_at_once(scene: Scene) -> None:
    first = promised(scene)
    move_assignment(assignment_id=first.pk, to="accepted", now=NOW)
    second_lane = Lane.objects.create(station=first.station, number=2)

    close_lane(first.lane, reason="robot", by=None, now=NOW)

    assert Job.objects.filter(name="dispatch.run_plan", payload__cause="lane_closed").exists()
    moved = plan(scene)
    assert moved is not None
    assert (moved.pk, moved.state, moved.lane) == (first.pk, "accepted", second_lane)
    assert moved.version > first.version


@pytest.mark.parametrize("state", ["accepted", "arrived", "queued"])
def test_a_closed_station_diverts_whoever_is_on_the_way(scene: Scene, state: str) -> None:
    first = promised(scene)
    path = {"accepted": ["accepted"], "arrived": ["accepted", "arrived"]}
    for to in path.get(state, ["accepted", "arrived", "queued"]):
        move_assignment(assignment_id=first.pk, to=to, now=NOW)
    close_station(first.station, reason="power", by=None, now=NOW)
    second = plan(scene)
    first.refresh_from_db()
    assert first.state == "diverted"
    assert second is not None
    assert second.station_id != first.station_id
    assert second.why["code"] == "station_closed"


def test_a_declined_station_is_left_out_for_a_while(scene: Scene) -> None:
    first = promised(scene)
    move_assignment(assignment_id=first.pk, to="declined", now=NOW, reason="too_far")
    second = plan(scene)
    assert second is not None
    assert second.station_id != first.station_id


def test_a_driver_who_rests_is_left_alone_for_a_while(scene: Scene) -> None:
    first = promised(scene)
    move_assignment(assignment_id=first.pk, to="declined", now=NOW, reason="rest_time")
    assert plan(scene) is None
    assert plan(scene, NOW + timedelta(minutes=11)) is not None
