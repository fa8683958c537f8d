"""What makes a Celery task of a piece of work that is promised in a row (ADR 0003)."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError, connection

from fleet.services.jobs import fail_job, finish_job, put_back_job, take_job

log = logging.getLogger(__name__)


class JobBusyError(Exception):
    """The work cannot be done just now, through nobody's fault: ring it again in `wait_s`."""

    def __init__(self, *, wait_s: float) -> None:
        super().__init__(f"busy, again in {wait_s} s")
        self.wait_s = wait_s


def job_task(*, name: str, lease_s: float = 60.0) -> Callable[[Callable[..., Any]], Any]:
    """Make a Celery task called `name` that takes a job's id and does its work once.

    The decorated function gets the row's payload as keywords. If another worker holds the job,
    or it is done already, nothing happens: the relay may ring as often as it likes.
    """

    def make(work: Callable[..., Any]) -> Any:
        @shared_task(name=name, ignore_result=True)
        @wraps(work)
        def ring(job_id: int) -> None:
            try:
                run_job(work, job_id, lease_s=lease_s)
            except (InterfaceError, OperationalError):
                connection.close()  # a worker keeps its connection, so it must let go of a dead one
                raise

        return ring

    return make


def run_job(work: Callable[..., Any], job_id: int, *, lease_s: float) -> None:
    """Take the job, do its work, and write down how it went."""
    job = take_job(job_id, lease_s=lease_s)
    if job is None:
        return
    try:
        work(**job.payload)
    except JobBusyError as busy:
        put_back_job(job, wait_s=busy.wait_s)
    except Exception as error:
        log.exception("job %s %s failed, attempt %s", job.name, job.key, job.attempts)
        if isinstance(error, InterfaceError | OperationalError):
            raise  # the database may be gone: the lease runs out and the relay rings again
        fail_job(job, error=f"{type(error).__name__}: {error}"[:2000])
    else:
        finish_job(job)
