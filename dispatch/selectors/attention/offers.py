"""Offers nobody answered, and whether the driver has so much as seen them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.selectors.attention.needs import WORST, Group, Item, Part

UNANSWERED_AFTER = timedelta(seconds=60)


def unanswered(rows: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Return the offers that wait for an answer for longer than a minute; `is_seen` is told."""
    seen = DriverNotice.objects.filter(assignment=OuterRef("pk"), seen_at__isnull=False)
    waiting = rows.filter(state="offered", offered_at__lt=now - UNANSWERED_AFTER)
    told: QuerySet[Any] = waiting.annotate(is_seen=Exists(seen))
    return told


def waiting(rows: QuerySet[Any], said: str, *, now: datetime) -> QuerySet[Any]:
    """Return what `unanswered` does, or what of it the driver has not so much as seen (`unseen`).

    All rows for another word.
    """
    if said not in {"unanswered", "unseen"}:
        return rows
    found = unanswered(rows, now=now)
    return found if said == "unanswered" else found.filter(is_seen=False)


def offer_group(rows: QuerySet[SwapAssignment], *, now: datetime) -> Group:
    """Return the unanswered offers, those that wait longest by name; two queries."""
    offers = unanswered(rows, now=now)
    sums = offers.aggregate(all=Count("pk"), unseen=Count("pk", filter=Q(is_seen=False)))
    worst = offers.select_related("truck", "station").order_by("offered_at", "pk")
    parts = (Part(code="unseen", count=sums["unseen"]),) if sums["unseen"] else ()
    return Group(
        code="offers",
        count=sums["all"],
        parts=parts,
        worst=tuple(
            Item(
                subject=swap.truck.plate,
                detail=str(swap.station)
                if swap.is_seen
                else f"{swap.station} · {gettext('not seen by the driver')}",
                target=("assignment", swap.pk),
                since=swap.offered_at,
            )
            for swap in (worst[:WORST] if sums["all"] else [])
        ),
    )
