"""The trucks that come next to a station: the work list of its people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from dispatch.lifecycle import LIVE
from dispatch.models import PackHold, SwapAssignment
from dispatch.selectors.bars import AHEAD
from fleet.models import SwapStation

LISTED = 10
DRIFTS_FROM = timedelta(minutes=3)
HERE = {"arrived", "queued", "swapping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackDue:
    """A pack promised to a truck: its slot (None: not here yet) and minutes until it is ready.

    `ready_min` is 0 for a ready pack and None where nothing says when it will be.
    """

    code: str
    slot: int | None
    position: int
    ready_min: int | None

    @property
    def place(self) -> str:
        """Return the slot as people call it, or the end of the code of a pack still to come."""
        return f"S{self.slot}" if self.slot else self.code[-7:]

    @property
    def tail(self) -> str:
        """Return the end of the code, which tells packs of one maker apart."""
        return self.code[-7:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A truck that is due: minutes to its ETA, drift against its promise, packs."""

    assignment: SwapAssignment
    packs: list[PackDue]
    minutes_off: int
    drift_min: int

    @property
    def early_min(self) -> int:
        """Return by how many minutes it comes before its window; 0 if it does not."""
        return max(0, -self.drift_min)

    @property
    def is_here(self) -> bool:
        """Say whether the truck stands at the station."""
        return self.assignment.state in HERE

    @property
    def ready_min(self) -> int | None:
        """Return in how many minutes the last of its packs is ready; None if unknown."""
        minutes = [pack.ready_min for pack in self.packs]
        return None if None in minutes or not minutes else max(m for m in minutes if m is not None)

    @property
    def asks(self) -> str:
        """Return the packs promised, as the page's dialog reads them."""
        return json.dumps(
            [{"position": p.position, "place": p.place, "code": p.tail} for p in self.packs]
        )

    @property
    def late_packs(self) -> bool:
        """Say whether the packs may be ready later than the truck is there."""
        return self.ready_min is None or self.ready_min > max(self.minutes_off, 0)


def arrivals_ahead(
    station: SwapStation, *, ready: Mapping[int, datetime], now: datetime, most: int = LISTED
) -> list[Arrival]:
    """Return the next trucks of a station in order of their time; two queries.

    `ready` says from when packs can be handed out (`dispatch.selectors.readiness`). Drift is
    minutes after the promised start, or (negative) before the window opens, from 3 min on.
    """
    held = PackHold.objects.filter(is_live=True).select_related("pack__slot").order_by("position")
    due = (
        SwapAssignment.objects.filter(
            station=station, state__in=LIVE, occupies__startswith__lt=now + AHEAD
        )
        .select_related("truck", "lane")
        .prefetch_related(Prefetch("holds", held, to_attr="live_holds"))
        .order_by("occupies", "pk")[:most]
    )
    return [_arrival(swap, ready, now) for swap in due]


def _arrival(swap: SwapAssignment, ready: Mapping[int, datetime], now: datetime) -> Arrival:
    holds: list[PackHold] = getattr(swap, "live_holds", [])
    return Arrival(
        assignment=swap,
        packs=[_pack_due(hold, swap.station_id, ready, now) for hold in holds],
        minutes_off=round((swap.eta - now).total_seconds() / 60),
        drift_min=drift_min(swap),
    )


def _pack_due(
    hold: PackHold, station_id: int, ready: Mapping[int, datetime], now: datetime
) -> PackDue:
    slot, at = hold.pack.slot, ready.get(hold.pack_id)
    return PackDue(
        code=hold.pack.code,
        slot=slot.number if slot and slot.station_id == station_id else None,
        position=hold.position,
        ready_min=None if at is None else max(0, round((at - now).total_seconds() / 60)),
    )


def drift_min(swap: SwapAssignment) -> int:
    """Return by how many minutes a truck on its way misses its promise; 0 below 3 min."""
    if swap.state in HERE:
        return 0
    late: timedelta = swap.eta - swap.occupies.lower
    early: timedelta = swap.window.lower - swap.eta
    if late >= DRIFTS_FROM:
        return round(late.total_seconds() / 60)
    return -round(early.total_seconds() / 60) if early >= DRIFTS_FROM else 0
