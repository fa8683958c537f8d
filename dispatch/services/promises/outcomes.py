"""What came of promises: each accepted one that is over, with what was predicted for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from dispatch.lifecycle import ENDED
from dispatch.models import PromiseOutcome, SwapAssignment
from dispatch.planning.spreads import class_of_way
from dispatch.selectors.charging import READY_FROM_PERCENT
from dispatch.services.promises.fair_shares import enter_in_ledger
from telematics.models import SlotReading

LOOKS_BACK = timedelta(days=2)
AT_ONCE = 500
BROKEN = {"no_show", "failed"}


def note_outcomes(*, now: datetime) -> int:
    """Keep what came of promises that ended, and enter their swaps in the fairness ledger.

    The promise that counts is the one the driver accepted: its window, its ETA and its
    probability are those of the history at that moment, whatever was changed later. One that
    was withdrawn (cancelled, diverted) is neither kept nor broken. Return how many were noted.
    """
    rows = SwapAssignment.objects.filter(
        state__in=ENDED,
        answered_at__isnull=False,
        ended_at__gt=now - LOOKS_BACK,
        outcome__isnull=True,
    ).exclude(state="declined")
    ended = list(rows.select_related("truck__model").order_by("ended_at", "pk")[:AT_ONCE])
    accepted = _as_accepted([row.pk for row in ended])
    with transaction.atomic():
        outcomes = [_outcome(row, accepted[row.pk]) for row in ended if row.pk in accepted]
        # Another process may have noted some of them meanwhile: its rows stand.
        PromiseOutcome.objects.bulk_create(outcomes, ignore_conflicts=True)
        enter_in_ledger(ended, accepted)
    return len(outcomes)


def sweep_outcomes(*, now: datetime) -> None:
    """Forget outcomes that no report asks for any more; the ledger stays."""
    keep = timedelta(days=max(settings.TRUCK_DAY_RETENTION_DAYS, 2 * settings.SPREAD_DAYS))
    PromiseOutcome.objects.filter(ended_at__lt=now - keep).delete()


def _as_accepted(assignment_ids: Iterable[int]) -> dict[int, Any]:
    """Return the row of the history in which each promise was first accepted."""
    events: Any = SwapAssignment.pgh_event_model  # type: ignore[attr-defined]  # by pghistory
    rows = events.objects.filter(pgh_obj__in=list(assignment_ids), state="accepted")
    first = rows.order_by("pgh_obj_id", "pgh_id").distinct("pgh_obj_id")
    return {row.pgh_obj_id: row for row in first}


def _outcome(row: SwapAssignment, accepted: Any) -> PromiseOutcome:
    began, arrived = row.swapping_at, row.arrived_at
    ready = _charged_at(row, accepted) if accepted.packs_ready_at else None
    is_done = row.state == "done" and began is not None
    is_kept = began <= accepted.window.upper if is_done and began else None
    due = max([accepted.occupies.lower, *filter(None, (arrived, ready))])
    return PromiseOutcome(
        assignment=row,
        region_id=row.region_id,
        station_id=row.station_id,
        ended_at=row.ended_at or accepted.window.upper,
        window=accepted.window,
        probability=min(1.0, max(0.0, accepted.probability)),
        is_kept=False if row.state in BROKEN else is_kept,
        road_class=accepted.road_class or class_of_way(accepted.distance_m, stops=0),
        way_s=max(0, _seconds(accepted.offered_at, accepted.eta)),
        way_late_s=_seconds(accepted.eta, arrived) if arrived else None,
        lane_late_s=max(0, _seconds(due, began)) if arrived and began and is_done else None,
        charging_s=_charging_s(accepted),
        charge_late_s=_seconds(accepted.packs_ready_at, ready) if ready else None,
    )


def _seconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds())


def _charging_s(accepted: Any) -> int | None:
    if accepted.packs_ready_at is None:
        return None
    return max(0, _seconds(accepted.offered_at, accepted.packs_ready_at))


def _charged_at(row: SwapAssignment, accepted: Any) -> datetime | None:
    """Return when the station first said that the last of the packs was charged."""
    until = row.swapping_at or row.ended_at
    codes = {hold.pack.code for hold in row.holds.select_related("pack")}
    readings = SlotReading.objects.filter(
        slot__station=row.station_id,
        pack_code__in=codes,
        recorded_at__range=(accepted.offered_at, until),
        soc_percent__gte=READY_FROM_PERCENT,
    )
    first: dict[str, datetime] = {}
    for code, at in readings.order_by("-recorded_at").values_list("pack_code", "recorded_at"):
        first[code] = at
    return max(first.values()) if codes and set(first) == codes else None
