"""Measure how far things turn out from what was predicted, for the promises to come."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from dispatch.models import MeasuredSpread, PromiseOutcome
from dispatch.planning.spreads import Spread, came_share, measured, share_of
from dispatch.selectors.spreads import PRIORS
from fleet.models import Region

type Samples = dict[str | int, list[float]]
Kind = MeasuredSpread.Kind


def measure_spreads(*, now: datetime) -> int:
    """Measure the spreads of every region from the outcomes of late; return how many rows.

    `SPREAD_DAYS` days count. A class of roads or a station is shrunk towards its region, and the
    region towards the prior.
    """
    since = now - timedelta(days=settings.SPREAD_DAYS)
    recent = PromiseOutcome.objects.filter(ended_at__gt=since)
    regions = Region.objects.filter(pk__in=recent.values("region"))
    return sum(_measure(region, recent.filter(region=region), now=now) for region in regions)


def _measure(region: Region, outcomes: Iterable[PromiseOutcome], *, now: datetime) -> int:
    drives: Samples = defaultdict(list)
    lanes: Samples = defaultdict(list)
    charges: Samples = defaultdict(list)
    came = promised = 0
    for one in outcomes:
        promised += one.is_kept is not None
        came += one.is_kept is not None and one.way_late_s is not None
        if one.way_late_s is not None:
            drives[one.road_class].append(share_of(one.way_late_s, predicted_s=one.way_s))
        if one.lane_late_s is not None:
            lanes[one.station_id].append(share_of(one.lane_late_s, predicted_s=0.0))
        if one.charge_late_s is not None and one.charging_s is not None:
            share = share_of(one.charge_late_s, predicted_s=one.charging_s)
            charges[one.station_id].append(share)
    rows = [
        *_rows(Kind.DRIVE, region, drives, now=now),
        *_rows(Kind.LANE, region, lanes, now=now),
        *_rows(Kind.CHARGE, region, charges, now=now),
        MeasuredSpread(
            kind=Kind.CAME,
            region=region,
            samples=promised,
            points=[came_share(came, promised)],
            measured_at=now,
        ),
    ]
    MeasuredSpread.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "region", "station", "road_class"],
        update_fields=["samples", "points", "measured_at"],
    )
    return len(rows)


def _rows(
    kind: str, region: Region, samples: Samples, *, now: datetime
) -> Iterable[MeasuredSpread]:
    if not samples:
        return
    whole = measured([s for rows in samples.values() for s in rows], prior=PRIORS[kind])
    yield _row(kind, region, whole, now=now)
    for key, shares in samples.items():
        row = _row(kind, region, measured(shares, prior=whole), now=now)
        if isinstance(key, str):
            row.road_class = key
        else:
            row.station_id = key
        yield row


def _row(kind: str, region: Region, spread: Spread, *, now: datetime) -> MeasuredSpread:
    return MeasuredSpread(
        kind=kind,
        region=region,
        samples=spread.samples,
        points=[round(point, 5) for point in spread.points],
        measured_at=now,
    )
