"""How honest promises were: of those told with a probability, how many were kept."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import Floor

from dispatch.models import PromiseOutcome

BINS_A_WHOLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Promises told with about the same probability."""

    promises: int
    told_percent: float
    kept_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """All promises together, and by what they were told; shares are None where there are none."""

    promises: int
    withdrawn: int
    kept_percent: float | None
    told_percent: float | None
    window_min: float | None
    bins: tuple[Bin, ...]


def calibration(outcomes: QuerySet[PromiseOutcome]) -> Calibration:
    """Sum up outcomes: how many were kept of those promised with a probability."""
    bins = outcomes.order_by().annotate(bin=Floor(F("probability") * BINS_A_WHOLE - 1e-9))
    rows = list(
        bins.values("bin").annotate(
            judged=Count("pk", filter=Q(is_kept__isnull=False)),
            withdrawn=Count("pk", filter=Q(is_kept__isnull=True)),
            kept=Count("pk", filter=Q(is_kept=True)),
            told=Avg("probability", filter=Q(is_kept__isnull=False)),
            length=Avg(F("window__endswith") - F("window__startswith")),
        )
    )
    judged = [row for row in rows if row["judged"]]
    count = sum(row["judged"] for row in judged)
    both = [(row, row["judged"] + row["withdrawn"]) for row in rows]
    length_s = sum(row["length"].total_seconds() * number for row, number in both)
    return Calibration(
        promises=count,
        withdrawn=sum(row["withdrawn"] for row in rows),
        kept_percent=_percent(sum(row["kept"] for row in judged), count),
        told_percent=_percent(sum(row["told"] * row["judged"] for row in judged), count),
        window_min=round(length_s / 60 / sum(n for _, n in both), 1) if both else None,
        bins=tuple(
            Bin(
                promises=row["judged"],
                told_percent=round(100 * row["told"], 1),
                kept_percent=round(100 * row["kept"] / row["judged"], 1),
            )
            for row in sorted(judged, key=lambda row: row["told"])
        ),
    )


def _percent(part: float, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
