"""Promise work in the transaction that makes it due, and take it once (ADR 0003).

All times here are wall time by the database's clock.
"""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from fleet.models import Job

WAKE_CHANNEL = "fleet_job"
MAX_ATTEMPTS = 8


def promise_job(*, name: str, key: str, queue: str = "work", **payload: Any) -> bool:
    """Write down work for the Celery task `name`; say whether it was new.

    One `INSERT` in the caller's transaction: the work is promised if and only if that commits,
    and `fleet_job_is_promised_once` makes equal (`name`, `key`) one piece of work. The relay is
    woken at the commit.
    """
    _, is_new = Job.objects.get_or_create(
        name=name, key=key, defaults={"queue": queue, "payload": payload}
    )
    if is_new:
        wake_relay()
    return is_new


def wake_relay() -> None:
    """Tell the relay, at the commit of the caller's transaction, that a row waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])


def take_job(job_id: int, *, lease_s: float) -> Job | None:
    """Lease a pending job to the caller alone; None if it is done or in other hands.

    The lease outlives a crash of its holder: then the relay rings the job again.
    `attempts` of the returned row is the token that `finish_job` and its like ask for.
    """
    taken = Job.objects.filter(pk=job_id, state=Job.State.PENDING).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    )
    count = taken.update(
        leased_until=Now() + timedelta(seconds=lease_s), attempts=F("attempts") + 1
    )
    return Job.objects.get(pk=job_id) if count else None


def finish_job(job: Job) -> bool:
    """Mark the job done; False if the lease had run out and someone else took it since."""
    return bool(
        _held(job).update(state=Job.State.DONE, finished_at=Now(), leased_until=None, error="")
    )


def fail_job(job: Job, *, error: str) -> bool:
    """Write down why the job failed; it is rung again later, after `MAX_ATTEMPTS` never."""
    if job.attempts >= MAX_ATTEMPTS:
        return bool(
            _held(job).update(
                state=Job.State.FAILED, finished_at=Now(), leased_until=None, error=error
            )
        )
    wait = timedelta(seconds=min(2**job.attempts, 60))
    return bool(_held(job).update(leased_until=Now() + wait, rung_at=None, error=error))


def put_back_job(job: Job, *, wait_s: float) -> bool:
    """Leave the job pending because its work cannot be done just now; counts as no attempt."""
    return bool(
        _held(job).update(
            leased_until=Now() + timedelta(seconds=wait_s),
            rung_at=None,
            attempts=F("attempts") - 1,
        )
    )


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=Job.State.PENDING, attempts=job.attempts)


def sweep_jobs(*, keep: timedelta = timedelta(days=1)) -> int:
    """Delete finished work older than `keep`; failed work stays to be looked at, ten times as long.

    Returns
    -------
    int
        Rows deleted.
    """
    done = Q(state=Job.State.DONE, finished_at__lt=Now() - keep)
    failed = Q(state=Job.State.FAILED, finished_at__lt=Now() - keep * 10)
    return Job.objects.filter(done | failed).delete()[0]
