"""Whatever becomes of the planner, the region is planned and the worker lives."""

import io
import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from dispatch.models import PlanRun, Quarantine, SwapAssignment
from dispatch.services.plans.archive import stored_problem, sweep_runs
from dispatch.services.plans.runs import run_plan
from fleet.models import User
from telematics.models import Alarm
from tests.builders import NOW, make_user
from tests.scenes import Scene

pytestmark = pytest.mark.django_db
IN_TIME_S = 2.0


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30)
    return scene


def plan_with(planted: str, scene: Scene, settings: Settings) -> PlanRun:
    settings.PLANNER_MODULE = f"tests.planted.{planted}"
    settings.PLANNER_URGENT_TIME_LIMIT_S = 1.0
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
        ("native_crash", "ended with -11"),
        ("glutton", "MemoryError"),
        ("native_glutton", "ended with -11"),
        ("garbage", "no plan"),
        ("rubbish", "no plan"),
        ("half", "no plan"),
        ("mistyped", "swaps[0].truck: must be a text"),
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
    assert stored_problem(run).trucks
    assert SwapAssignment.objects.get().state == "offered"
    assert not [line for line in children() if "tests.planted" in line]


@pytest.mark.parametrize("planted", ["hang", "native_hang"])
def test_a_planner_that_hangs_is_ended_and_the_plan_is_in_time(
    scene: Scene, settings: Settings, planted: str
) -> None:
    started_s = time.monotonic()
    run = plan_with(planted, scene, settings)
    assert run.seconds is not None
    assert run.seconds < settings.PLANNER_URGENT_TIME_LIMIT_S + IN_TIME_S
    assert time.monotonic() - started_s < 30
    assert (run.state, run.planner) == ("fallback", "greedy")
    assert "no answer" in run.error
    assert SwapAssignment.objects.get().state == "offered"
    assert not [line for line in children() if "tests.planted" in line]


def test_three_failures_in_a_row_ring_one_alarm(scene: Scene, settings: Settings) -> None:
    for soc_percent in (30.0, 31.0, 32.0, 33.0):  # each time another input
        assert not Alarm.objects.filter(kind="planner").exists() or soc_percent > 32
        scene.report(scene.trucks[0], soc_percent=soc_percent, at=(39.02, 118.5))
        plan_with("garbage", scene, settings)
    alarm = Alarm.objects.get(kind="planner")
    assert alarm.detail.startswith(scene.region.code)
    assert not Quarantine.objects.exists()

    settings.PLANNER_MODULE = "dispatch.planning"
    run_plan(scene.region.pk, read_clock=lambda: NOW)
    alarm.refresh_from_db()
    assert alarm.closed_at == NOW


def break_input(scene: Scene, settings: Settings, times: int) -> list[PlanRun]:
    """Plan the same input with a broken planner; promises would change it, so they are removed."""
    runs = []
    for _ in range(times):
        runs.append(plan_with("crash", scene, settings))
        forget_promises()
    return runs


def forget_promises() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE dispatch_swapassignment CASCADE")


def test_an_input_that_broke_the_planner_three_times_goes_straight_to_greedy(
    scene: Scene, settings: Settings
) -> None:
    runs = break_input(scene, settings, 2)
    assert not Quarantine.objects.exists()
    runs += break_input(scene, settings, 2)
    assert len({run.digest for run in runs}) == 1
    quarantine = Quarantine.objects.get()
    assert (quarantine.failures, quarantine.lifted_at) == (3, None)
    assert [run.is_quarantined for run in runs] == [False, False, False, True]
    assert (runs[3].planner, runs[3].state) == ("greedy", "fallback")
    assert "is quarantined" in runs[3].error
    alarm = Alarm.objects.get(kind="planner", closed_at__isnull=True)
    assert quarantine.digest[:12] in alarm.detail
    assert stored_problem(runs[0]) == stored_problem(runs[3])


