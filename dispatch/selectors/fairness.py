"""Who is owed minutes, and what that weighs in the next plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from dispatch.models import FairnessEntry
from dispatch.planning.fairness import HALF_LIFE_H, balance_min, weight_percent
from fleet.models import Region, TruckTenure

COUNTS_FOR = timedelta(hours=7 * HALF_LIFE_H)
"""After seven half-lives less than one minute in a hundred is left of an entry."""
SHARED_OVER = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a carrier's or a driver's swaps cost them beyond their share."""

    name: str
    swaps: int
    lost_min: float
    share_min: float
    excess_min: float


def weights_of(
    region: Region, drivers: Mapping[int, int | None], *, now: datetime
) -> dict[int, int]:
    """Return the weight of each truck, in percent, by what its carrier and driver are owed.

    Half of it is the carrier's balance over its trucks that are on shift, half the driver's own.
    `drivers` is by truck, those on shift; `FAIRNESS_BOUND_PERCENT` bounds it.
    """
    bound = settings.FAIRNESS_BOUND_PERCENT
    entries = FairnessEntry.objects.filter(region=region, swapped_at__gt=now - COUNTS_FOR)
    rows = list(entries.values_list("carrier_id", "driver_id", "excess_min", "swapped_at"))
    if not bound or not rows:
        return {}
    of_carrier: dict[int, list[tuple[float, float]]] = defaultdict(list)
    of_driver: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
    for carrier_id, driver_id, excess_min, swapped_at in rows:
        entry = (excess_min, (now - swapped_at).total_seconds() / 3600)
        of_carrier[carrier_id].append(entry)
        if driver_id is not None:
            of_driver[driver_id].append(entry)
    carriers = carriers_of(drivers, at=now)
    members: dict[int, int] = defaultdict(int)
    for carrier_id in carriers.values():
        members[carrier_id] += 1
    weights = {}
    for truck_id, driver in drivers.items():
        carrier = carriers.get(truck_id, 0)
        owed = balance_min(of_carrier[carrier], members=members[carrier])
        owed += balance_min(of_driver[driver], members=1)
        weights[truck_id] = weight_percent(owed / 2, bound_percent=bound)
    return weights


def carriers_of(trucks: Iterable[int], *, at: datetime) -> dict[int, int]:
    """Return who runs each truck."""
    tenures = TruckTenure.objects.filter(
        truck__in=list(trucks), role=TruckTenure.Role.CARRIER, during__contains=at
    )
    return dict(tenures.values_list("truck_id", "operator_id"))


def totals_by(entries: QuerySet[FairnessEntry], name: str) -> list[Total]:
    """Return the sums of ledger entries by a column of names, those owed most first."""
    rows = (
        entries.order_by()
        .values(name)
        .annotate(
            swaps=Count("pk"),
            waited=Sum("waited_min"),
            detoured=Sum("detoured_min"),
            share=Sum("share_min"),
            excess=Sum("excess_min"),
        )
    )
    found = [
        Total(
            name=row[name] or "–",
            swaps=row["swaps"],
            lost_min=round(row["waited"] + row["detoured"], 1),
            share_min=round(row["share"], 1),
            excess_min=round(row["excess"], 1),
        )
        for row in rows
    ]
    return sorted(found, key=lambda total: -total.excess_min)
