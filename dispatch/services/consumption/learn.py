"""Learn from what trucks reported since the last time: each drive once, in its order.

A truck's row has a watermark (`learnt_until`) up to where its reports are used up. It only moves
by compare-and-set, so that two workers learn a drive once, and a job rung twice learns nothing
new. Reports are used `GRACE` after their time: what units buffered has come in by then, and what
comes later still is kept in the history but not learnt from.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from dispatch.models import TruckConsumption
from dispatch.models.consumption import columns_of
from dispatch.planning.learning import Drive, Learnt, learn, predict_wh
from dispatch.planning.segments import drives_of
from dispatch.services.consumption.drives import drive_of
from dispatch.services.consumption.reports import first_report_at, read_track
from telematics.models import TruckState

LEARN_TASK = "dispatch.learn_consumption"
GRACE = timedelta(minutes=20)
LOOK_EVERY = timedelta(minutes=15)
AT_A_TIME = timedelta(hours=12)
LOOK_BACK = timedelta(days=2)
TRUCKS_A_ROUND = 150
RECENT = 20


def learn_consumption(*, now: datetime) -> int:
    """Look at the trucks whose turn it is; return how many drives were learnt from."""
    _add_rows()
    state = TruckState.objects.filter(truck=OuterRef("truck")).values("recorded_at")[:1]
    due = (
        TruckConsumption.objects.annotate(reported_at=Subquery(state))
        .filter(Q(looked_at=None) | Q(looked_at__lte=now - LOOK_EVERY))
        .filter(Q(learnt_until=None) | Q(reported_at__gt=F("learnt_until")))
        .select_related("truck__model__pack_type")
        .order_by(F("looked_at").asc(nulls_first=True), "pk")
    )
    return sum(learn_truck(row, now=now) for row in due[:TRUCKS_A_ROUND])


def _add_rows() -> None:
    missing = TruckState.objects.exclude(truck__in=TruckConsumption.objects.values("truck"))
    TruckConsumption.objects.bulk_create(
        [TruckConsumption(truck_id=pk) for pk in missing.values_list("truck_id", flat=True)],
        ignore_conflicts=True,
    )


def learn_truck(row: TruckConsumption, *, now: datetime) -> int:
    """Learn from the drives of a truck that have ended; return how many, 0 if another did."""
    horizon = now - GRACE
    since = max(filter(None, (row.learnt_until, row.reset_at, now - LOOK_BACK)))
    first_at = first_report_at(row.truck_id, after=since, before=horizon)
    if first_at is None:
        _move(row, looked_at=now)
        return 0
    until = min(horizon, first_at + AT_A_TIME)
    track = read_track(row.truck_id, since=first_at, until=until)
    if track is None:  # nothing usable in it: go on behind it
        _move(row, looked_at=now, learnt_until=until)
        return 0
    segments, open_from = drives_of(track)
    used_until = datetime.fromtimestamp(float(track.at_s[open_from]), UTC)
    if open_from == 0 and until < horizon:
        used_until = until  # silent since, or a drive that does not end in half a day: go on
    learnt, recent = row.learnt, list(row.recent)
    for segment in segments:
        drive = drive_of(row.truck, segment, track)
        began_at = datetime.fromtimestamp(float(track.at_s[segment.first]), UTC)
        recent.append(_line(learnt, drive, began_at=began_at))
        learnt = learn(learnt, drive)
    moved = _move(
        row,
        looked_at=now,
        learnt_until=used_until,
        recent=recent[-RECENT:],
        **columns_of(learnt),
    )
    return len(segments) if moved else 0


def _move(row: TruckConsumption, **values: Any) -> bool:
    """Write a row if nobody has since it was read."""
    rows = TruckConsumption.objects.filter(pk=row.pk, version=row.version)
    return bool(rows.update(version=F("version") + 1, **values))


def _line(learnt: Learnt, drive: Drive, *, began_at: datetime) -> dict[str, Any]:
    """Return a drive as people look at it: what it took, and what was expected before it."""
    mean_wh, sd_wh = predict_wh(
        learnt,
        drive.parts_wh,
        load_sd_wh=drive.load_sd_wh,
        measure_sd_wh=drive.measure_sd_wh,
    )
    return {
        "began_at": began_at.isoformat(),
        "km": round(drive.distance_m / 1e3, 1),
        "kwh": round(drive.energy_wh / 1e3, 1),
        "expected_kwh": round(float(mean_wh) / 1e3, 1),
        "sd_kwh": round(float(sd_wh) / 1e3, 1),
    }
