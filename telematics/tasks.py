"""Celery tasks of telematics: each takes a job's row and calls one service (ADR 0003)."""

from datetime import timedelta

from django.conf import settings

from fleet import clock
from fleet.tasks import job_task
from telematics.services.alarms.promised import RING_TASK
from telematics.services.alarms.ring import ring_breaches
from telematics.services.alarms.storms import gather_storms
from telematics.services.clones.watch import WATCH_TASK, watch_clones
from telematics.services.days.due import (
    SETTLE_TASK,
    freshen_today,
    promise_dirty_days,
    promise_ended_day,
    settle,
)
from telematics.services.days.rollups import roll_up
from telematics.services.gaps.keep import EVERY_S, keep_gaps
from telematics.services.gaps.sweep import sweep_boots
from telematics.services.hot_packs import stop_hot_packs
from telematics.services.keys import forget_key_changes
from telematics.services.partitions import keep_history, watch_strays
from telematics.services.rebuild import rebuild_a_key

RETENTION = timedelta(days=settings.REPORT_RETENTION_DAYS)


@job_task(name="telematics.keep_partitions", lease_s=120)
def keep_partitions_task() -> None:
    """Make the partitions of the days ahead and drop what is past its retention."""
    keep_history(
        now=clock.now(),
        reports=RETENTION,
        rollups=timedelta(days=settings.ROLLUP_RETENTION_DAYS),
        days=timedelta(days=settings.TRUCK_DAY_RETENTION_DAYS),
    )
    forget_key_changes()


@job_task(name="telematics.rebuild_a_key", lease_s=600)
def rebuild_a_key_task() -> None:
    """Fill the pages of the key of a day that is over."""
    rebuild_a_key(now=clock.now())


@job_task(name="telematics.watch_strays", lease_s=30)
def watch_strays_task() -> None:
    """Ring while reports wait without a partition."""
    watch_strays(now=clock.now())


@job_task(name=WATCH_TASK, lease_s=30)
def watch_clones_task() -> None:
    """Look for two units that use one key."""
    watch_clones(now=clock.now())


@job_task(name="telematics.roll_up", lease_s=300)
def roll_up_task() -> None:
    """Roll up what is settled, and promise to settle the trucks' day when it is over."""
    roll_up(now=clock.now())
    promise_ended_day()


@job_task(name="telematics.promise_dirty_days", lease_s=60)
def promise_dirty_days_task() -> None:
    """Promise to derive anew what late reports have a part in."""
    promise_dirty_days()


@job_task(name=SETTLE_TASK, lease_s=300)
def settle_days_task(*, due: list[tuple[int, str]], is_late: bool) -> None:
    """Derive days of some trucks."""
    settle(due, is_late=is_late, now=clock.now(), retention=RETENTION)


@job_task(name="telematics.freshen_today", lease_s=120)
def freshen_today_task() -> None:
    """Derive today as far as it is, for the trucks that waited longest."""
    freshen_today(now=clock.now(), retention=RETENTION)


@job_task(name=RING_TASK, lease_s=30)
def ring_alarms_task() -> None:
    """Bring alarms in line with what is breached, then see which of them came together."""
    now = clock.now()
    ring_breaches(now=now)
    stop_hot_packs(now=now)
    within = timedelta(seconds=settings.ALARM_STORM_WITHIN_S)
    gather_storms(now=now, alarms=settings.ALARM_STORM_ALARMS, within=within)


@job_task(name="telematics.keep_gaps", lease_s=60)
def keep_gaps_task() -> None:
    """Bring what units are asked for in line with what came; forget what is past retention."""
    now = clock.now()
    keep_gaps(now=now, every=timedelta(seconds=EVERY_S * settings.CLOCK_RATE))
    sweep_boots(now=now, retention=timedelta(days=settings.REPORT_RETENTION_DAYS))
