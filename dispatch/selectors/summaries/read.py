"""Read the figures of a subject's period, in few statements however long it is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from dispatch.selectors.summaries import statements
from dispatch.selectors.summaries.figures import Energy, Figures
from dispatch.selectors.summaries.period import Period
from dispatch.selectors.summaries.subject import Subject
from fleet.models import SwapStation, Truck
from telematics.models import DerivedUpTo

DAYS_DERIVED = "days"
READINGS_COUNT_FOR = timedelta(hours=1)
VALUES = {
    statements.ENDED: (
        "swaps", "waits", "waits_s", "wait_p50_s", "wait_p90_s", "wait_longest_s", "declined",
        "expired", "broken_off",
    ),
    statements.PROMISES: ("kept", "missed", "withdrawn"),
    statements.DRIVEN: ("distance_km", "used_kwh"),
    statements.ALARMS: ("strandings", "alarms"),
    statements.STOCK_OUTS: ("stock_outs", "stock_out_s"),
}  # fmt: skip
type Key = tuple[date | None, int | None, int | None]
WHOLE: Key = (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A period's figures: in all, by each of its days, by truck and by station (name, id)."""

    subject: Subject
    period: Period
    as_of: datetime
    is_settled: bool
    total: Figures
    days: dict[date, Figures]
    trucks: dict[tuple[str, int], Figures]
    stations: dict[tuple[str, int], Figures]


def read_summary(subject: Subject, period: Period, *, now: datetime) -> Summary:
    """Return the figures of a period as they are known at `now`."""
    found: dict[Key, Figures] = defaultdict(Figures)
    values = _values(subject, period, now)
    asked = [statements.ENDED, statements.PROMISES, statements.ALARMS]
    asked.append(statements.DRIVEN if subject.is_fleet else statements.STOCK_OUTS)
    times = {statements.ALARMS: "opened_at"}
    for statement in asked:
        mine = statements.HELD_THEN if subject.is_fleet else statements.AT_STATIONS
        mine = mine.format(at=times.get(statement, "ended_at"))
        for day, truck, station, *row in _rows(statement.format(mine=mine), values):
            for name, value in zip(VALUES[statement], row, strict=True):
                if value is not None:
                    setattr(found[day, truck, station], name, value)
    for day, truck, station, level, energy_wh, cost_cny in _charged(subject, values):
        found[day, truck, station].charged[level] = Energy(energy_wh, cost_cny)
    found[WHOLE]  # even if nothing happened
    return Summary(
        subject=subject,
        period=period,
        as_of=now,
        is_settled=is_settled(subject, period, now=now),
        total=found[WHOLE],
        days={day: found.get((day, None, None), Figures()) for day in period.days},
        trucks=_by_name(found, at=1, names=_plates(found)),
        stations=_by_name(found, at=2, names=_station_names(found)),
    )


def is_settled(subject: Subject, period: Period, *, now: datetime) -> bool:
    """Say whether a period is over and everything that came in time is in its figures.

    Stations' readings count for an hour; of a fleet, all truck days must be derived. Reports that
    come later than that still change days that were settled.
    """
    if now < period.end + READINGS_COUNT_FOR:
        return False
    derived = DerivedUpTo.objects.filter(name=DAYS_DERIVED, at__gte=period.end)
    return not subject.is_fleet or derived.exists()


def _values(subject: Subject, period: Period, now: datetime) -> dict[str, Any]:
    return {
        "start": period.start,
        "end": period.end,
        "first": period.first,
        "last": period.last,
        "zone": settings.TIME_ZONE,
        "who": subject.pk,
        "stations": subject.station_ids(),
        "now": min(now, period.end),
    }


def _charged(subject: Subject, values: dict[str, Any]) -> list[Any]:
    if not subject.is_fleet:
        return _rows(statements.CHARGED, values, hashes=True)
    return _rows(statements.SHARED, values, hashes=True)


def _rows(statement: str, values: dict[str, Any], *, hashes: bool = False) -> list[Any]:
    """Run a statement; compiling it would take longer than running it.

    With `hashes` rows are joined by hash: what is made on the way has no statistics to plan by.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        if hashes:
            cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _by_name(
    found: dict[Key, Figures], *, at: int, names: dict[int, str]
) -> dict[tuple[str, int], Figures]:
    rows = [(key[at], figures) for key, figures in found.items() if isinstance(key[at], int)]
    named = {(names[pk], pk): figures for pk, figures in rows if isinstance(pk, int)}
    return dict(sorted(named.items()))


def _plates(found: dict[Key, Figures]) -> dict[int, str]:
    trucks = [key[1] for key in found if key[1] is not None]
    return dict(Truck.objects.filter(pk__in=trucks).values_list("pk", "plate"))


def _station_names(found: dict[Key, Figures]) -> dict[int, str]:
    stations = [key[2] for key in found if key[2] is not None]
    return dict(SwapStation.objects.filter(pk__in=stations).values_list("pk", "name"))
