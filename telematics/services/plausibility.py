"""What a report is held against: itself, and what the truck said before it. Pure.

The same functions judge a report when it comes and the history when late reports have filled it.
"""

from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any, Protocol

from telematics.models import Mark

AHEAD_AT_MOST = timedelta(seconds=60)
JUMP_MAX_KMH = 200
NEAR_DEG = 0.001  # within 111 m either way: no jump, whatever the time between
JUMP_SLACK_M = 200  # what satellite fixes wander, however short the time between two of them
CHARGE_JUMP_PERCENT = 5
SWAP_AT_LEAST = timedelta(minutes=3)
MOVING_KMH = 3
NULL_ISLAND_DEG = 0.01
_EARTH_RADIUS_M = 6_371_000
# Plain numbers: a member of an enumeration costs ten times as much to look up.
MARK_POSITION = Mark.IMPLAUSIBLE_POSITION.value
MARK_CHARGE = Mark.IMPLAUSIBLE_CHARGE.value


class Told(Protocol):
    """What of a report others are compared with; lists of packs are compared by equality only."""

    @property
    def recorded_at(self) -> datetime: ...  # noqa: D102  a field
    @property
    def latitude_deg(self) -> float: ...  # noqa: D102  a field
    @property
    def longitude_deg(self) -> float: ...  # noqa: D102  a field
    @property
    def speed_kmh(self) -> float: ...  # noqa: D102  a field
    @property
    def soc_percent(self) -> float: ...  # noqa: D102  a field
    @property
    def pack_codes(self) -> Any: ...  # noqa: D102  a field


def is_on_null_island(report: Told) -> bool:
    """Say whether a report claims the position receivers give before they have one."""
    return (
        abs(report.latitude_deg) < NULL_ISLAND_DEG and abs(report.longitude_deg) < NULL_ISLAND_DEG
    )


def is_credible(report: Told, *, now: datetime) -> bool:
    """Say whether a report that comes now may move the live state.

    It rests on the report alone, so that any order of arrival ends in the same live state.
    """
    return report.recorded_at <= now + AHEAD_AT_MOST and not is_on_null_island(report)


def marks_after(report: Told, before: Told) -> int:
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
