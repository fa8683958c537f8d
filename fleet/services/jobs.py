"""Promise work in the transaction that makes it due (ADR 0003)."""

from typing import Any

from django.db import connection

from fleet.models import Job

WAKE_CHANNEL = "fleet_job"


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
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
    return is_new
