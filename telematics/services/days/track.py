"""A truck's track: what it reported, in the order of its own clock, and the steps between. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, hypot, radians

MOVING_KMH = 3.0
RADIUS_M = 150.0  # a standing truck's fixes wander, and a queue creeps
DARK_S = 600.0  # after this long without a word nobody knows what the truck did
STAYED_KM = 1.0  # by the odometer: it may have been moved about the yard meanwhile
FASTEST_KMH = 200.0
SLACK_KM = 0.2
NULL_ISLAND_DEG = 0.01
SWAP_PERCENT, SWAP_S = 5.0, 180.0  # no charger lifts a pack this much this fast
_M_PER_DEG = 111_195.0


@dataclass(frozen=True, slots=True)
class Fix:
    """One report, as far as a day is made of it; `at_s` in seconds since 1970, UTC."""

    at_s: float
    seq: int
    boot_no: int
    pack_set: int | None
    latitude_deg: float
    longitude_deg: float
    odometer_km: float | None
    speed_kmh: float
    soc_percent: float

    @property
    def has_position(self) -> bool:
        """Say whether the receiver knew where it was."""
        return abs(self.latitude_deg) > NULL_ISLAND_DEG or abs(self.longitude_deg) > NULL_ISLAND_DEG


@dataclass(frozen=True, slots=True)
class Step:
    """What lies between two reports that follow each other."""

    start_s: float
    end_s: float
    distance_km: float
    apart_m: float | None  # as the crow flies; None where a position is not known or not believed
    rise_percent: float
    is_swap: bool
    is_dark: bool
    is_standing: bool

    def share(self, start_s: float, end_s: float) -> float:
        """Return how much of the step lies in a span, 0 to 1: its values are split evenly."""
        if self.end_s <= self.start_s:
            return 1.0 if start_s <= self.start_s < end_s else 0.0
        inside = min(end_s, self.end_s) - max(start_s, self.start_s)
        return max(0.0, inside) / (self.end_s - self.start_s)


def ordered(fixes: Iterable[Fix]) -> list[Fix]:
    """Return reports by the truck's clock, each once, with the packs last said before.

    The result is the same in whatever order, and however often, they are given.
    """
    track: list[Fix] = []
    packs: int | None = None
    for fix in sorted({(f.at_s, f.seq): f for f in fixes}.values(), key=lambda f: (f.at_s, f.seq)):
        packs = packs if fix.pack_set is None else fix.pack_set
        track.append(fix if fix.pack_set is not None else replace(fix, pack_set=packs))
    return track


def steps_of(track: Sequence[Fix]) -> list[Step]:
    """Return the step between each report and the next."""
    steps: list[Step] = []
    jumped_at_s = float("-inf")
    for before, after in pairwise(track):
        step = _step(before, after, jumped_at_s)
        if step.is_swap:
            jumped_at_s = step.end_s
        steps.append(step)
    return steps


def apart_m(a: Fix, b: Fix) -> float:
    """Return the distance between two positions, m; good to 0.1 % over tens of kilometres."""
    north = b.latitude_deg - a.latitude_deg
    east = (b.longitude_deg - a.longitude_deg + 180) % 360 - 180
    return _M_PER_DEG * hypot(north, east * cos(radians((a.latitude_deg + b.latitude_deg) / 2)))


def _step(before: Fix, after: Fix, jumped_at_s: float) -> Step:
    lasts_s = after.at_s - before.at_s
    most_km = FASTEST_KMH * lasts_s / 3600 + SLACK_KM
    crow_m = apart_m(before, after) if before.has_position and after.has_position else None
    if crow_m is not None and crow_m > most_km * 1000:
        crow_m = None
    counted_km = _counted_km(before, after, most_km)
    slow = max(before.speed_kmh, after.speed_kmh) < MOVING_KMH
    distance_km = counted_km
    if distance_km is None:
        distance_km = 0.0 if crow_m is None or slow else crow_m / 1000
    is_dark = lasts_s > DARK_S
    stays = crow_m is None or crow_m <= RADIUS_M
    if is_dark:
        unmoved = (counted_km or 0.0) < STAYED_KM
        is_standing = unmoved and stays and (crow_m is not None or counted_km is not None)
    else:
        is_standing = slow and stays
    rise = after.soc_percent - before.soc_percent
    is_swap = _is_swap(before, after, is_standing=is_standing, jumped_at_s=jumped_at_s)
    return Step(before.at_s, after.at_s, distance_km, crow_m, rise, is_swap, is_dark, is_standing)


def _counted_km(before: Fix, after: Fix, most_km: float) -> float | None:
    """Return what the odometer counted; None if it was not sent, or was exchanged or wrong."""
    if before.odometer_km is None or after.odometer_km is None:
        return None
    counted_km = after.odometer_km - before.odometer_km
    return counted_km if 0 <= counted_km <= most_km else None


def _is_swap(before: Fix, after: Fix, *, is_standing: bool, jumped_at_s: float) -> bool:
    """Say whether packs were swapped: other codes, or a rise that no charger gives.

    The codes may follow the rise by some reports; they are the same swap then.
    """
    rose = after.soc_percent - before.soc_percent > SWAP_PERCENT
    jumped = rose and after.at_s - before.at_s <= SWAP_S and is_standing
    both = before.pack_set is not None and after.pack_set is not None
    other = both and before.pack_set != after.pack_set
    return jumped or (other and after.at_s - jumped_at_s > DARK_S)
