"""What trucks are expected to want of a station that nobody has promised them yet."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min, Sum
from django.db.models.functions import ExtractHour

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.planning.stock import Demand

LOOKS_BACK = timedelta(days=14)
AHEAD_H = 25
"""The hour under way and a day of whole ones."""
KIND = "truck__model__pack_type"
PACKS = "truck__model__pack_positions"


def expected_demand(station_id: int, *, now: datetime) -> dict[int, Demand]:
    """Return what is expected of each pack type in the next day, less what is promised.

    The mean of each hour of the day over the last 14 days, drawn one day's weight towards the
    mean of all hours. A type never swapped at the station is missing.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    done = SwapAssignment.objects.filter(
        station=station_id, state="done", ended_at__gt=now - LOOKS_BACK, ended_at__lte=now
    )
    first_at = done.aggregate(first_at=Min("ended_at"))["first_at"]
    if first_at is None:
        return {}
    by_hour = done.values_list(KIND, ExtractHour("ended_at", tzinfo=zone)).order_by()
    seen: Counter[tuple[int, int]] = Counter()
    for kind, hour, packs in by_hour.annotate(packs=Sum(PACKS)):
        seen[kind, hour] = packs
    hour_at = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    ahead = _promised(station_id, hour_at)
    days = max(1.0, (now - first_at) / timedelta(days=1))
    edges_s = [max(0, int((hour_at - now).total_seconds()) + 3600 * n) for n in range(AHEAD_H + 1)]
    first_hour = now.astimezone(zone).hour
    demands = {}
    for kind in sorted({kind for kind, _ in seen}):
        mean = sum(seen[kind, hour] for hour in range(24)) / (24 * days)
        rates = [
            max(0.0, (seen[kind, (first_hour + n) % 24] + mean) / (days + 1) - ahead[kind, n])
            for n in range(AHEAD_H)
        ]
        demands[kind] = Demand(tuple(edges_s), tuple(rates))
    return demands


def _promised(station_id: int, hour_at: datetime) -> Counter[tuple[int, int]]:
    """Count the packs promised by type and hour from `hour_at` on; overdue ones in the first."""
    live = SwapAssignment.objects.filter(station=station_id, state__in=LIVE)
    ahead: Counter[tuple[int, int]] = Counter()
    for at, kind, packs in live.values_list("occupies__startswith", KIND, PACKS):
        ahead[kind, max(0, int((at - hour_at) // timedelta(hours=1)))] += packs
    return ahead
