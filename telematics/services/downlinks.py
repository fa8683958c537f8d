"""What rides on the next answer to a truck's onboard unit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from telematics.models import Downlink

# The answer that carried a message may be lost on the way: it rides again for a while.
MESSAGE_RIDES_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The assignment a truck should know of, and messages with their ids."""

    assignment: dict[str, Any] | None
    messages: list[dict[str, Any]]


def fetch_downlinks(
    truck_id: int, *, now: datetime, kinds: Collection[str] = tuple(Downlink.Kind)
) -> Waiting:
    """Return what waits for a truck, and write down when it was fetched first.

    The assignment rides on every answer as long as it stands; a message rides until two minutes
    after it was fetched first, so that a lost answer loses nothing: the unit knows it by its id.
    """
    rides = Q(fetched_at=None) | Q(fetched_at__gt=now - MESSAGE_RIDES_FOR) | Q(kind="assignment")
    stands = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = list(
        Downlink.objects.filter(rides, stands, truck_id=truck_id, kind__in=kinds).order_by("pk")
    )
    if unfetched := [row.pk for row in rows if row.fetched_at is None]:
        Downlink.objects.filter(pk__in=unfetched, fetched_at=None).update(fetched_at=now)
    offers = [row.body for row in rows if row.kind == Downlink.Kind.ASSIGNMENT and row.body]
    messages = [row for row in rows if row.kind == Downlink.Kind.MESSAGE]
    return Waiting(
        assignment={**offers[0], "server_time": now.isoformat()} if offers else None,
        messages=[{"id": row.pk, "text": row.body.get("text", "")} for row in messages],
    )
