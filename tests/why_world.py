"""Promises of every kind with what they were chosen from, and what must hold of each why page."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from dispatch.admin.option_rows import option_rows, verdicts
from dispatch.admin.why_bars import bars
from dispatch.models import SwapAssignment
from dispatch.selectors.why import PARTS, all_options, basis_of
from dispatch.services.plans.explanations import explain_run
from dispatch.services.plans.runs import run_plan
from fleet.access import Viewer
from tests.builders import NOW
from tests.scenes import Scene

PLACES = ((39.05, 118.5), (39.12, 118.6), (39.2, 118.45), (39.3, 118.55), (39.41, 118.5))
KINDS = ("planned", "planned", "planned", "old", "by_hand", "rescue", "alone", "bare")


def decided_world(seed: int, *, stations: int = 5, trucks: int = 6) -> Scene:
    """Plan a small region and explain its promises, as the service does."""
    random = Random(seed)  # noqa: S311 -- a world, no secret
    scene = Scene()
    for latitude, longitude in PLACES[:stations]:
        scene.add_station(latitude + random.uniform(0, 0.02), longitude, packs=random.randint(1, 4))
    for _ in range(trucks):
        at = (39.02 + random.uniform(0, 0.03), 118.5)
        scene.add_truck(soc_percent=random.uniform(24, 45), at=at)
    run = run_plan(scene.region.pk, read_clock=lambda: NOW)
    explain_run(run.pk)
    return scene


def multiply(promises: list[SwapAssignment], count: int, *, seed: int) -> list[SwapAssignment]:
    """Write so many ended promises of all kinds, with what real ones were chosen from."""
    random = Random(seed)  # noqa: S311 -- a world, no secret
    rows = []
    for number in range(count):
        source, kind = random.choice(promises), KINDS[number % len(KINDS)]
        row = SwapAssignment.objects.get(pk=source.pk) if number < 1 else _copy(source)
        row.pk, row.state, row.check_in_code = None, "done", f"{number % 1_000_000:06d}"
        row.ended_at = NOW + timedelta(hours=1)
        if kind != "planned":
            row.options = [] if kind != "old" else [_old(one) for one in source.options]
            row.why = {"code": kind, "reason": "as told"} if kind in {"by_hand", "rescue"} else {}
        if kind in {"alone", "bare", "by_hand"}:
            row.plan_run = None
        if kind in {"old", "bare"}:
            row.decided_on = {}
        rows.append(row)
    return SwapAssignment.objects.bulk_create(rows, batch_size=1000)


def _copy(source: SwapAssignment) -> SwapAssignment:
    names = [field.attname for field in SwapAssignment._meta.concrete_fields]
    return SwapAssignment(**{name: getattr(source, name) for name in names})


def _old(option: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in option.items() if name[:-4] not in PARTS[:2]}


def faults(promise: SwapAssignment, user: Viewer) -> list[str]:
    """Return what should hold of the why page of a promise and does not."""
    told = option_rows(promise, user, now=NOW)
    options = all_options(promise, told)
    chosen = [row for row in options if row["verdict"] == "chosen"]
    known = {way["station_code"] for way in promise.decided_on.get("ways", [])}
    holds = {
        "one chosen option, first": chosen == options[:1],
        "the chosen option is of the promise's station": options[0]["station_code"]
        == promise.station.code,
        "as many others as are known, to three": len(options) > min(3, len(known) - 1),
        "it says what was compared": basis_of(promise, told).is_compared == bool(told),
        **{name: all(holds(row) for row in options) for name, holds in OF_AN_OPTION.items()},
        "bars in their frame": all(_is_in_frame(bar) for bar in bars(options)),
    }
    return [name for name, is_so in holds.items() if not is_so]


OF_AN_OPTION: dict[str, Callable[[dict[str, Any]], bool]] = {
    "a verdict in words": lambda row: row["verdict"] in {*verdicts(), "not_compared"},
    "no minutes below nothing": lambda row: all(
        (row.get(f"{part}_min") or 0) >= 0 for part in PARTS
    ),
    "no price of what nobody compared": lambda row: (
        row["verdict"] != "not_compared" or row.get("fleet_min") is None
    ),
    "no price without a wait": lambda row: (
        row.get("fleet_min") is None or row.get("wait_min") is not None
    ),
}


def _is_in_frame(bar: dict[str, Any]) -> bool:
    starts = [part["left"] for part in bar["parts"]]
    ends = [part["left"] + part["width"] for part in bar["parts"]]
    return starts == sorted(starts) and all(end <= 100.5 for end in ends)
