"""The start page: what needs a person now, worst first, and the day so far in figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet
from django.utils.translation import gettext, ngettext

from dispatch.models import SwapAssignment
from fleet.models import Closure, Shift, SwapStation, Truck
from telematics.models import Alarm, AlarmStorm

UNANSWERED_AFTER = timedelta(seconds=60)
DANGER_LEVEL = 3  # of GB/T 32960: stop at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing that needs a person."""

    level: str  # danger, warning or info
    kind: str
    subject: str
    detail: str
    since: datetime
    truck_id: int | None = None
    station_id: int | None = None
    assignment_id: int | None = None
    alarm_id: int | None = None
    storm_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """The last 24 hours in figures; None where nothing happened yet."""

    swaps: int
    mean_wait_min: float | None
    promises_kept_percent: float | None
    offers: int
    declined: int
    trucks_on_shift: int
    strandings: int


def concerns(
    *,
    trucks: QuerySet[Truck],
    stations: QuerySet[SwapStation],
    assignments: QuerySet[SwapAssignment],
    now: datetime,
) -> list[Concern]:
    """Return what needs a person among the given trucks, stations and promises, worst first."""
    found = [
        *_alarms(trucks, stations),
        *_unanswered(assignments, now),
        *_closures(stations, now),
    ]
    order = {"danger": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda concern: (order[concern.level], concern.since))


def _alarms(trucks: QuerySet[Truck], stations: QuerySet[SwapStation]) -> list[Concern]:
    """Return open alarms, the gravest hundred, and each storm of them as one."""
    mine = Q(truck__in=trucks.values("pk")) | Q(station__in=stations.values("pk"))
    rows = Alarm.objects.filter(mine, closed_at__isnull=True)
    alone = rows.filter(Q(storm__isnull=True) | Q(storm__closed_at__isnull=False))
    alone = alone.select_related("truck", "station", "rule").order_by("-level", "opened_at")
    return [*_storms(rows), *(_alarm(alarm) for alarm in alone[:100])]


def _alarm(alarm: Alarm) -> Concern:
    is_danger = alarm.kind == Alarm.Kind.STRANDED_RISK or alarm.level >= DANGER_LEVEL
    words = [str(alarm.rule)] if alarm.rule else []
    words.append(alarm.detail)
    if alarm.stale_since is not None:
        words.append(gettext("not heard of since"))
    return Concern(
        level="danger" if is_danger else "warning",
        kind=alarm.get_kind_display(),
        subject=str(alarm.truck or alarm.station),
        detail=" · ".join(words),
        since=alarm.stale_since or alarm.opened_at,
        truck_id=alarm.truck_id,
        station_id=alarm.station_id,
        alarm_id=alarm.pk,
    )


def _storms(alarms: QuerySet[Alarm]) -> list[Concern]:
    """Return a concern for each open storm: as many of its alarms as are in `alarms`."""
    seen = alarms.filter(storm__isnull=False, storm__closed_at__isnull=True).order_by()
    counts = {
        row["storm"]: row
        for row in seen.values("storm").annotate(
            count=Count("pk"), level=Max("level"), since=Min("opened_at")
        )
    }
    storms = AlarmStorm.objects.filter(pk__in=counts).select_related("region", "station")
    return [
        Concern(
            level="danger" if counts[storm.pk]["level"] >= DANGER_LEVEL else "warning",
            kind=storm.get_kind_display(),
            subject=str(storm.region or storm.station),
            detail=ngettext("%(count)d alarm", "%(count)d alarms", counts[storm.pk]["count"])
            % {"count": counts[storm.pk]["count"]},
            since=counts[storm.pk]["since"],
            station_id=storm.station_id,
            storm_id=storm.pk,
        )
        for storm in storms
    ]


def _unanswered(assignments: QuerySet[SwapAssignment], now: datetime) -> list[Concern]:
    rows = assignments.filter(state="offered", offered_at__lt=now - UNANSWERED_AFTER)
    return [
        Concern(
            level="warning",
            kind="unanswered",
            subject=swap.truck.plate,
            detail=swap.station.name,
            since=swap.offered_at,
            assignment_id=swap.pk,
        )
        for swap in rows.select_related("truck", "station").order_by("offered_at")[:50]
    ]


def _closures(stations: QuerySet[SwapStation], now: datetime) -> list[Concern]:
    rows = Closure.objects.filter(station__in=stations.values("pk"), during__contains=now)
    return [
        Concern(
            level="info",
            kind="closed",
            subject=str(closure.lane or closure.station),
            detail=closure.reason,
            since=closure.during.lower or now,
            station_id=closure.station_id,
        )
        for closure in rows.select_related("station", "lane__station")[:50]
    ]


def day_figures(
    *, trucks: QuerySet[Truck], assignments: QuerySet[SwapAssignment], now: datetime
) -> DayFigures:
    """Return the figures of the last 24 hours, each a plain count or mean of rows."""
    offered = assignments.filter(offered_at__gt=now - timedelta(days=1))
    done = Q(state="done", swapping_at__isnull=False, arrived_at__isnull=False)
    kept = Q(swapping_at__lte=F("window__endswith"))
    sums: dict[str, Any] = offered.aggregate(
        offers=Count("pk"),
        declined=Count("pk", filter=Q(state="declined")),
        swaps=Count("pk", filter=Q(state="done")),
        begun=Count("pk", filter=done),
        kept=Count("pk", filter=done & kept),
        wait=Avg(F("swapping_at") - F("arrived_at"), filter=done),
    )
    stranded = Alarm.objects.filter(
        kind=Alarm.Kind.STRANDED_RISK,
        truck__in=trucks.values("pk"),
        opened_at__gt=now - timedelta(days=1),
    )
    return DayFigures(
        swaps=sums["swaps"],
        mean_wait_min=round(sums["wait"].total_seconds() / 60, 1) if sums["wait"] else None,
        promises_kept_percent=round(100 * sums["kept"] / sums["begun"]) if sums["begun"] else None,
        offers=sums["offers"],
        declined=sums["declined"],
        trucks_on_shift=Shift.objects.filter(
            truck__in=trucks.values("pk"), ended_at__isnull=True
        ).count(),
        strandings=stranded.count(),
    )
