"""The best answers to a few typed characters, of every kind, and what each does now."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q

from dispatch.access import assignments_for
from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.selectors.find.kinds import KINDS
from dispatch.selectors.find.say import Hit, said
from fleet.access import Viewer
from fleet.selectors.finding import Rank, squeezed

SHOWN, LOOKED_AT, SWAPS = 8, 24, 3
TYPED_MOST = 60
ASSIGNMENT = "assignment"
NUMBER_DIGITS = 15  # no promise has a longer number
ORDER = {kind: place for place, kind in enumerate((*KINDS, ASSIGNMENT))}
OVER = {"retired", "done", "cancelled"}
type Key = tuple[str, int]


def find(
    user: Viewer, typed: str, *, recent: Collection[Key] = (), now: datetime
) -> list[tuple[int, Hit]]:
    """Return the best things the user may look at, best first, each with its rank.

    Of those that answer equally well, what was opened lately and what is at work come first.
    The promise that stands for a truck follows the truck.
    """
    typed = typed[:TYPED_MOST]
    ranked: list[tuple[Rank, str, Any]] = [
        (rank, kind, row)
        for kind, each in KINDS.items()
        for rank, row in each.found(user, typed, now=now)
    ]
    ranked += [(Rank.EXACT, ASSIGNMENT, row) for row in _by_number(user, typed, now=now)]
    ranked.sort(
        key=lambda each: (
            each[0],
            (each[1], each[2].pk) not in recent,
            _is_off(each[2]),
            ORDER[each[1]],
        )
    )
    ranked = ranked[:LOOKED_AT]
    off = {(kind, row.pk) for _rank, kind, row in ranked if _is_off(row)}
    rank_of = {(kind, row.pk): rank for rank, kind, row in ranked}
    hits = said(user, [(kind, row) for _rank, kind, row in ranked], now=now)
    hits.sort(
        key=lambda hit: (
            rank_of[hit.kind, hit.id],
            (hit.kind, hit.id) not in recent,
            (hit.kind, hit.id) in off,
            not hit.is_at_work,
            ORDER[hit.kind],
            len(hit.name),
            hit.name,
        )
    )
    shown = [(int(rank_of[hit.kind, hit.id]), hit) for hit in hits[:SHOWN]]
    return _with_swaps(user, shown, now=now)


def look_up(user: Viewer, keys: Collection[Key], *, now: datetime) -> list[Hit]:
    """Return things opened before, as far as the user may still look at them, in that order."""
    rows: list[tuple[str, Any]] = []
    for kind, pk in keys:
        if kind == ASSIGNMENT:
            door: Any = assignments_for(user, now=now).select_related("truck", "station")
        else:
            door = KINDS[kind].rows(user, now=now)
        if row := door.filter(pk=pk).first():
            rows.append((kind, row))
    order = {key: place for place, key in enumerate(keys)}
    return sorted(said(user, rows, now=now), key=lambda hit: order[hit.kind, hit.id])


def _by_number(user: Viewer, typed: str, *, now: datetime) -> list[SwapAssignment]:
    """Return promises by number, and those that stand by their check-in code."""
    number = squeezed(typed)
    if not number.isascii() or not number.isdecimal() or len(number) > NUMBER_DIGITS:
        return []
    wanted = Q(pk=int(number))
    if len(number) > 3:
        wanted |= Q(check_in_code__startswith=number, state__in=LIVE)
    rows = assignments_for(user, now=now).filter(wanted)
    return list(rows.select_related("truck", "station").order_by()[:SHOWN])


def _with_swaps(
    user: Viewer, shown: list[tuple[int, Hit]], *, now: datetime
) -> list[tuple[int, Hit]]:
    """Put behind each of the first trucks the promise that stands for it."""
    trucks = [hit.id for _rank, hit in shown if hit.kind == "truck"][:SWAPS]
    if not trucks:
        return shown
    rows = assignments_for(user, now=now).filter(truck__in=trucks, state__in=LIVE)
    swaps = rows.select_related("truck", "station").order_by("-occupies")
    next_of = {swap.truck_id: (ASSIGNMENT, swap) for swap in swaps}
    known = {hit.id for _rank, hit in shown if hit.kind == ASSIGNMENT}
    behind = {hit.of: hit for hit in said(user, [*next_of.values()], now=now)}
    told: list[tuple[int, Hit]] = []
    for rank, hit in shown:
        told.append((rank, hit))
        swap = behind.get(hit.id) if hit.kind == "truck" else None
        if swap is not None and swap.id not in known:
            told.append((rank, swap))
    return told


def _is_off(row: Any) -> bool:
    """Say whether a thing is out of service, or over."""
    states = {getattr(row, "whereabouts", ""), getattr(row, "state", "")}
    return getattr(row, "is_active", True) is False or bool(states & OVER)
