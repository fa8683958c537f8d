"""Promises that are over say what they were worth, and the next ones learn from it."""

from datetime import datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client

from dispatch.models import FairnessEntry, MeasuredSpread, PromiseOutcome, SwapAssignment
from dispatch.planning.spreads import DRIVE_PRIOR, share_of
from dispatch.selectors.calibration import calibration
from dispatch.selectors.fairness import weights_of
from dispatch.selectors.spreads import read_spreads
from dispatch.services.plans.archive import stored_problem
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.measure import measure_spreads
from dispatch.services.promises.moves import move_assignment
from dispatch.services.promises.outcomes import note_outcomes, sweep_outcomes
from fleet.models import Operator
from telematics.models import SlotReading
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_fairness_entry,
    make_operator,
    make_outcome,
    make_region,
    make_station,
    make_truck,
    make_user,
)
from tests.scenes import Scene

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def drive(assignment: SwapAssignment, *, late_s: int, waits_s: int = 0) -> SwapAssignment:
    """Take the offer, come `late_s` after the ETA, and be swapped `waits_s` after it is due."""
    move_assignment(assignment_id=assignment.pk, to="accepted", now=NOW)
    came = assignment.eta + timedelta(seconds=late_s)
    begun = max(came, assignment.occupies.lower) + timedelta(seconds=waits_s)
    for to, at in (("arrived", came), ("swapping", begun), ("done", begun + timedelta(minutes=5))):
        move_assignment(assignment_id=assignment.pk, to=to, now=at)
    return SwapAssignment.objects.get(pk=assignment.pk)


def offered(scene: Scene) -> SwapAssignment:
    run = run_plan(scene.region.pk, cause="test", read_clock=lambda: NOW)
    assert run.written == 1, run.error
    return SwapAssignment.objects.get(plan_run=run)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30)
    return scene


@pytest.mark.parametrize(("late_s", "is_kept"), [(-60, True), (90, True), (3000, False)])
def test_a_promise_is_kept_if_the_swap_begins_before_its_window_is_over(
    scene: Scene, late_s: int, is_kept: bool
) -> None:
    promise = offered(scene)
    drive(promise, late_s=late_s)
    assert note_outcomes(now=LATER) == 1
    outcome = PromiseOutcome.objects.get()
    assert (outcome.is_kept, outcome.way_late_s, outcome.lane_late_s) == (is_kept, late_s, 0)
    assert outcome.way_s == round((promise.eta - NOW).total_seconds())
    assert (outcome.probability, outcome.window) == (promise.probability, promise.window)
    assert outcome.road_class == promise.road_class == "regional"
    assert note_outcomes(now=LATER) == 0


def test_the_window_that_was_accepted_counts_whatever_was_changed_later(scene: Scene) -> None:
    promise = offered(scene)
    move_assignment(assignment_id=promise.pk, to="accepted", now=NOW)
    far = DateTimeTZRange(promise.window.lower, promise.window.upper + timedelta(hours=1))
    SwapAssignment.objects.update(window=far, probability=0.5)
    came = promise.window.upper + timedelta(minutes=1)
    for to in ("arrived", "swapping", "done"):
        move_assignment(assignment_id=promise.pk, to=to, now=came)
    note_outcomes(now=LATER)
    outcome = PromiseOutcome.objects.get()
    assert (outcome.is_kept, outcome.probability) == (False, promise.probability)


@pytest.mark.parametrize(
    ("end", "is_kept"), [("no_show", False), ("cancelled", None), ("diverted", None)]
)
def test_no_shows_are_broken_and_withdrawn_promises_are_neither(
    scene: Scene, end: str, is_kept: bool | None
) -> None:
    promise = offered(scene)
    move_assignment(assignment_id=promise.pk, to="accepted", now=NOW)
    move_assignment(assignment_id=promise.pk, to=end, now=LATER)
    note_outcomes(now=LATER)
    outcome = PromiseOutcome.objects.get()
    assert (outcome.is_kept, outcome.way_late_s) == (is_kept, None)
    assert not FairnessEntry.objects.exists()


