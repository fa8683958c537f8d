"""What late reports change in a truck's history: one process at a time for each truck."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from telematics.services.late.anew import judge_anew
from telematics.services.late.retro import find_retro_events

LOCK_SPACE = 0x59495A4C
"""First half of the advisory locks' keys, so that they meet no others."""


def judge_late(truck_id: int, *, start: datetime, end: datetime) -> int:
    """Judge the reports of [start, end) anew; return how many are marked otherwise now."""
    with _alone(truck_id):
        return judge_anew(truck_id, start=start, end=end)


def find_late_events(truck_id: int, *, start: datetime, end: datetime, now: datetime) -> int:
    """Keep what late reports of [start, end) show to have been worth an alarm; return how many."""
    with _alone(truck_id):
        return find_retro_events(truck_id, start=start, end=end, now=now)


@contextmanager
def _alone(truck_id: int) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, truck_id])
        yield
