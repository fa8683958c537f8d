"""Read the figures of a subject's period, in few statements however long it is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from dispatch.selectors.summaries import statements
from dispatch.selectors.summaries.energy_statements import CHARGED, SHARED
from dispatch.selectors.summaries.figures import Energy, Figures
from dispatch.selectors.summaries.period import Period
from dispatch.selectors.summaries.statements import Statement
from dispatch.selectors.summaries.subject import Subject
from fleet.models import SwapStation, Truck
from telematics.models import DerivedUpTo
from telematics.services.days.calendar import bounds_of

DAYS_DERIVED = "days"
READINGS_COUNT_FOR = timedelta(hours=1)
WORK_MEMORY = "64MB"
"""Of one statement: a month of a big fleet is sorted in memory."""
type Key = tuple[int | None, int | None, int | None]
"""The number of the day from 1, truck, station; None where it is not grouped by."""
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
    found = _found(subject, period, now)
    return Summary(
        subject=subject,
        period=period,
        as_of=now,
        is_settled=is_settled(subject, period, now=now),
        total=found[WHOLE],
        days={day: found.get((at, None, None), Figures()) for at, day in enumerate(period.days, 1)},
        trucks=_by_name(found, at=1, names=_plates(found)),
        stations=_by_name(found, at=2, names=_station_names(found)),
    )


def read_total(subject: Subject, period: Period, *, now: datetime) -> Figures:
    """Return the figures of a period in all, as they are known at `now`."""
    return _found(subject, period, now, is_total=True)[WHOLE]


def is_settled(subject: Subject, period: Period, *, now: datetime) -> bool:
    """Say whether a period is over and everything that came in time is in its figures.

    Stations' readings count for an hour; of a fleet, all truck days must be derived. Reports that
    come later than that still change days that were settled.
    """
    if now < period.end + READINGS_COUNT_FOR:
        return False
    derived = DerivedUpTo.objects.filter(name=DAYS_DERIVED, at__gte=period.end)
    return not subject.is_fleet or derived.exists()


def _found(
    subject: Subject, period: Period, now: datetime, *, is_total: bool = False
) -> dict[Key, Figures]:
    found: dict[Key, Figures] = defaultdict(Figures)
    found[WHOLE]  # even if nothing happened
    values = _values(subject, period, now)

    def rows(statement: Statement) -> list[Any]:
        sql = statement.sql(is_fleet=subject.is_fleet, is_total=is_total)
        return _rows(sql, values)

    asked = [statements.ENDED, statements.ALARMS]
    asked.append(statements.DRIVEN if subject.is_fleet else statements.STOCK_OUTS)
    for statement in asked:
        for day, truck, station, *row in rows(statement):
            for name, value in zip(statement.names, row, strict=True):
                if value is not None:
                    setattr(found[day, truck, station], name, exact(value))
    charged = SHARED if subject.is_fleet else CHARGED
    for day, truck, station, level, energy_wh, cost_cny in rows(charged):
        found[day, truck, station].charged[level] = Energy(exact(energy_wh), exact(cost_cny))
    return found


def _values(subject: Subject, period: Period, now: datetime) -> dict[str, Any]:
    return {
        "start": period.start,
        "end": period.end,
        "midnights": [*(bounds_of(day)[0] for day in period.days), period.end],
        "first": period.first,
        "last": period.last,
        "zone": settings.TIME_ZONE,
        "who": subject.pk,
        "stations": subject.station_ids(),
        "now": min(now, period.end),
    }


def exact(value: float) -> float:
    """Return a sum without the last digits, which hang on the order of what was added up.

    Else a figure on the page and in the file may differ by the last digit shown.
    """
    return round(value, 6)


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    """Run a statement; compiling it would take longer than running it.

    Rows are joined by hash: how many are the subject's cannot be foreseen, and a month of looking
    each up would take seconds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL jit = off; SET LOCAL enable_nestloop = off;"
            f" SET LOCAL work_mem = '{WORK_MEMORY}'"
        )
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