def test_an_offer_nobody_took_has_no_outcome(scene: Scene) -> None:
    promise = offered(scene)
    move_assignment(assignment_id=promise.pk, to="declined", now=NOW, reason="too_far")
    assert note_outcomes(now=LATER) == 0


def test_packs_that_were_charged_late_are_told_from_a_lane_that_was(scene: Scene) -> None:
    promise = offered(scene)
    due = promise.occupies.lower + timedelta(minutes=2)
    SwapAssignment.objects.update(packs_ready_at=due)
    held = promise.holds.get().pack
    assert held.slot is not None
    charged = due + timedelta(minutes=3)
    for at, soc in ((charged - timedelta(minutes=1), 94.0), (charged, 95.5)):
        SlotReading.objects.create(
            slot=held.slot,
            recorded_at=at,
            received_at=at,
            pack_code=held.code,
            soc_percent=soc,
        )
    promise.refresh_from_db()
    waits = charged - max(promise.eta, promise.occupies.lower) + timedelta(seconds=40)
    drive(promise, late_s=0, waits_s=int(waits.total_seconds()))
    note_outcomes(now=LATER)
    outcome = PromiseOutcome.objects.get()
    assert (outcome.charge_late_s, outcome.lane_late_s) == (180, 40)
    assert outcome.charging_s == round((due - NOW).total_seconds())


def test_what_happened_moves_the_next_window(scene: Scene) -> None:
    region = scene.region
    for late_s in range(100):  # every truck comes 10 to 20 % late
        make_outcome(_ended(scene), way_late_s=150 + 2 * late_s, ended_at=NOW)
    before = read_spreads(region)
    assert measure_spreads(now=NOW) >= 4
    book = read_spreads(region)
    assert before.drive("regional") is DRIVE_PRIOR
    middle = sorted(book.drive("regional").points)[20]
    assert middle == pytest.approx(share_of(250, predicted_s=1500), abs=0.02)
    assert book.drive("urban").samples == 100  # never seen: the region's own
    assert book.came > 0.98
    late = offered(scene)
    slack = late.window.upper - late.eta
    assert slack > timedelta(seconds=0.1 * (late.eta - NOW).total_seconds())
    problem = stored_problem(late.plan_run) if late.plan_run else None
    assert problem is not None
    assert {d.to_sd_s > 0 and d.to_sd_wh > 0 for d in problem.trucks[0].detours} == {True}


def _ended(scene: Scene) -> SwapAssignment:
    return make_assignment(
        make_truck(region=scene.region), scene.stations[0], state="declined", ended_at=NOW
    )


def test_spreads_are_measured_anew_in_place_and_old_outcomes_go(scene: Scene) -> None:
    make_outcome(_ended(scene))
    assert measure_spreads(now=NOW) == measure_spreads(now=LATER) == MeasuredSpread.objects.count()
    assert {row.measured_at for row in MeasuredSpread.objects.all()} == {LATER}
    sweep_outcomes(now=NOW + timedelta(days=729))
    assert PromiseOutcome.objects.count() == 1
    sweep_outcomes(now=NOW + timedelta(days=731))
    assert not PromiseOutcome.objects.exists()


def test_of_those_told_with_a_probability_so_many_were_kept(scene: Scene) -> None:
    told = [(0.9, True)] * 9 + [(0.9, False)] + [(0.97, True)] * 4 + [(0.97, None)]
    for probability, is_kept in told:
        make_outcome(_ended(scene), probability=probability, is_kept=is_kept)
    figures = calibration(PromiseOutcome.objects.all())
    assert (figures.promises, figures.withdrawn) == (14, 1)
    assert (figures.kept_percent, figures.told_percent) == (92.9, 92.0)
    assert figures.window_min == 20.0
    assert [(one.promises, one.kept_percent) for one in figures.bins] == [(10, 90.0), (4, 100.0)]
    assert calibration(PromiseOutcome.objects.none()).kept_percent is None


