"""Climb: look at news nobody has seen, and write down the attempts that are due.

What is written here is sent by `deliver`; a kill between the two loses nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import connection, transaction

from dispatch.lifecycle import ARRIVED, ENDED, EXPIRED, QUEUED, SWAPPING
from dispatch.models import ChannelName, DriverNotice, NoticeDelivery
from dispatch.services.channels.book import rungs
from dispatch.services.channels.rungs import NEXT_SMS_S, Standing, next_step
from fleet.models import Shift

LOT = 500
ATTEMPTS = 3
ONE_AT_A_TIME = 4_120_561_115  # an advisory lock's number: any, but always this
AT_THE_STATION = {ARRIVED, QUEUED, SWAPPING}
Outcome = NoticeDelivery.Outcome
SPENT_BY = {Outcome.REFUSED, Outcome.IMPOSSIBLE, Outcome.NOT_NEEDED}
FIELDS = ["unseen_since", "look_at", "given_up_at"]


def climb(*, now: datetime) -> int:
    """Look at all news that is due; return how many attempts were written down.

    Newer news for a driver takes over from older, with its waiting: a driver who is offered one
    station after another is reached as soon as one who is offered one.
    """
    with transaction.atomic():
        if not _is_alone():
            return 0
        due = DriverNotice.objects.filter(look_at__lte=now).order_by("look_at")
        drivers = set(due.values_list("driver_id", flat=True)[:LOT])
        rows = DriverNotice.objects.filter(driver__in=drivers, look_at__isnull=False)
        rows = rows.select_for_update(of=("self",)).select_related("assignment").order_by("pk")
        notices = sorted(
            rows.prefetch_related("deliveries"), key=lambda row: (row.driver_id, row.pk)
        )
        on_shift = set(
            Shift.objects.filter(driver__in=drivers, ended_at__isnull=True).values_list(
                "driver_id", flat=True
            )
        )
        attempts: list[NoticeDelivery] = []
        for driver_id, group in groupby(notices, key=lambda row: row.driver_id):
            *older, newest = group
            _take_over(newest, older, now=now)
            attempts += _look(newest, is_on_shift=driver_id in on_shift, now=now)
        DriverNotice.objects.bulk_update(notices, FIELDS)
        NoticeDelivery.objects.bulk_create(attempts)
    return len(attempts)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _take_over(newest: DriverNotice, older: list[DriverNotice], *, now: datetime) -> None:
    """Let the newest stand for all; its text message keeps a distance from theirs."""
    if not older:
        return
    since = [row.unseen_since or row.created_at for row in [newest, *older]]
    texted = [
        row.at + timedelta(seconds=NEXT_SMS_S - settings.NOTICE_SMS_S)
        for each in older
        for row in each.deliveries.all()
        if row.channel == ChannelName.SMS and row.outcome in {Outcome.SENT, Outcome.SENDING}
    ]
    newest.unseen_since = min(max([min(since), *texted]), now)
    newest.look_at = now
    for each in older:
        each.look_at = None
    waiting = NoticeDelivery.objects.filter(
        notice__in=older, outcome=Outcome.SENDING, leased_until__isnull=True
    )
    waiting.update(outcome=Outcome.NOT_NEEDED, done_at=now)


def _look(notice: DriverNotice, *, is_on_shift: bool, now: datetime) -> Iterable[NoticeDelivery]:
    """Set what becomes of a notice, and return the attempts that are due."""
    if notice.look_at is None or notice.look_at > now:
        return []
    is_end = notice.kind == DriverNotice.Kind.ENDED
    if not is_on_shift and not is_end:
        notice.look_at = None  # nobody is disturbed at home but by what ends a promise
        return []
    if not is_end and (over := _is_over(notice)):
        notice.look_at = None
        notice.given_up_at = now if over == EXPIRED else None
        return []
    since = notice.unseen_since or notice.created_at
    step = next_step((now - since).total_seconds(), standings(notice), rungs())
    if step.look_after_s is None:
        notice.look_at, notice.given_up_at = None, now
    else:
        notice.look_at = since + timedelta(seconds=step.look_after_s)
    return [first_attempt(notice, name, now=now) for name in step.start]


def _is_over(notice: DriverNotice) -> str:
    """Return the state that makes an offer or a change pointless to tell; empty: none does.

    An offer that ran out unseen is the dispatcher's business.
    """
    state = notice.assignment.state if notice.assignment else ""
    return state if state in ENDED or state in AT_THE_STATION else ""


def standings(notice: DriverNotice) -> dict[str, Standing]:
    """Return how far each channel is with a notice."""
    found: dict[str, Standing] = {}
    for row in sorted(notice.deliveries.all(), key=lambda row: row.attempt):
        if row.outcome == Outcome.SENDING:
            found[row.channel] = Standing.UNDER_WAY
        elif row.outcome == Outcome.SENT:
            found[row.channel] = Standing.SENT
        elif row.outcome in SPENT_BY or row.attempt >= ATTEMPTS:
            found[row.channel] = Standing.SPENT
    return found


def first_attempt(notice: DriverNotice, channel: str, *, now: datetime) -> NoticeDelivery:
    """Return the first attempt on a channel, not yet written."""
    return NoticeDelivery(notice=notice, channel=channel, key=f"{notice.pk}-{channel}", at=now)
