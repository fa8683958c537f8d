"""The picture of a truck's day: charge as a line, speed as an area, drives and stops below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.timezone import localtime

from telematics.models import TruckDrive, TruckStop
from telematics.services.days.look import DayView
from telematics.services.days.rollups import BUCKET, Bucket

WIDTH, HEIGHT = 960.0, 100.0  # the picture's own units; charge in percent from below
FASTEST_KMH = 100.0
TICK_HOURS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A drive or a stop on the strip."""

    x: float
    width: float
    row: TruckDrive | TruckStop


@dataclass(frozen=True, slots=True)
class Strip:
    """What the template draws; points as SVG writes them."""

    charge: list[str]
    speed: list[str]
    drives: list[Block]
    stops: list[Block]
    hours: list[tuple[float, datetime]]


def strip_of(view: DayView) -> Strip:
    """Return the picture of a day; lines break where the truck was not heard of."""
    runs = _runs(view.buckets)
    return Strip(
        charge=[_line(run, view) for run in runs],
        speed=[_area(run, view) for run in runs],
        drives=[_block(row, view) for row in view.drives],
        stops=[_block(row, view) for row in view.stops],
        hours=[
            (WIDTH * hour / 24, localtime(view.start + (view.end - view.start) * hour / 24))
            for hour in range(0, 25, TICK_HOURS)
        ],
    )


def _runs(buckets: Sequence[Bucket]) -> list[list[Bucket]]:
    """Return buckets that follow each other, together."""
    runs = [[bucket] for bucket in buckets[:1]]
    for before, bucket in pairwise(buckets):
        if bucket.at - before.at > 2 * BUCKET:
            runs.append([])
        runs[-1].append(bucket)
    return runs


def _x(at: datetime, view: DayView) -> float:
    return round(WIDTH * ((at - view.start) / (view.end - view.start)), 1)


def _line(run: Sequence[Bucket], view: DayView) -> str:
    points = [(_x(b.at + BUCKET, view), HEIGHT - b.last_soc_percent) for b in run]
    first = (_x(run[0].at, view), points[0][1])
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (first, *points))


def _area(run: Sequence[Bucket], view: DayView) -> str:
    tops = [
        (_x(b.at + BUCKET / 2, view), HEIGHT * (1 - min(1, b.mean_speed_kmh / FASTEST_KMH)))
        for b in run
    ]
    ends = ((_x(run[0].at, view), HEIGHT), *tops, (_x(run[-1].at + BUCKET, view), HEIGHT))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in ends)


def _block(row: TruckDrive | TruckStop, view: DayView) -> Block:
    x = _x(row.started_at, view)
    return Block(x, round(max(2.0, _x(row.ended_at, view) - x), 1), row)
