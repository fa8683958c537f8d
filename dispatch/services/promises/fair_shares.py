"""Enter swaps in the fairness ledger: what each cost its truck beside what is fair."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Avg, F

from dispatch.models import FairnessEntry, SwapAssignment
from dispatch.selectors.fairness import SHARED_OVER, carriers_of


def enter_in_ledger(ended: Iterable[SwapAssignment], accepted: dict[int, Any]) -> int:
    """Append an entry for each finished swap that is not in the ledger yet; return how many.

    `accepted` are the promises as they were accepted, by assignment. The fair share is the mean
    loss of the swaps of the same region and pack type in the 24 hours up to this one, itself
    included.
    """
    count = 0
    for row in sorted(ended, key=lambda row: (row.swapping_at or row.offered_at, row.pk)):
        promise, began = accepted.get(row.pk), row.swapping_at
        if promise is None or began is None or row.state != "done":
            continue
        carrier = carriers_of([row.truck_id], at=began).get(row.truck_id)
        if carrier is not None:
            count += _enter(row, promise, began, carrier_id=carrier)
    return count


def _enter(row: SwapAssignment, promise: Any, began: datetime, *, carrier_id: int) -> bool:
    waited = waited_min(promise, arrived=row.arrived_at, began=began)
    detoured = max(0, (row.detour_s or 0) - (row.least_detour_s or 0)) / 60
    kind = row.truck.model.pack_type_id
    share = _share_min(row.region_id, kind, waited + detoured, at=began)
    excess = waited + detoured - share
    entry = FairnessEntry(
        assignment=row,
        region_id=row.region_id,
        pack_type_id=kind,
        carrier_id=carrier_id,
        truck_id=row.truck_id,
        driver_id=row.driver_id,
        swapped_at=began,
        waited_min=waited,
        detoured_min=detoured,
        share_min=share,
        excess_min=excess,
        reason=reason_of(waited, detoured, excess),
    )
    FairnessEntry.objects.bulk_create([entry], ignore_conflicts=True)
    return True


def waited_min(promise: Any, *, arrived: datetime | None, began: datetime) -> float:
    """Return the minutes a truck waited because of others, wherever it did.

    It could have been swapped from its ETA on, or from its arrival if it came later by its own
    doing. Waiting that was planned counts even if the driver spent it before he set out.
    """
    could_at = max(promise.eta, arrived or promise.eta)
    planned = min(began, promise.occupies.lower) - promise.eta
    waited_s = max((began - could_at).total_seconds(), planned.total_seconds(), 0.0)
    return float(round(waited_s / 60, 3))


def reason_of(waited: float, detoured: float, excess: float) -> str:
    """Return what made a swap cost more than its share, or that it did not."""
    if excess <= 0:
        return FairnessEntry.Reason.SPARED
    return FairnessEntry.Reason.WAITED if waited >= detoured else FairnessEntry.Reason.DETOURED


def _share_min(region_id: int, pack_type_id: int, own_min: float, *, at: datetime) -> float:
    rows = FairnessEntry.objects.filter(
        region=region_id,
        pack_type=pack_type_id,
        swapped_at__gt=at - SHARED_OVER,
        swapped_at__lte=at,
    )
    mean = rows.aggregate(mean=Avg(F("waited_min") + F("detoured_min")))["mean"] or 0.0
    count = rows.count()
    return float((mean * count + own_min) / (count + 1))
