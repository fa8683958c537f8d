"""Driver, packs and promise of a truck as of any instant: what late data is credited to.

Sold trucks do not take their history along: `as_of_for` answers a viewer only for instants at
which its operator held the truck, and names drivers only to their own carrier.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleet.access import Viewer, drivers_for
from fleet.selectors.as_of import (
    ASKED,
    Moment,
    Stay,
    drivers_as_of,
    packs_as_of,
    read_stays,
)
from fleet.selectors.tenures import held_then

PROMISES = f"""
SELECT a.truck_id, a.offered_at, a.ended_at, a.answered_at, a.id
  FROM {ASKED} JOIN dispatch_swapassignment a USING (truck_id)
 WHERE a.offered_at <= asked.until AND (a.ended_at IS NULL OR a.ended_at > asked.since)
 ORDER BY lower(a.occupies), a.id
"""  # noqa: S608  a constant of ours


@dataclass(frozen=True, slots=True)
class AsOf:
    """What was true of a truck at an instant; None and empty where nothing was."""

    driver_id: int | None = None
    pack_codes: tuple[str, ...] = ()
    assignment_id: int | None = None


def as_of(moments: Sequence[Moment]) -> list[AsOf]:
    """Return driver, packs and promise of each moment, in three queries however many there are."""
    found = zip(
        drivers_as_of(moments), packs_as_of(moments), assignments_as_of(moments), strict=True
    )
    return [AsOf(*each) for each in found]


def as_of_for(user: Viewer, moments: Sequence[Moment]) -> list[AsOf | None]:
    """Return what a user may know of each moment; None where the truck was not in its hands."""
    drivers = set(drivers_for(user).values_list("pk", flat=True))
    return [
        None
        if not held
        else replace(known, driver_id=known.driver_id if known.driver_id in drivers else None)
        for known, held in zip(as_of(moments), held_then(user, moments), strict=True)
    ]


def assignments_as_of(moments: Sequence[Moment]) -> list[int | None]:
    """Return the promise each truck was under, offered and not yet over; None where it had none."""
    promises: dict[int, list[tuple[Stay[int], datetime | None]]] = defaultdict(list)
    for truck_id, offered_at, ended_at, answered_at, pk in read_stays(PROMISES, moments):
        promises[truck_id].append((Stay(truck_id, offered_at, ended_at, pk), answered_at))
    return [_under(promises[moment.truck_id], moment.at) for moment in moments]


def _under(promises: Sequence[tuple[Stay[int], datetime | None]], at: datetime) -> int | None:
    """Return the promise in force: one that was answered by then before one that was not."""
    standing = [each for each in promises if each[0].covers(at)]
    answered = [stay for stay, answered_at in standing if answered_at and answered_at <= at]
    return next((stay.what for stay in answered or [stay for stay, _ in standing]), None)
