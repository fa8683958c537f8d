"""Whatever becomes of the planner, the region is planned and the worker lives."""

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from dispatch.models import PlanRun, SwapAssignment
from dispatch.services.plans import planner_child
from dispatch.services.plans.runs import run_plan
from telematics.models import Alarm
from tests.builders import NOW
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30)
    return scene


def plan_with(planted: str, scene: Scene, settings: Settings) -> PlanRun:
    settings.PLANNER_MODULE = f"tests.planted.{planted}"
    settings.PLANNER_URGENT_TIME_LIMIT_S = 0.2
    return run_plan(scene.region.pk, cause="test", read_clock=lambda: NOW)


def children() -> list[str]:
    """Return the command lines of this process's living children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.append((stat.parent / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.mark.parametrize(
    ("planted", "says"),
    [
        ("crash", "ended with -11"),
        ("glutton", "MemoryError"),
        ("garbage", "no plan"),
        ("liar", "rules broken"),
        ("spy", "seen: []"),
        ("flood", "ended with"),
        ("absent", "No module named"),
    ],
)
def test_a_broken_planner_gives_way_to_greedy(
    scene: Scene, settings: Settings, planted: str, says: str
) -> None:
    run = plan_with(planted, scene, settings)

    assert (run.state, run.planner) == ("fallback", "greedy")
    assert says in run.error
    assert SwapAssignment.objects.get().state == "offered"
    assert not [line for line in children() if "tests.planted" in line]


def test_a_planner_that_hangs_is_ended(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner_child, "GRACE_S", 3.0)
    started_s = time.monotonic()
    run = plan_with("hang", scene, settings)
    assert time.monotonic() - started_s < 30
    assert (run.state, run.planner) == ("fallback", "greedy")
    assert "no answer" in run.error
    assert SwapAssignment.objects.get().state == "offered"
    assert not [line for line in children() if "tests.planted" in line]


def test_three_failures_in_a_row_ring_one_alarm(scene: Scene, settings: Settings) -> None:
    for _ in range(2):
        plan_with("garbage", scene, settings)
    assert not Alarm.objects.filter(kind="planner").exists()
    for _ in range(2):
        plan_with("garbage", scene, settings)
    alarm = Alarm.objects.get(kind="planner")
    assert alarm.detail.startswith(scene.region.code)

    settings.PLANNER_MODULE = "dispatch.planning"
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    alarm.refresh_from_db()
    assert alarm.closed_at == NOW
