"""Stations as the planner sees them: when lanes take no truck, when packs can be handed out."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.planning import problem as planning
from dispatch.planning.charging import CHARGE_EFFICIENCY
from dispatch.selectors.charging import READY_FROM_PERCENT
from dispatch.selectors.readiness import pack_ready_at
from fleet.models import Closure, Lane, OpeningHours, Pack, Region, SwapStation
from telematics.models import LaneState

CHARGED_SOC_PERCENT = READY_FROM_PERCENT
"""A pack is handed out from this charge on, and planned to hold this much of its capacity."""

type Span = tuple[int, int]


def lane_id(lane: Lane, station: SwapStation) -> str:
    """Return what a lane is called in problems and plans."""
    return f"{station.code}-L{lane.number}"


def full_wh(pack: Pack) -> int:
    """Return what a charged pack holds, by its capacity and state of health."""
    return int(pack.type.capacity_wh * pack.soh_percent * CHARGED_SOC_PERCENT / 10_000)


@dataclass(frozen=True, slots=True)
class StationRows:
    """The rows of a region's open stations, read together."""

    stations: list[SwapStation]
    closures: dict[int, list[Closure]]
    hours: dict[int, list[OpeningHours]]
    packs: dict[int, list[Pack]]
    faulty_lanes: set[int]
    ready_at: dict[int, datetime]


def read_stations(
    region: Region, *, now: datetime, only: Collection[int] | None = None
) -> StationRows:
    """Read the active stations of a region with lanes, closures, hours, packs and readings.

    With `only`, those of these ids.
    """
    rows = SwapStation.objects.filter(region=region, is_active=True).order_by("pk")
    if only is not None:
        rows = rows.filter(pk__in=only)
    stations = list(rows.prefetch_related("lanes__pack_types"))
    ids = [station.pk for station in stations]
    packs = Pack.objects.filter(
        slot__station__in=ids, slot__is_blocked=False, is_quarantined=False
    ).select_related("type", "slot")
    closures = Closure.objects.filter(station__in=ids, during__endswith__gt=now)
    open_ended = Closure.objects.filter(station__in=ids, during__upper_inf=True)
    faults = LaneState.objects.filter(lane__station__in=ids, state=LaneState.State.FAULT)
    return StationRows(
        stations,
        _by_station([*closures, *open_ended]),
        _by_station(OpeningHours.objects.filter(station__in=ids)),
        _by_slot_station(packs.order_by("pk")),
        set(faults.values_list("lane_id", flat=True)),
        pack_ready_at(ids, now=now),
    )


def _by_station[Row: (Closure, OpeningHours)](rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.station_id].append(row)
    return found


def _by_slot_station(packs: Iterable[Pack]) -> dict[int, list[Pack]]:
    found: dict[int, list[Pack]] = defaultdict(list)
    for pack in packs:
        if pack.slot is not None:
            found[pack.slot.station_id].append(pack)
    return found


def closed_spans(
    lane: Lane, rows: StationRows, *, now: datetime, horizon: timedelta, busy: Iterable[Span]
) -> tuple[Span, ...]:
    """Return when a lane takes no truck, in seconds after `now`: sorted, joined, half open."""
    horizon_s = int(horizon.total_seconds())
    spans = list(busy)
    for closure in rows.closures.get(lane.station_id, []):
        if closure.lane_id in {None, lane.pk}:
            upper = closure.during.upper
            end_s = horizon_s if upper is None else seconds_until(upper, now)
            spans.append((seconds_until(closure.during.lower, now), end_s))
    if lane.pk in rows.faulty_lanes:
        spans.append((0, horizon_s))
    if hours := rows.hours.get(lane.station_id):
        spans += _shut(hours, now=now, horizon=horizon)
    return _joined(spans, horizon_s)


def seconds_until(at: datetime, now: datetime) -> int:
    """Return whole seconds from `now` to `at`, rounded up; negative in the past."""
    return ceil((at - now).total_seconds())


def _shut(hours: list[OpeningHours], *, now: datetime, horizon: timedelta) -> list[Span]:
    """Return the times between opening hours, by the clock on the station's wall."""
    zone = ZoneInfo(settings.TIME_ZONE)
    day = now.astimezone(zone).date() - timedelta(days=1)
    last = (now + horizon).astimezone(zone).date()
    open_spans: list[Span] = []
    while day <= last:
        for row in hours:
            if row.weekday == day.weekday():
                opens = datetime.combine(day, row.opens_at, tzinfo=zone)
                closes = datetime.combine(day, row.closes_at, tzinfo=zone)
                open_spans.append((seconds_until(opens, now), seconds_until(closes, now)))
        day += timedelta(days=1)
    shut, since = [], 0
    for start, end in sorted(open_spans):
        if start > since:
            shut.append((since, start))
        since = max(since, end)
    return [*shut, (since, int(horizon.total_seconds()))]


def _joined(spans: list[Span], horizon_s: int) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in sorted((max(0, a), min(b, horizon_s + 7200)) for a, b in spans):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def packs_at(
    station: SwapStation, rows: StationRows, *, taken: set[int], now: datetime
) -> list[planning.Pack]:
    """Return the packs in a station's slots that are not in `taken`, with their ready times.

    They are those of the charge plan (`pack_ready_at`); a pack whose charge no reading tells is
    left out: nobody can promise it.
    """
    return [
        planned_pack(pack, ready_s=max(0, seconds_until(rows.ready_at[pack.pk], now)))
        for pack in rows.packs.get(station.pk, [])
        if pack.pk in rows.ready_at and pack.pk not in taken
    ]


def planned_pack(pack: Pack, *, ready_s: int) -> planning.Pack:
    """Return a pack in the planner's words."""
    own_wh = full_wh(pack) if pack.soh_percent < 100 else None
    return planning.Pack(id=pack.code, type=pack.type.code, ready_s=ready_s, full_wh=own_wh)


def charge_s(missing_wh: int, power_w: int) -> int:
    """Return the seconds a charger needs to put `missing_wh` into a pack."""
    return max(0, ceil(missing_wh * 3600 / (power_w * CHARGE_EFFICIENCY)))


def charge_w(station: SwapStation, packs: Iterable[Pack]) -> int:
    """Return the power one returned pack is charged with when half the slots charge."""
    powers = [1000 * pack.slot.max_power_kw for pack in packs if pack.slot is not None]
    slots = max(1, len(powers))
    shared_w = 1000 * station.power_limit_kw * 2 // slots
    return max(20_000, min([shared_w, *powers]))
