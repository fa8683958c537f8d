"""Whose days are due: those of a day that is over, those that got late reports, today's."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from uuid import uuid4

from django.db import connection, transaction

from fleet.services.jobs import promise_job
from telematics.models import DerivedUpTo
from telematics.services.days.calendar import A_DAY, bounds_of, day_of
from telematics.services.days.read import MARGIN
from telematics.services.days.rollups import COMMITTED_WITHIN, roll_up_truck
from telematics.services.days.rollups import MARK as ROLLED_UP
from telematics.services.days.settle import settle_days
from telematics.services.late.settle import find_late_events, judge_late

SETTLE_TASK = "telematics.settle_days"
MARK = "days"
TRUCKS_A_JOB = 50
DIRTY_A_ROUND = 2000
FRESH_A_ROUND = 200

TRUCKS_OF_DAY = """
    SELECT truck_id FROM telematics_rollup5 WHERE bucket_at >= %(start)s AND bucket_at < %(end)s
    UNION
    SELECT truck_id FROM fleet_shift
     WHERE started_at < %(end)s AND (ended_at IS NULL OR ended_at > %(start)s)
    ORDER BY truck_id
"""
# A row somebody is just writing a late report under is left for the next round: that report is
# not readable yet.
TAKE_DIRTY = """
    DELETE FROM telematics_dirtyday WHERE (truck_id, day) IN (
        SELECT truck_id, day FROM telematics_dirtyday ORDER BY truck_id, day
         LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING truck_id, day
"""
STALE_TODAY = """
    SELECT s.truck_id
      FROM telematics_truckstate s
           LEFT JOIN telematics_truckday d ON d.truck_id = s.truck_id AND d.day = %(today)s
     WHERE s.recorded_at >= %(start)s AND (d.computed_at IS NULL OR d.computed_at < s.received_at)
     ORDER BY d.computed_at NULLS FIRST, s.truck_id LIMIT %(most)s
"""

type Due = tuple[int, date]


def promise_ended_day() -> date | None:
    """Promise to settle all trucks' last day once it is rolled up to its end; return the day.

    It is left until reports within 15 minutes of its end are in: they have a part in it.
    """
    with transaction.atomic():
        rolled = DerivedUpTo.objects.filter(name=ROLLED_UP).first()
        if rolled is None:
            return None
        first = bounds_of(day_of(rolled.at))[0]
        DerivedUpTo.objects.get_or_create(name=MARK, defaults={"at": first})
        mark = DerivedUpTo.objects.select_for_update().get(name=MARK)
        day = day_of(mark.at)
        start, end = bounds_of(day)
        if rolled.at < end + MARGIN + COMMITTED_WITHIN:
            return None
        with connection.cursor() as cursor:
            cursor.execute(TRUCKS_OF_DAY, {"start": start, "end": end})
            trucks = [truck_id for (truck_id,) in cursor.fetchall()]
        _promise((truck_id, day) for truck_id in trucks)
        mark.at = end
        mark.save()
        return day


def promise_dirty_days() -> int:
    """Take the days that got late reports and promise to derive them anew; return how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TAKE_DIRTY, [DIRTY_A_ROUND])
            dirty: list[Due] = sorted(cursor.fetchall())
        _promise(dirty, is_late=True)
        return len(dirty)


def settle(
    due: Sequence[tuple[int, str]], *, is_late: bool, now: datetime, retention: timedelta
) -> None:
    """Do what was promised: settle (truck, day) pairs; late ones are days of UTC."""
    for truck_id, iso in due:
        day = date.fromisoformat(iso)
        if is_late:
            start = datetime.combine(day, time(), tzinfo=UTC)
            end, newest = start + A_DAY, day_of(now)
            judge_late(truck_id, start=start, end=end)
            roll_up_truck(truck_id, start=start, end=end)
        else:
            # What came before is in the day before already, unless the truck was silent.
            start, end = bounds_of(day)
            start, newest = start + MARGIN + COMMITTED_WITHIN, day
        settle_days(truck_id, start=start, end=end, newest=newest, now=now, retention=retention)
        if is_late:
            find_late_events(truck_id, start=start, end=end, now=now)


def freshen_today(*, now: datetime, retention: timedelta, most: int = FRESH_A_ROUND) -> int:
    """Derive today as far as it is, for the trucks whose row is the oldest; return how many.

    A bounded share of work: rows of a small fleet are minutes old, of a large one hours. The page
    of a truck's day derives it when it is asked.
    """
    today = day_of(now)
    start = bounds_of(today)[0]
    with connection.cursor() as cursor:
        cursor.execute(STALE_TODAY, {"today": today, "start": start, "most": most})
        trucks = [truck_id for (truck_id,) in cursor.fetchall()]
    for truck_id in trucks:
        settle_days(truck_id, start=now, end=now, newest=today, now=now, retention=retention)
    return len(trucks)


def _promise(due: Iterable[Due], *, is_late: bool = False) -> None:
    for some in batched(due, TRUCKS_A_JOB):
        pairs = [(truck_id, day.isoformat()) for truck_id, day in some]
        promise_job(name=SETTLE_TASK, key=uuid4().hex, due=pairs, is_late=is_late)
