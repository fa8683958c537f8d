"""Drivers a person must call: told by every channel, and seen nothing since."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from dispatch.models import DriverNotice
from dispatch.selectors.attention.needs import WORST, Group, Item, Sight

TOLD_FOR = timedelta(minutes=30)
"""How long a person is asked to call, if the driver is not heard of."""
MOST = 200


def call_groups(sight: Sight, *, now: datetime) -> list[Group]:
    """Return the drivers to call as one group, one item a driver; none where there is nobody.

    An item is the driver's newest news; it has the number, or says that there is none.
    """
    if sight.drivers is None:
        return []
    later = DriverNotice.objects.filter(
        driver=OuterRef("driver"), seen_at__isnull=False, pk__gte=OuterRef("pk")
    )
    rows = DriverNotice.objects.filter(
        must_be_seen=True,
        seen_at__isnull=True,
        given_up_at__isnull=False,
        created_at__gt=now - TOLD_FOR,
        driver__in=sight.drivers.values("pk"),
        assignment__in=sight.assignments.values("pk"),
    )
    rows = rows.exclude(Exists(later)).select_related("driver", "assignment__truck")
    newest = {row.driver_id: row for row in rows.order_by("pk")[:MOST]}
    worst = sorted(newest.values(), key=lambda row: row.created_at)[:WORST]
    if not newest:
        return []
    items = tuple(_item(row) for row in worst)
    return [Group(code="calls", count=len(newest), is_danger=True, worst=items)]


def _item(row: DriverNotice) -> Item:
    swap = row.assignment
    if swap is None:
        raise ValueError("news that must be seen is of a promise")
    phone = row.driver.phone or gettext("no phone number in the registry")
    return Item(
        subject=swap.truck.plate,
        detail=f"{row.driver.name} · {phone}",
        target=("assignment", swap.pk),
        since=row.created_at,
        is_danger=True,
    )
