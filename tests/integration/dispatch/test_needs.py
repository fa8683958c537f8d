"""Needs are written with when they come and how likely they are within the notice."""

import pytest

from dispatch.services.plans.runs import run_plan
from telematics.models import Alarm, RouteNeed
from tests.builders import NOW
from tests.integration.dispatch.test_runs import clock
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def test_a_need_is_told_with_its_uncertainty() -> None:
    scene = Scene()
    scene.add_station()
    low, full = scene.add_truck(soc_percent=30), scene.add_truck(soc_percent=95)
    run_plan(scene.region.pk, read_clock=clock())

    need = RouteNeed.objects.get(truck=low)
    assert need.needs_swap_by is not None
    assert need.earliest_at is not None
    assert need.likely_at is not None
    assert NOW < need.earliest_at < need.likely_at
    assert need.latest_at is None or need.likely_at < need.latest_at
    assert need.earliest_at <= need.needs_swap_by <= need.likely_at
    assert need.within_notice_percent > 50

    easy = RouteNeed.objects.get(truck=full)
    assert easy.within_notice_percent < need.within_notice_percent


def test_a_way_too_long_for_its_swaps_is_told_apart_from_no_station_in_reach() -> None:
    """What holds it up is a leg that a full set does not carry it through."""
    scene = Scene()
    scene.add_station()
    scene.port = scene.place(42.5, 118.5)
    truck = scene.add_truck(soc_percent=80)
    for soc_percent, level in ((80, 1), (31, 2)):
        scene.report(truck, soc_percent=soc_percent, at=(39.02, 118.5))
        run_plan(scene.region.pk, read_clock=clock())
        alarm = Alarm.objects.get(truck=truck)
        assert (alarm.kind, alarm.level) == (Alarm.Kind.STRANDED_RISK, level)
        assert alarm.detail.endswith(
            f"at {soc_percent} %: "
            "It reaches stations, but no row of swaps carries it to its last stop."
        )