def test_a_swap_enters_the_ledger_once_with_its_share(scene: Scene) -> None:
    carrier = scene.carrier
    for waited in (0.0, 4.0):
        make_fairness_entry(
            _ended(scene),
            carrier,
            region=scene.region,
            pack_type=scene.pack_type,
            waited_min=waited,
            detoured_min=0.0,
            share_min=0.0,
            excess_min=waited,
        )
    promise = offered(scene)
    SwapAssignment.objects.update(detour_s=1020, least_detour_s=900)
    promise.refresh_from_db()
    drive(promise, late_s=0, waits_s=360)
    note_outcomes(now=LATER)
    entry = FairnessEntry.objects.get(assignment=promise)
    waits = 6 + (promise.occupies.lower - promise.eta).total_seconds() / 60
    assert entry.waited_min == pytest.approx(waits, abs=0.01)
    assert (entry.detoured_min, entry.reason) == (2.0, "waited")
    assert entry.share_min == pytest.approx((0 + 4 + waits + 2) / 3, abs=0.01)
    assert (entry.carrier, entry.driver) == (carrier, promise.driver)
    PromiseOutcome.objects.all().delete()
    note_outcomes(now=LATER)
    assert FairnessEntry.objects.filter(assignment=promise).count() == 1


def test_whoever_is_owed_minutes_weighs_more_within_the_bound() -> None:
    region, poor, rich = make_region(), make_operator(), make_operator()
    trucks = {c.pk: make_truck(c, region=region) for c in (poor, rich)}
    drivers = {trucks[c.pk].pk: make_driver(c).pk for c in (poor, rich)}

    def owe(carrier: Operator, excess: float, at: datetime = NOW) -> None:
        promise = make_assignment(make_truck(region=region))
        make_fairness_entry(
            promise,
            carrier,
            region=region,
            swapped_at=at,
            waited_min=10.0 + excess,
            detoured_min=0.0,
            share_min=10.0,
            excess_min=excess,
        )

    assert weights_of(region, drivers, now=NOW) == {}
    owe(poor, 8.0)
    owe(rich, -6.0)
    weights = weights_of(region, drivers, now=NOW)
    assert [weights[trucks[c.pk].pk] for c in (poor, rich)] == [104, 97]
    owe(poor, 900.0)
    weights = weights_of(region, drivers, now=NOW)
    assert weights[trucks[poor.pk].pk] == 110
    later = weights_of(region, drivers, now=NOW + timedelta(days=6, hours=23))
    assert later[trucks[rich.pk].pk] == 100


def test_the_weight_is_in_the_stored_problem(scene: Scene) -> None:
    make_fairness_entry(
        _ended(scene),
        scene.carrier,
        region=scene.region,
        waited_min=90.0,
        detoured_min=0.0,
        share_min=10.0,
        excess_min=80.0,
    )
    promise = offered(scene)
    assert promise.plan_run is not None
    assert stored_problem(promise.plan_run).trucks[0].weight_percent == 110


@pytest.mark.usefixtures("standing_clock")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_show_the_figures(scene: Scene, language: str) -> None:
    user = make_user(scene.carrier)
    drive(offered(scene), late_s=60)
    note_outcomes(now=LATER)
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    kept = client.get("/admin/dispatch/promiseoutcome/").content.decode()
    assert "100.0 %" in kept
    assert "<circle" in kept
    assert "%%" not in kept
    ledger = client.get("/admin/dispatch/fairnessentry/").content.decode()
    assert scene.carrier.name in ledger
    assert "10 %" in ledger
    assert "%%" not in ledger


def test_a_station_that_is_always_late_has_its_own_spread(scene: Scene) -> None:
    slow, quick = make_station(region=scene.region), make_station(region=scene.region)
    for station, late_s in ((slow, 400), (quick, 0)):
        for _ in range(40):
            row = make_assignment(
                make_truck(region=scene.region), station, state="declined", ended_at=NOW
            )
            make_outcome(row, lane_late_s=late_s)
    measure_spreads(now=NOW)
    book = read_spreads(scene.region)
    late = [max(book.of("regional", s.pk).lane.points[:25]) for s in (slow, quick)]
    assert late[0] > 1
    assert late[1] < 0.2
