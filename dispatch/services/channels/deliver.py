"""Make the attempts that are written down, and write down how each went."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from dispatch.models import DriverNotice, NoticeDelivery
from dispatch.services.channels.channel import Channel, ChannelError, Letter, Receipt
from dispatch.services.channels.ladder import ATTEMPTS
from dispatch.services.channels.letters import letters_of

LOT = 32
THREADS = 8
LEASE_S = 30.0  # longer than a lot takes: four letters in a row, each at its time limit
PAUSES_S = (2.0, 5.0)  # before the second attempt, and before the third
Outcome = NoticeDelivery.Outcome
log = logging.getLogger(__name__)


def deliver(*, channels: Mapping[str, Channel], now: datetime) -> int:
    """Make at most `LOT` attempts; return how many were taken in hand.

    An attempt is leased, made outside of any transaction, and ended by compare-and-set on its
    lease. If this process dies in between, the next one calls it cut short and tries again with
    the same key: at least once, and once where the gateway knows keys.
    """
    rows = take(now=now)
    remote = [row for row in rows if not channels[row.channel].is_local]
    letters = letters_of(rows, now=now)
    for row in rows:
        if channels[row.channel].is_local:
            with transaction.atomic():
                finish(row, _send(channels[row.channel], letters[row.pk]), now=now)
    if remote:
        with ThreadPoolExecutor(THREADS) as pool:
            sent = pool.map(lambda row: _send(channels[row.channel], letters[row.pk]), remote)
            for row, result in zip(remote, sent, strict=True):
                finish(row, result, now=now)
    return len(rows)


def take(*, now: datetime) -> Sequence[NoticeDelivery]:
    """Lease what is due and nobody works at; what was cut short becomes a new attempt."""
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
        due = NoticeDelivery.objects.filter(free, outcome=Outcome.SENDING, at__lte=now)
        rows = due.select_for_update(of=("self",), skip_locked=True).select_related("notice")
        taken = []
        for row in rows.order_by("at", "pk")[:LOT]:
            if row.notice.seen_at is not None:
                _end(row, Outcome.NOT_NEEDED, now=now)
            elif row.leased_until is not None:
                _end(row, Outcome.UNKNOWN, now=now)
                taken += again(row, at=now)
            else:
                taken.append(row)
        ids = [row.pk for row in taken]
        lease = Now() + timedelta(seconds=LEASE_S)
        NoticeDelivery.objects.filter(pk__in=ids).update(leased_until=lease)
        joined = NoticeDelivery.objects.filter(pk__in=ids).select_related(
            *("notice__driver__user", "notice__assignment__station", "notice__assignment__lane")
        )
        return list(joined.order_by("pk"))


def _send(channel: Channel, letter: Letter) -> Receipt | ChannelError:
    try:
        return channel.send(letter)
    except ChannelError as refusal:
        return refusal
    except Exception as error:
        log.exception("a channel broke")
        return ChannelError(f"broke_{type(error).__name__}")


def finish(row: NoticeDelivery, result: Receipt | ChannelError, *, now: datetime) -> bool:
    """Write down how an attempt went; False if another process called it cut short meanwhile.

    What failed is tried again after a pause; when a channel is spent the ladder looks at once.
    """
    with transaction.atomic():
        if isinstance(result, Receipt):
            return _end(row, Outcome.SENT, now=now, provider_id=result.provider_id)
        outcome = Outcome(result.outcome)
        if not _end(row, outcome, now=now, error=result.code):
            return False
        is_spent = True
        if outcome == Outcome.FAILED:
            pause = timedelta(seconds=PAUSES_S[min(row.attempt, len(PAUSES_S)) - 1])
            is_spent = not again(row, at=now + pause)
        if is_spent:
            climbing = DriverNotice.objects.filter(pk=row.notice_id, look_at__gt=now)
            climbing.update(look_at=now)
    return True


def _end(row: NoticeDelivery, outcome: Outcome, *, now: datetime, **more: str) -> bool:
    held = NoticeDelivery.objects.filter(
        pk=row.pk, outcome=Outcome.SENDING, leased_until=row.leased_until
    )
    if row.leased_until is None:
        held = NoticeDelivery.objects.filter(
            pk=row.pk, outcome=Outcome.SENDING, leased_until__isnull=True
        )
    done = {"outcome": outcome, "done_at": now, "leased_until": None, **more}
    return bool(held.update(**done))


def again(row: NoticeDelivery, *, at: datetime) -> list[NoticeDelivery]:
    """Write down one more attempt with the same key; none after the last."""
    if row.attempt >= ATTEMPTS:
        return []
    attempt = NoticeDelivery(
        notice=row.notice, channel=row.channel, attempt=row.attempt + 1, key=row.key, at=at
    )
    attempt.save(force_insert=True)
    return [attempt]
