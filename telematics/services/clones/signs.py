"""What gives two units away that speak for one truck; pure, so that many lives can be tried on it.

Only fresh reports are looked at: stamped within 20 s of their arrival. One unit, whatever it does
(start again, empty its buffer, have its clock set), lays the reports of two starts over each
other for 40 s at most among those: what the clock of each may be wrong by. Two units do so for as
long as both run. So signs must come three times and last for 45 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations as pairs
from itertools import pairwise
from math import cos, hypot, radians

FRESH = timedelta(seconds=20)
LASTING = timedelta(seconds=45)
TIMES = 3
BOOTS = 8  # the newest of a truck; a unit that starts more often in five minutes has other worries
JUMP_MAX_KMH = 200
JUMP_SLACK_M = 500
ODOMETER_SLACK_KM = 0.5
DEGREE_M = 111_200


@dataclass(frozen=True, slots=True)
class Heard:
    """A report, as far as it tells who speaks."""

    recorded_at: datetime
    received_at: datetime
    boot_id: str
    seq: int
    latitude_deg: float
    longitude_deg: float
    odometer_km: float | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """What gives two units away: `boots`, `numbers` or `tracks`, how often, and between when."""

    kind: str
    times: int
    first_at: datetime
    last_at: datetime


def signs(reports: Sequence[Heard]) -> list[Sign]:
    """Return what gives two units away among some minutes of a truck's reports, in any order."""
    heard = [each for each in reports if abs(each.received_at - each.recorded_at) <= FRESH]
    heard.sort(key=lambda each: (each.recorded_at, each.received_at))
    boots: dict[str, list[Heard]] = {}
    for each in heard:
        if each.boot_id:
            boots.setdefault(each.boot_id, []).append(each)
    newest = sorted(boots, key=lambda boot: boots[boot][-1].recorded_at)[-BOOTS:]
    found = [
        *(_lasting("boots", _returns_to_boots(boots[a], boots[b])) for a, b in pairs(newest, 2)),
        *(_lasting("numbers", _returns_to_numbers(boots[boot])) for boot in newest),
        _lasting("tracks", _returns_to_tracks(heard)),
    ]
    return [sign for sign in found if sign]


def _returns_to_boots(one: Sequence[Heard], other: Sequence[Heard]) -> list[datetime]:
    """Return when each of two boots was heard again after the other had begun."""
    both = sorted([*one, *other], key=lambda each: each.recorded_at)
    changes = [b.recorded_at for a, b in pairwise(both) if a.boot_id != b.boot_id]
    return changes if len(changes) > 1 else []


def _returns_to_numbers(heard: Sequence[Heard]) -> list[datetime]:
    """Return when the numbers of one boot went down to a lower count and up to a higher again.

    Both counts must go on where they were left: a unit that counts anew from zero does not.
    """
    times: list[datetime] = []
    low = high = -1
    for before, each in pairwise(heard):
        if each.seq < before.seq:
            if times and not (low < each.seq and high < before.seq):
                times = []
            times = times or [each.recorded_at]
            high = before.seq
        elif times and each.seq > high:
            if each.seq > before.seq + 1:
                times.append(each.recorded_at)
            else:
                times = []
        low = each.seq if each.seq < high else low
    return times


def _returns_to_tracks(heard: Sequence[Heard]) -> list[datetime]:
    """Return when a truck was where it could not be and back where it could.

    An odometer that goes on as if nothing had happened says that it is the fix that jumps.
    """
    times: list[datetime] = []
    for a, b, c in zip(heard, heard[1:], heard[2:], strict=False):
        if _is_reachable(a, b) or _is_reachable(b, c) or not _is_reachable(a, c):
            continue
        if not (_is_odometer_steady(a, b) and _is_odometer_steady(b, c)):
            times.append(c.recorded_at)
    return times


def _is_reachable(a: Heard, b: Heard) -> bool:
    north_m = (b.latitude_deg - a.latitude_deg) * DEGREE_M
    east_m = (b.longitude_deg - a.longitude_deg) * DEGREE_M * cos(radians(a.latitude_deg))
    within_s = (b.recorded_at - a.recorded_at).total_seconds()
    return hypot(north_m, east_m) <= JUMP_SLACK_M + JUMP_MAX_KMH / 3.6 * within_s


def _is_odometer_steady(a: Heard, b: Heard) -> bool:
    if a.odometer_km is None or b.odometer_km is None:
        return False
    within_h = (b.recorded_at - a.recorded_at).total_seconds() / 3600
    gone_km = b.odometer_km - a.odometer_km
    return -ODOMETER_SLACK_KM <= gone_km <= ODOMETER_SLACK_KM + JUMP_MAX_KMH * within_h


def _lasting(kind: str, times: Sequence[datetime]) -> Sign | None:
    if len(times) <= TIMES or times[-1] - times[0] < LASTING:
        return None
    return Sign(kind, len(times) - 1, times[0], times[-1])
