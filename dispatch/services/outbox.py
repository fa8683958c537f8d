"""What the relay does in PostgreSQL: due ticks, jobs to ring, news to publish, signs of life.

Every statement is safe with any number of relays; times are wall time by the database's clock,
but for the stamps on news, which drivers see.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from dispatch.models import ChannelName, DriverNotice, NoticeDelivery
from fleet.models import Heartbeat

RING_AGAIN_S = 5
RINGS_A_ROUND = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A task of the schedule: rung every `every_s` wall seconds, once for each region if so."""

    name: str
    every_s: int
    queue: str = "work"
    is_per_region: bool = False
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueJob:
    """A pending job that is to be rung now."""

    id: int
    name: str
    queue: str


# A tick is not promised again while the one before it still waits (attempts = 0), so that an
# outage leaves one piece of work behind and not a hundred. One that was begun does not hold up the
# next: its worker may be dead.
PROMISE_TICK = """
    INSERT INTO fleet_job (name, key, queue, payload, state, attempts, error)
    SELECT %(name)s, %(key)s, %(queue)s, %(payload)s::jsonb, 'pending', 0, ''
     WHERE NOT EXISTS (SELECT 1 FROM fleet_job
                        WHERE state = 'pending' AND attempts = 0
                          AND name = %(name)s AND key LIKE %(stem)s || '%%')
    ON CONFLICT (name, key) DO NOTHING
"""
DUE_TICKS = "SELECT floor(extract(epoch FROM clock_timestamp()) / %s)::bigint"
REGIONS = """
    SELECT id FROM fleet_region r
     WHERE EXISTS (SELECT 1 FROM fleet_truck t WHERE t.region_id = r.id AND t.is_active)
"""
CLAIM_DUE = """
    UPDATE fleet_job SET rung_at = clock_timestamp()
     WHERE id IN (SELECT id FROM fleet_job
                   WHERE state = 'pending'
                     AND (leased_until IS NULL OR leased_until < clock_timestamp())
                     AND (rung_at IS NULL
                          OR rung_at < clock_timestamp() - make_interval(secs => %s))
                   ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id, name, queue
"""
OLDEST_PENDING = """
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float, count(*)
      FROM fleet_job WHERE state = 'pending'
"""


def promise_ticks(schedule: Sequence[Tick], *, last: dict[str, int]) -> int:
    """Promise every tick whose time has come; return how many were new.

    `last` remembers the slot of time each task was promised in, so that most rounds ask nothing.
    """
    new = 0
    with connection.cursor() as cursor:
        for tick in schedule:
            cursor.execute(DUE_TICKS, [tick.every_s])
            slot = cursor.fetchone()[0]
            if last.get(tick.name) == slot:
                continue
            new += sum(_promise_tick(cursor, tick, slot, region) for region in _regions(tick))
            last[tick.name] = slot
    return new


def _regions(tick: Tick) -> list[int | None]:
    if not tick.is_per_region:
        return [None]
    with connection.cursor() as cursor:
        cursor.execute(REGIONS)
        return [row[0] for row in cursor.fetchall()]


def _promise_tick(cursor: Any, tick: Tick, slot: int, region_id: int | None) -> int:
    stem = "tick:" if region_id is None else f"tick:{region_id}:"
    payload = tick.payload if region_id is None else {**tick.payload, "region_id": region_id}
    cursor.execute(
        PROMISE_TICK,
        {
            "name": tick.name,
            "key": f"{stem}{slot}",
            "stem": stem,
            "queue": tick.queue,
            "payload": connection.ops.adapt_json_value(payload, None),
        },
    )
    return int(cursor.rowcount)


def claim_due_jobs() -> list[DueJob]:
    """Return the jobs to ring now, and note the ringing; another relay gets others."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_DUE, [RING_AGAIN_S, RINGS_A_ROUND])
        return [DueJob(*row) for row in sorted(cursor.fetchall())]


def unclaim_jobs(ids: Sequence[int]) -> None:
    """Note that jobs could not be rung after all, so that they are tried at once again."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fleet_job SET rung_at = NULL WHERE id = ANY(%s)", [list(ids)])


@contextmanager
def unsent_notices(*, now: Callable[[], datetime]) -> Iterator[list[DriverNotice]]:
    """Give the news not yet published; when the block ends well, they are marked as sent."""
    with transaction.atomic():
        rows = DriverNotice.objects.filter(sent_at__isnull=True).order_by("pk")
        notices = list(rows.select_for_update(skip_locked=True)[:RINGS_A_ROUND])
        yield notices
        if notices:
            ids, at = [notice.pk for notice in notices], now()
            DriverNotice.objects.filter(pk__in=ids).update(sent_at=at)
            NoticeDelivery.objects.bulk_create(
                [_on_the_page(notice, at=at) for notice in notices if notice.must_be_seen]
            )


def _on_the_page(notice: DriverNotice, *, at: datetime) -> NoticeDelivery:
    """Return the first rung: the page, if it is open, was told; not yet written."""
    return NoticeDelivery(
        notice=notice,
        channel=ChannelName.PAGE,
        key=f"{notice.pk}-page",
        at=at,
        outcome=NoticeDelivery.Outcome.SENT,
        done_at=at,
    )


def beat(name: str, **detail: Any) -> None:
    """Leave a sign of life with the age of the oldest work that still waits."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_PENDING)
        oldest_s, waiting = cursor.fetchone()
        cursor.execute("SELECT clock_timestamp()")
        beat_at = cursor.fetchone()[0]
    detail = {"oldest_pending_s": round(oldest_s, 1), "pending": waiting, **detail}
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": beat_at, "detail": detail})
