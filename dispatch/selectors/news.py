"""Whether drivers have seen what they were told, by which channel, and what is left to a person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from dispatch.models import ChannelName, DriverNotice, SwapAssignment


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether the newest news of a promise that must be seen was seen, when and on what.

    `is_given_up`: no channel is left; the driver must be called.
    """

    seen_at: datetime | None
    seen_on: str
    is_given_up: bool


def newest_news(outer: str = "pk") -> Subquery:
    """Return, for each promise, its newest news that must be seen, as JSON for `sight_of`."""
    rows = DriverNotice.objects.filter(assignment=OuterRef(outer), must_be_seen=True)
    told = JSONObject(seen_at="seen_at", seen_on="seen_on", given_up_at="given_up_at")
    return Subquery(rows.order_by("-pk").values(told=told)[:1])


def sight_of(told: dict[str, Any] | None) -> Sight | None:
    """Return what `newest_news` found; None where there was nothing to be seen."""
    if told is None:
        return None
    return Sight(
        seen_at=_instant(told["seen_at"]),
        seen_on=str(ChannelName(told["seen_on"]).label) if told["seen_on"] else "",
        is_given_up=told["given_up_at"] is not None,
    )


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def sights(assignment_ids: Collection[int]) -> dict[int, Sight]:
    """Return the sight of some promises in one query."""
    rows = SwapAssignment.objects.filter(pk__in=assignment_ids).annotate(told=newest_news())
    found = {pk: sight_of(told) for pk, told in rows.values_list("pk", "told")}
    return {pk: sight for pk, sight in found.items() if sight}


def unseen(assignments: QuerySet[SwapAssignment]) -> QuerySet[SwapAssignment]:
    """Return the promises whose newest news that must be seen was not."""
    newer = DriverNotice.objects.filter(
        assignment=OuterRef("assignment"), must_be_seen=True, pk__gt=OuterRef("pk")
    )
    rows = DriverNotice.objects.filter(must_be_seen=True, seen_at__isnull=True)
    return assignments.filter(pk__in=rows.exclude(Exists(newer)).values("assignment"))


def by_sight(assignments: QuerySet[SwapAssignment], said: str) -> QuerySet[SwapAssignment]:
    """Return the promises whose newest news was seen (`yes`) or not (`no`), else all."""
    if said == "no":
        return unseen(assignments)
    if said == "yes":
        told = assignments.filter(notices__must_be_seen=True).distinct()
        return told.exclude(pk__in=unseen(SwapAssignment.objects.all()).values("pk"))
    return assignments


def news_of(assignment: SwapAssignment) -> list[DriverNotice]:
    """Return all that the driver was told of a promise, with every attempt, in three queries."""
    rows = DriverNotice.objects.filter(assignment=assignment, must_be_seen=True)
    return list(rows.prefetch_related("deliveries").order_by("pk"))
