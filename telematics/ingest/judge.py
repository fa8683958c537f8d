"""What is peculiar about a report: marked, never dropped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from telematics.ingest.decode import Report
from telematics.models import Mark

AHEAD_AT_MOST = timedelta(seconds=60)
ODD_AHEAD = timedelta(days=1)
SPEED_MAX_KMH = 160
JUMP_MAX_KMH = 200
JUMP_SLACK_M = 200  # what satellite fixes wander, however short the time between two of them
CHARGE_JUMP_PERCENT = 5
SWAP_AT_LEAST = timedelta(minutes=3)
MOVING_KMH = 3
NULL_ISLAND_DEG = 0.01
_EARTH_RADIUS_M = 6_371_000


class Oddity(StrEnum):
    """Why a report is kept apart from the history."""

    AHEAD = "more_than_a_day_ahead"
    OLD = "outside_retention"


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
    pack_codes: tuple[str, ...] | None

    @property
    def when(self) -> tuple[datetime, int]:
        """Return what orders reports of a truck."""
        return self.recorded_at, self.seq


def before_of(report: Report) -> Before:
    """Return a report as that which came before the next one."""
    return Before(
        report.recorded_at,
        report.seq,
        report.boot_id,
        report.latitude_deg,
        report.longitude_deg,
        report.speed_kmh,
        report.soc_percent,
        None if report.pack_codes is None else tuple(report.pack_codes),
    )


def oddity(recorded_at: datetime, *, now: datetime, retention: timedelta) -> Oddity | None:
    """Say why a report of this time has no place in the history, if so."""
    if recorded_at > now + ODD_AHEAD:
        return Oddity.AHEAD
    return Oddity.OLD if recorded_at < now - retention else None


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
        marks |= Mark.LATE
        if report.boot_id and report.boot_id == live.boot_id and report.seq > live.seq:
            marks |= Mark.CLOCK_BEHIND
    if report.recorded_at > now + AHEAD_AT_MOST:
        marks |= Mark.CLOCK_AHEAD
    if is_on_null_island(report):
        marks |= Mark.IMPLAUSIBLE_POSITION
    if report.speed_kmh > SPEED_MAX_KMH:
        marks |= Mark.IMPLAUSIBLE_SPEED
    return marks


def marks_after(report: Report, before: Before) -> int:
    """Return the marks of a report against what the truck said before it."""
    marks = 0
    gap = report.recorded_at - before.recorded_at
    far_m = distance_m(
        before.latitude_deg, before.longitude_deg, report.latitude_deg, report.longitude_deg
    )
    if far_m > JUMP_SLACK_M + JUMP_MAX_KMH / 3.6 * gap.total_seconds():
        marks |= Mark.IMPLAUSIBLE_POSITION
    rose = report.soc_percent - before.soc_percent > CHARGE_JUMP_PERCENT
    rolling = min(report.speed_kmh, before.speed_kmh) > MOVING_KMH
    codes = None if report.pack_codes is None else tuple(report.pack_codes)
    same_packs = before.pack_codes is None or codes is None or codes == before.pack_codes
    if rose and rolling and same_packs and gap < SWAP_AT_LEAST:
        marks |= Mark.IMPLAUSIBLE_CHARGE
    return marks


def distance_m(
    from_latitude_deg: float, from_longitude_deg: float, latitude_deg: float, longitude_deg: float
) -> float:
    """Return the great-circle distance in metres."""
    north = radians(latitude_deg - from_latitude_deg)
    east = radians(longitude_deg - from_longitude_deg)
    across = cos(radians(from_latitude_deg)) * cos(radians(latitude_deg)) * sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1, sqrt(sin(north / 2) ** 2 + across)))


def judge(reports: list[Report], *, live: Before | None, now: datetime) -> list[int]:
    """Return the marks of each report of one truck, in the order given.

    Each is compared with the newest credible word before it: of this batch, or the live state.
    The order in which a batch lists its reports makes no difference.
    """
    order = sorted(range(len(reports)), key=lambda i: (reports[i].recorded_at, reports[i].seq))
    marks = [0] * len(reports)
    last: Before | None = None
    for i in order:
        report = reports[i]
        marks[i] = marks_alone(report, live=live, now=now)
        if live and live.when < (report.recorded_at, report.seq):
            last = live if last is None or last.when < live.when else last
        if is_on_null_island(report):
            continue
        if last:
            marks[i] |= marks_after(report, last)
        last = before_of(report)
    return marks
