"""How long a preview and a what-if take: ``pytest tests/benchmarks/screens/workbench.py -s -n0``.

The worker's part (reading, planning, comparing) and the page's own (its body with the picture).
`YIZHAN_BENCH_SIZE` names one size, as 1000x60.
"""

import os
import random
import time

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.models import PlanDraft, SwapAssignment
from dispatch.services.plans.runs import run_plan
from dispatch.services.workbench.drafts import ask_preview, open_draft, put_edit
from dispatch.services.workbench.preview import preview_draft
from tests.builders import NOW, make_user
from tests.scenes import Scene

SIZES = os.environ.get("YIZHAN_BENCH_SIZE", "60x6 1000x60").split()


def region_of(trucks: int, stations: int) -> Scene:
    """Put stations and trucks along a road of 55 km; a third of the trucks need a swap."""
    luck, scene = random.Random(1), Scene()  # noqa: S311 - not for secrets
    for k in range(stations):
        scene.add_station(39.0 + 0.5 * (k + 0.5) / stations, packs=8, slots=10, lanes=2)
    for _ in range(trucks):
        at = (39.0 + 0.3 * luck.random(), 118.5 + 0.02 * luck.random())
        scene.add_truck(soc_percent=luck.choice([30, 36, 60, 75, 85, 92]), at=at)
    return scene


def answered(draft: PlanDraft) -> tuple[float, float]:
    """Answer a draft; return the seconds in all, and those of the worker's work by its own word."""
    draft.refresh_from_db()
    begun_s = time.monotonic()
    assert preview_draft(draft.pk, draft.revision, read_clock=lambda: NOW)
    took_s = time.monotonic() - begun_s
    draft.refresh_from_db()
    assert draft.result is not None
    return took_s, float(draft.result["seconds"])


@pytest.mark.django_db
@pytest.mark.parametrize("size", SIZES)
def test_how_long_it_takes(size: str) -> None:
    trucks, stations = map(int, size.split("x"))
    settings.CLOCK_RATE, settings.CLOCK_WALL_S = 1e-9, time.time()  # it stands at NOW
    settings.CLOCK_AT_S = NOW.timestamp()
    settings.PLANNER_TIME_LIMIT_S, settings.PLANNER_URGENT_TIME_LIMIT_S = 4.0, 1.0
    scene = region_of(trucks, stations)
    assert run_plan(scene.region.pk, read_clock=lambda: NOW).state == "done"
    user = make_user(scene.carrier, is_superuser=True)
    draft = open_draft(scene.region, user, now=NOW)
    figures: dict[str, list[float]] = {"preview": [], "what-if": []}
    for _ in range(3):
        ask_preview(draft, now=NOW)
        figures["preview"].append(answered(draft)[0])
    promise = SwapAssignment.objects.filter(ended_at__isnull=True).order_by("pk").first()
    assert promise is not None
    for station in [s for s in scene.stations if s.pk != promise.station_id][:3]:
        put_edit(draft, kind="move", truck=promise.truck, station=station, now=NOW)
        figures["what-if"].append(answered(draft)[0])
    client = Client()
    client.force_login(user)
    url = reverse("admin:dispatch_bench_body", args=[scene.region.pk])
    client.get(url)
    begun_s = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        body = client.get(url)
    figures["page"] = [time.monotonic() - begun_s]
    assert body.status_code == 200
    live = SwapAssignment.objects.filter(ended_at__isnull=True).count()
    print(f"\n{size}: {live} promises stand, page {len(body.content) / 1000:.0f} kB,", end=" ")
    print(f"{len(queries)} queries;", end=" ")
    for name, seconds in figures.items():
        print(f"{name} {sorted(seconds)[len(seconds) // 2]:.2f} s;", end=" ")
