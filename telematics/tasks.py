"""Celery tasks of telematics: each takes a job's row and calls one service (ADR 0003)."""

from datetime import timedelta

from django.conf import settings

from fleet import clock
from fleet.tasks import job_task
from telematics.services.keys import forget_key_changes
from telematics.services.partitions import keep_partitions
from telematics.services.silence import watch_silence


@job_task(name="telematics.keep_partitions", lease_s=120)
def keep_partitions_task() -> None:
    """Make the partitions of the days ahead and drop those past retention."""
    keep_partitions(now=clock.now(), retention=timedelta(days=settings.REPORT_RETENTION_DAYS))
    forget_key_changes()


@job_task(name="telematics.watch_silence", lease_s=30)
def watch_silence_task() -> None:
    """Ring when a truck on shift or a station is not heard of."""
    watch_silence(now=clock.now())
