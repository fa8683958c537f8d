"""The day in figures: each a plain sum or mean of rows, with its last 24 hours."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import TruncHour

from dispatch.models import StationQuarter, StockOut, SwapAssignment
from dispatch.selectors.today.hours import DAY, Clock, Key, day_sums
from fleet.models import SwapStation


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure today, yesterday by this time, and by the hour; None where nothing happened."""

    code: str
    today: float | None
    yesterday: float | None
    hours: tuple[float | None, ...]
    more: float | None = None  # of energy: what it cost, CNY


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The figures, and when each hour of their charts begins."""

    figures: tuple[Figure, ...]
    hours: tuple[datetime, ...]
    midnight: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """What is added up: of promises that ended, of energy, of stock-outs."""

    swaps: int = 0
    waits: int = 0
    waited_s: float = 0.0
    told: int = 0
    kept: int = 0
    energy_wh: int = 0
    cost_cny: Decimal = Decimal(0)
    stock_outs: int = 0


def today(
    *,
    assignments: QuerySet[SwapAssignment],
    stations: QuerySet[SwapStation] | None,
    now: datetime,
) -> Day:
    """Return the figures of the local day; energy and stock-outs only with stations. 3 queries."""
    clock = Clock(now)
    ended = _added(_ended(assignments, clock), clock)
    figures = [
        _figure("swaps", ended, lambda one: one.swaps),
        _figure("wait", ended, lambda one: one.waited_s / one.waits / 60 if one.waits else None),
        _figure("kept", ended, lambda one: 100 * one.kept / one.told if one.told else None),
    ]
    if stations is not None:
        energy = _added(_energy(stations, clock), clock)
        outs = _added(_stock_outs(stations, clock), clock)
        figures += [
            _figure("energy", energy, lambda one: one.energy_wh / 1000, cost=True),
            _figure("stock_outs", outs, lambda one: one.stock_outs),
        ]
    return Day(figures=tuple(figures), hours=tuple(clock.hours), midnight=clock.midnight)


def _figure(code: str, sums: Any, value: Any, *, cost: bool = False) -> Figure:
    of_today, of_yesterday, hours = sums
    return Figure(
        code=code,
        today=value(of_today),
        yesterday=value(of_yesterday),
        hours=tuple(value(one) for one in hours),
        more=float(of_today.cost_cny) if cost else None,
    )


def _added(rows: dict[Key, Sums], clock: Clock) -> tuple[Sums, Sums, list[Sums]]:
    return day_sums(rows, clock, _total)


def _total(many: list[Sums]) -> Sums:
    names = Sums.__slots__
    return Sums(**{name: sum(getattr(one, name) for one in many) for name in names})


def _by_hour(rows: QuerySet[Any], at: str, clock: Clock) -> QuerySet[Any]:
    """Group rows by local hour, and by whether this time yesterday was yet to come."""
    is_by_then = Q(**{f"{at}__lte": clock.now - DAY})
    zone = ZoneInfo(settings.TIME_ZONE)
    hours = rows.order_by().annotate(hour=TruncHour(at, tzinfo=zone))
    grouped: QuerySet[Any] = hours.values("hour", is_by_then=is_by_then)
    return grouped


def _ended(assignments: QuerySet[SwapAssignment], clock: Clock) -> dict[Key, Sums]:
    rows = assignments.filter(ended_at__gte=clock.since, ended_at__lte=clock.now)
    # An outcome has its promise's end: without this, all there ever were are read.
    of_then = Q(outcome__ended_at__gte=clock.since, outcome__ended_at__lte=clock.now)
    rows = rows.annotate(came=FilteredRelation("outcome", condition=of_then))
    waited = ExpressionWrapper(F("swapping_at") - F("arrived_at"), DurationField())
    begun = Q(state="done", swapping_at__isnull=False, arrived_at__isnull=False)
    return {
        (row["hour"], row["is_by_then"]): Sums(
            swaps=row["swaps"],
            waits=row["waits"],
            waited_s=row["waited"].total_seconds() if row["waited"] else 0.0,
            told=row["told"],
            kept=row["kept"],
        )
        for row in _by_hour(rows, "ended_at", clock).annotate(
            swaps=Count("pk", filter=Q(state="done")),
            waits=Count("pk", filter=begun),
            waited=Sum(waited, filter=begun),
            told=Count("pk", filter=Q(came__is_kept__isnull=False)),
            kept=Count("pk", filter=Q(came__is_kept=True)),
        )
    }


def _energy(stations: QuerySet[SwapStation], clock: Clock) -> dict[Key, Sums]:
    rows = StationQuarter.objects.filter(
        station__in=stations.values("pk"), starts_at__gte=clock.since, starts_at__lte=clock.now
    )
    # A quarter counts for yesterday once it had begun, as the one under way does for today.
    return {
        (row["hour"], row["is_by_then"]): Sums(
            energy_wh=row["wh"] or 0, cost_cny=row["cost"] or Decimal(0)
        )
        for row in _by_hour(rows, "starts_at", clock).annotate(
            wh=Sum("energy_wh"), cost=Sum("cost_cny")
        )
    }


def _stock_outs(stations: QuerySet[SwapStation], clock: Clock) -> dict[Key, Sums]:
    rows = StockOut.objects.filter(
        station__in=stations.values("pk"),
        during__startswith__gte=clock.since,
        during__startswith__lte=clock.now,
    )
    begun = rows.annotate(begun_at=F("during__startswith"))
    return {
        (row["hour"], row["is_by_then"]): Sums(stock_outs=row["count"])
        for row in _by_hour(begun, "begun_at", clock).annotate(count=Count("pk"))
    }
