"""Promises whose packs can no longer be handed out get others at once, or end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from dispatch.models import PackHold, SwapAssignment
from dispatch.selectors.readiness import pack_ready_at
from dispatch.services.charging.plan import plan_charging
from dispatch.services.gate.held_packs import replace_pack
from dispatch.services.gate.lanes import MAY_LOSE_ITS_LANE
from dispatch.services.news import refresh_downlink
from dispatch.services.promises.moves import DispatchError, move_assignment

MAY_WAIT = timedelta(minutes=3)
"""A pack that is ready this much after the promised start still keeps the promise."""


@dataclass(slots=True)
class Moved:
    """How many promises got other packs, and how many ended."""

    replaced: int = 0
    ended: int = 0


def break_holds(pack_ids: Iterable[int], *, why: str, now: datetime) -> Moved:
    """Move every promise off packs that cannot be handed out; a swap under way goes on.

    Each in a transaction of its own: a pack of the same station that is ready in time and promised
    to nobody takes the place, and the driver need not know; or the promise ends, the driver is
    told, and the truck gets its own answer at once. Again is safe.
    """
    bad = set(pack_ids)
    moved = Moved()
    rows = SwapAssignment.objects.filter(
        holds__pack__in=bad, holds__is_live=True, state__in=MAY_LOSE_ITS_LANE
    )
    stations = set()
    for pk, station_id in sorted(set(rows.values_list("pk", "station_id"))):
        stations.add(station_id)
        try:
            _move_off(pk, bad, moved, why=why, now=now)
        except DispatchError:
            continue  # it has ended, or its swap began, meanwhile
    for station_id in stations:
        plan_charging(station_id, now=now)
    return moved


def _move_off(assignment_id: int, bad: set[int], moved: Moved, *, why: str, now: datetime) -> None:
    with transaction.atomic():
        swap = SwapAssignment.objects.select_for_update().get(pk=assignment_id)
        if swap.state not in MAY_LOSE_ITS_LANE:
            return
        holds = list(
            PackHold.objects.filter(assignment=swap, is_live=True, pack__in=bad).select_related(
                "pack"
            )
        )
        if not holds:
            return
        ready = pack_ready_at([swap.station_id], now=now)
        by = max(swap.occupies.lower, now) + MAY_WAIT
        spare = [pack for pack, at in ready.items() if at <= by and pack not in bad]
        if all(replace_pack(hold, spare) for hold in holds):
            refresh_downlink(swap.truck_id, now=now)
            moved.replaced += 1
            return
        move_assignment(assignment_id=swap.pk, to="cancelled", now=now, reason=why)
        moved.ended += 1
