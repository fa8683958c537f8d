"""What is peculiar about a report: marked, never dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from telematics.ingest.decode import Report
from telematics.models import Mark

AHEAD_AT_MOST = timedelta(seconds=60)
SPEED_MAX_KMH = 160
JUMP_MAX_KMH = 200
NEAR_DEG = 0.001  # within 111 m either way: no jump, whatever the time between
JUMP_SLACK_M = 200  # what satellite fixes wander, however short the time between two of them
CHARGE_JUMP_PERCENT = 5
SWAP_AT_LEAST = timedelta(minutes=3)
MOVING_KMH = 3
NULL_ISLAND_DEG = 0.01
_EARTH_RADIUS_M = 6_371_000
# Plain numbers: a member of an enumeration costs ten times as much to look up.
MARK_LATE = Mark.LATE.value
MARK_BEHIND = Mark.CLOCK_BEHIND.value
MARK_AHEAD = Mark.CLOCK_AHEAD.value
MARK_POSITION = Mark.IMPLAUSIBLE_POSITION.value
MARK_SPEED = Mark.IMPLAUSIBLE_SPEED.value
MARK_CHARGE = Mark.IMPLAUSIBLE_CHARGE.value


@dataclass(frozen=True, slots=True)
class Before:
    """What the truck said last, as far as a new report is compared with it."""

    recorded_at: datetime
    seq: int
    boot_id: str
    latitude_deg: float
    longitude_deg: float
    speed_kmh: float
    soc_percent: float
    pack_codes: list[str] | None
    breaches: int = 0

    @property
    def when(self) -> tuple[datetime, int]:
        """Return what orders reports of a truck."""
        return self.recorded_at, self.seq


def is_on_null_island(report: Report) -> bool:
    """Say whether a report claims the position receivers give before they have one."""
    return (
        abs(report.latitude_deg) < NULL_ISLAND_DEG and abs(report.longitude_deg) < NULL_ISLAND_DEG
    )


def is_credible(report: Report, *, now: datetime) -> bool:
    """Say whether a report may move the live state.

    It rests on the report alone, so that any order of arrival ends in the same live state.
    """
    return report.recorded_at <= now + AHEAD_AT_MOST and not is_on_null_island(report)


def marks_alone(report: Report, *, live: Before | None, now: datetime) -> int:
    """Return the marks of a report by its time against the live state, and by its own values."""
    marks = 0
    if live and (report.recorded_at, report.seq) < live.when:
        marks |= MARK_LATE
        if report.boot_id and report.boot_id == live.boot_id and report.seq > live.seq:
            marks |= MARK_BEHIND
    if report.recorded_at > now + AHEAD_AT_MOST:
        marks |= MARK_AHEAD
    if is_on_null_island(report):
        marks |= MARK_POSITION
    if report.speed_kmh > SPEED_MAX_KMH:
        marks |= MARK_SPEED
    return marks


def marks_after(report: Report, before: Before | Report) -> int:
    """Return the marks of a report against what the truck said before it."""
    marks = 0
    if (
        abs(report.latitude_deg - before.latitude_deg) > NEAR_DEG
        or abs(report.longitude_deg - before.longitude_deg) > NEAR_DEG
    ):
        gap = report.recorded_at - before.recorded_at
        far_m = distance_m(
            before.latitude_deg, before.longitude_deg, report.latitude_deg, report.longitude_deg
        )
        if far_m > JUMP_SLACK_M + JUMP_MAX_KMH / 3.6 * gap.total_seconds():
            marks |= MARK_POSITION
    rose = report.soc_percent - before.soc_percent > CHARGE_JUMP_PERCENT
    if rose and min(report.speed_kmh, before.speed_kmh) > MOVING_KMH:
        codes, earlier = report.pack_codes, before.pack_codes
        same_packs = earlier is None or codes is None or codes == earlier
        if same_packs and report.recorded_at - before.recorded_at < SWAP_AT_LEAST:
            marks |= MARK_CHARGE
    return marks


def distance_m(
    from_latitude_deg: float, from_longitude_deg: float, latitude_deg: float, longitude_deg: float
) -> float:
    """Return the great-circle distance in metres."""
    north = radians(latitude_deg - from_latitude_deg)
    east = radians(longitude_deg - from_longitude_deg)
    across = cos(radians(from_latitude_deg)) * cos(radians(latitude_deg)) * sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1, sqrt(sin(north / 2) ** 2 + across)))


def judge(reports: Sequence[Report], *, live: Before | None, now: datetime) -> list[int]:
    """Return the marks of each report of one truck, which come in the order of their own time.

    Each is compared with the newest credible word before it: of this batch, or the live state.
    """
    marks = []
    last: Before | Report | None = None
    ahead = live  # until the batch has passed it
    for report in reports:
        mark = marks_alone(report, live=live, now=now)
        if ahead and not mark & MARK_LATE:
            if last is None or (last.recorded_at, last.seq) < ahead.when:
                last = ahead
            ahead = None
        if is_on_null_island(report):
            marks.append(mark)
            continue
        if last:
            mark |= marks_after(report, last)
        last = report
        marks.append(mark)
    return marks