def test_a_quarantine_ends_when_the_input_changes(scene: Scene, settings: Settings) -> None:
    break_input(scene, settings, 3)
    scene.report(scene.trucks[0], soc_percent=33, at=(39.02, 118.5))
    settings.PLANNER_MODULE = "dispatch.planning"
    run = run_plan(scene.region.pk, read_clock=lambda: NOW)
    assert (run.state, run.planner, run.is_quarantined) == ("done", "search", False)
    assert Quarantine.objects.get().lift_reason == "input_changed"
    assert not Alarm.objects.filter(kind="planner", closed_at__isnull=True).exists()
    forget_promises()
    scene.report(scene.trucks[0], soc_percent=30, at=(39.02, 118.5))
    again = plan_with("crash", scene, settings)
    assert not again.is_quarantined
    assert Quarantine.objects.filter(lifted_at__isnull=True).exists(), "it was known to break"


def test_a_person_lifts_a_quarantine_with_a_reason(
    scene: Scene, settings: Settings, client: Client
) -> None:
    run = break_input(scene, settings, 3)[-1]
    page = reverse("admin:dispatch_planrun_change", args=[run.pk])
    url = reverse("admin:dispatch_lift_quarantine", args=[run.pk])
    client.force_login(make_user(scene.carrier))
    assert client.post(url, {"reason": "mine"}).status_code == 403

    client.force_login(User.objects.create_superuser("boss", password="x"))
    english = {"accept-language": "en"}
    assert "This input is in quarantine" in client.get(page, headers=english).content.decode()
    client.post(url, {"reason": " "})
    assert Quarantine.objects.filter(lifted_at__isnull=True).exists()
    client.post(url, {"reason": "the planner is mended"})
    quarantine = Quarantine.objects.get()
    assert (quarantine.lift_reason, quarantine.lifted_by) == (
        "the planner is mended",
        User.objects.get(username="boss"),
    )
    assert not Alarm.objects.filter(kind="planner", closed_at__isnull=True).exists()
    assert "This input is in quarantine" not in client.get(page, headers=english).content.decode()
    assert not plan_with("crash", scene, settings).is_quarantined
    assert not Quarantine.objects.filter(lifted_at__isnull=True).exists(), "counted anew"


def test_what_broke_the_planner_is_kept_for_replay(scene: Scene, settings: Settings) -> None:
    broken = plan_with("crash", scene, settings)
    forget_promises()
    settings.PLANNER_MODULE = "dispatch.planning"
    fine = run_plan(scene.region.pk, read_clock=lambda: NOW)
    sweep_runs(now=NOW + timedelta(days=3))
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert fine.problem_gz is None
    assert stored_problem(broken).trucks


@pytest.mark.parametrize("work_limit", [0, 60])
def test_a_run_is_replayed_to_the_same_plan(
    scene: Scene, settings: Settings, work_limit: int
) -> None:
    """The search of a small region ends before its limit; with a limit of steps any does."""
    settings.PLANNER_WORK_LIMIT = work_limit
    scene.add_station(39.2, 118.6, packs=1)
    for number in range(6):
        scene.add_truck(soc_percent=28 + number)
    run = run_plan(scene.region.pk, read_clock=lambda: NOW)
    assert run.state == "done", run.error
    assert run.plan is not None
    settings.PLANNER_WORK_LIMIT = 0
    said, noted = io.StringIO(), io.StringIO()
    call_command("replay_plan", str(run.pk), stdout=said, stderr=noted)
    assert noted.getvalue().strip() == "the same swaps"
    assert json.loads(said.getvalue())["swaps"] == run.plan["swaps"]

    run.plan["swaps"][0]["start_s"] += 60
    run.save()
    noted = io.StringIO()
    call_command("replay_plan", str(run.pk), stdout=io.StringIO(), stderr=noted)
    assert noted.getvalue().strip() == "other swaps than stored"
