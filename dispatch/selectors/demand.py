"""What trucks are expected to want of a station that nobody has promised them yet."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.planning.stock import Demand

LOOKS_BACK = timedelta(days=14)
LOOKS_AHEAD_H = 24


def expected_demand(station_id: int, *, now: datetime) -> dict[int, Demand]:
    """Return what is expected of each pack type in the next day, less what is promised.

    The mean of each hour of the day over the last 14 days, drawn one day's weight towards the
    mean of all hours. A type never swapped at the station is missing.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    done = SwapAssignment.objects.filter(
        station=station_id, state="done", ended_at__gt=now - LOOKS_BACK, ended_at__lte=now
    ).order_by("ended_at")
    swaps = list(_swaps(done, at="ended_at"))
    if not swaps:
        return {}
    days = max(1.0, (now - swaps[0][0]) / timedelta(days=1))
    promised = _swaps(
        SwapAssignment.objects.filter(station=station_id, state__in=LIVE), at="occupies__startswith"
    )
    ahead: Counter[tuple[int, int]] = Counter()
    for at, kind, packs in promised:
        ahead[kind, max(0, int((at - now) // timedelta(hours=1)))] += packs
    seen: Counter[tuple[int, int]] = Counter()
    for at, kind, packs in swaps:
        seen[kind, at.astimezone(zone).hour] += packs
    first_hour = now.astimezone(zone).hour
    return {
        kind: _demand(seen, ahead, kind, days=days, first_hour=first_hour)
        for kind in sorted({kind for kind, _hour in seen})
    }


def _swaps(rows: QuerySet[SwapAssignment], *, at: str) -> Iterable[tuple[datetime, int, int]]:
    """Yield when each swap was or is to be, of which pack type, and how many packs."""
    yield from rows.values_list(at, "truck__model__pack_type", "truck__model__pack_positions")


def _demand(
    seen: Counter[tuple[int, int]],
    ahead: Counter[tuple[int, int]],
    kind: int,
    *,
    days: float,
    first_hour: int,
) -> Demand:
    mean = sum(packs for (other, _), packs in seen.items() if other == kind) / (24 * days)
    rates = [
        max(0.0, (seen[kind, (first_hour + step) % 24] + mean) / (days + 1) - ahead[kind, step])
        for step in range(LOOKS_AHEAD_H)
    ]
    edges_s = tuple(3600 * step for step in range(LOOKS_AHEAD_H + 1))
    return Demand(edges_s, tuple(rates))
