"""Events of stations: each happens once, and is answered the same each time it is sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from telematics.models import StationEvent

type Answer = tuple[int, dict[str, Any]]


class IdReusedError(Exception):
    """The station sent another event under an id it has used."""

    code = "id_reused"


def answer_once(
    station_id: int,
    *,
    event_id: UUID,
    kind: str,
    body: dict[str, Any],
    now: datetime,
    act: Callable[[], Answer],
) -> Answer:
    """Let an event happen once; return HTTP status and answer, the first time's when sent again.

    Event, effect and answer are one transaction; `telematics_station_event_happens_once` makes
    the same event sent twice at once wait for the first. An expected refusal is an answer as
    well: `act` returns it after undoing what it did.

    Raises
    ------
    IdReusedError
        Kind or body are not those the id came with at first; nothing happened.
    """
    with transaction.atomic():
        event, is_new = StationEvent.objects.get_or_create(
            station_id=station_id,
            event_id=event_id,
            defaults={
                "kind": kind,
                "body": body,
                "received_at": now,
                "status": 0,
                "answer": {},
            },
        )
        if is_new:
            event.status, event.answer = act()
            event.save(update_fields=["status", "answer"])
        elif (event.kind, event.body) != (kind, body):
            raise IdReusedError(f"Event {event_id} was sent before with another body.")
    return event.status, event.answer
