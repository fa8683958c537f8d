"""Note what a driver has seen: the page showed it, the unit said so, or they answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from dispatch.models import ChannelName, DriverNotice, NoticeDelivery


@dataclass(frozen=True, slots=True)
class Shown:
    """A promise that was before a driver's eyes; of any version where none is named."""

    assignment_id: int
    version: int | None = None

    @property
    def news(self) -> Q:
        """Match what was known by it: news of later versions was not."""
        mine = Q(assignment=self.assignment_id)
        return mine if self.version is None else mine & Q(body__version__lte=self.version)


def note_shown(shown: Collection[Shown], *, driver_id: int, on: ChannelName, now: datetime) -> int:
    """Note what a driver was shown; return how many pieces of news that was the first sight of."""
    if not shown:
        return 0
    known = Q()
    for each in shown:
        known |= each.news
    return _note(Q(driver=driver_id) & known, on=on, now=now)


def note_shown_on_unit(
    truck_id: int, *, shown: Collection[Shown], message_ids: Collection[int], now: datetime
) -> int:
    """Note what a truck's unit says its driver saw; other trucks' news is as if it were not there.

    `message_ids` are the `id` of messages as they rode down to it.
    """
    rode = NoticeDelivery.objects.filter(
        channel=ChannelName.OBU, provider_id__in=[str(key) for key in message_ids]
    )
    known = Q(pk__in=rode.values("notice"))
    for each in shown:
        known |= each.news
    mine = Q(assignment__truck=truck_id) & known
    return _note(mine, on=ChannelName.OBU, now=now)


def _note(which: Q, *, on: ChannelName, now: datetime) -> int:
    with transaction.atomic():
        unseen = DriverNotice.objects.filter(which, seen_at__isnull=True).order_by("pk")
        ids = list(unseen.select_for_update(of=("self",)).values_list("pk", flat=True))
        rows = DriverNotice.objects.filter(pk__in=ids, seen_at__isnull=True)
        return rows.update(seen_at=now, seen_on=on, look_at=None)
