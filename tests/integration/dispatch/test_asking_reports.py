"""A report that changes what dispatch knew has its truck answered, without waiting for a round."""

from datetime import timedelta

import pytest
from django.db import connection

from dispatch.models import SwapAssignment
from dispatch.services.plans.runs import run_plan
from dispatch.services.promises.now import answer_truck
from fleet.models import Job, Truck
from telematics.ingest.passed import pass_on
from telematics.ingest.submission import Submission
from telematics.models import RouteNeed
from telematics.services.asking import ANSWER_TASK, MOST_WAITING, promise_answers
from tests.builders import NOW
from tests.keeping import make_keeper, said
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def scene() -> Scene:
    made = Scene()
    made.add_station(39.08)
    return made


def say(truck: Truck, after_s: int, soc_percent: float) -> None:
    """Keep a report where the truck is, and pass on what it brings."""
    at = NOW + timedelta(seconds=after_s)
    report = said(at, 10**6 + after_s, latitude_deg=39.02, longitude_deg=118.5, speed_kmh=55.0)
    report.soc_percent = soc_percent
    keeper = make_keeper()
    _, news = keeper.keep([Submission(truck.pk, "wgs84", [report], at)])
    pass_on(news, keeper.line)


def asks_below(truck: Truck) -> float:
    percent = RouteNeed.objects.get(truck=truck).asks_below_percent
    assert percent is not None
    return percent


def answers() -> list[dict[str, object]]:
    return list(Job.objects.filter(name=ANSWER_TASK).values_list("payload", flat=True))


def test_a_report_that_reveals_a_need_has_its_truck_answered() -> None:
    place = scene()
    truck = place.add_truck(soc_percent=95)
    run_plan(place.region.pk, read_clock=lambda: NOW)
    below = asks_below(truck)
    assert 20 < below < 95

    say(truck, 2, below + 0.5)
    assert answers() == []
    say(truck, 4, below - 0.5)
    assert answers() == [{"truck_id": truck.pk, "cause": "report"}]
    offer = answer_truck(truck.pk, cause="report", now=NOW + timedelta(seconds=5))
    assert offer is not None
    assert offer.state == "offered"
    Job.objects.all().delete()
    say(truck, 6, below - 1.0)
    assert answers() == [], "it is said once"


def test_what_is_asked_about_needs_a_swap_and_what_is_not_does_not() -> None:
    """On both sides of the threshold the planner agrees."""
    place = scene()
    truck = place.add_truck(soc_percent=95)
    run_plan(place.region.pk, read_clock=lambda: NOW)
    below = asks_below(truck)
    for soc_percent, is_needed in ((below + 0.1, False), (below - 0.1, True)):
        place.report(truck, soc_percent=soc_percent, at=(39.02, 118.5))
        run_plan(place.region.pk, read_clock=lambda: NOW)
        need = RouteNeed.objects.get(truck=truck)
        assert (need.needs_swap_by is not None) == is_needed


def test_a_need_that_comes_within_the_hour_is_asked_about_as_well() -> None:
    place = Scene()
    place.add_station(39.48)
    truck = place.add_truck(soc_percent=95, trips=4)
    run_plan(place.region.pk, read_clock=lambda: NOW)
    place.report(truck, soc_percent=asks_below(truck) - 1.0, at=(39.02, 118.5))
    run_plan(place.region.pk, read_clock=lambda: NOW)
    need = RouteNeed.objects.get(truck=truck)
    assert need.needs_swap_by is not None
    assert not SwapAssignment.objects.exists(), "too far ahead to be promised"
    assert need.needs_swap_by > NOW + timedelta(minutes=60)
    below = asks_below(truck)

    place.report(truck, soc_percent=below - 0.1, at=(39.02, 118.5))
    run_plan(place.region.pk, read_clock=lambda: NOW)
    need.refresh_from_db()
    assert need.needs_swap_by is not None
    assert need.needs_swap_by <= NOW + timedelta(minutes=60, seconds=1)


def test_nobody_asks_for_a_truck_that_is_promised_a_swap() -> None:
    place = scene()
    truck = place.add_truck(soc_percent=95)
    run_plan(place.region.pk, read_clock=lambda: NOW)
    place.report(truck, soc_percent=asks_below(truck) - 1.0, at=(39.02, 118.5))
    run_plan(place.region.pk, read_clock=lambda: NOW)
    assert SwapAssignment.objects.filter(truck=truck).exists()
    assert asks_below(truck) > 20.0, "it was promised nothing when this plan began"
    run_plan(place.region.pk, read_clock=lambda: NOW)
    assert RouteNeed.objects.get(truck=truck).asks_below_percent is None


def test_a_truck_without_a_way_ahead_asks_when_it_is_low() -> None:
    place = scene()
    truck = place.add_truck(soc_percent=60, trips=0)
    run_plan(place.region.pk, read_clock=lambda: NOW)
    assert asks_below(truck) == truck.reserve_percent + 10


def test_more_than_can_be_answered_soon_are_left_to_the_plan() -> None:
    trucks = list(range(1, 200))
    assert promise_answers(connection, trucks) == MOST_WAITING
    assert promise_answers(connection, trucks) == 0
    Job.objects.update(state="done")
    assert promise_answers(connection, [500]) == 1
