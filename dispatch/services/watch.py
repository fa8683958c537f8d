"""Watch promises: what runs out, and what the trucks' movements say."""

import logging
from datetime import datetime

from dispatch.models import SwapAssignment
from dispatch.services.moves import DispatchError, move_assignment

log = logging.getLogger(__name__)


def expire_offers(*, now: datetime) -> int:
    """End the offers whose time is over; return how many."""
    late = SwapAssignment.objects.filter(state="offered", offer_expires_at__lte=now)
    ended = 0
    for pk in list(late.values_list("pk", flat=True)):
        ended += _try_move(pk, to="expired", now=now, reason="not answered in time")
    return ended


def _try_move(assignment_id: int, *, to: str, now: datetime, reason: str) -> bool:
    """Move unless someone else moved it meanwhile, which is just as well."""
    try:
        move_assignment(assignment_id=assignment_id, to=to, now=now, reason=reason)
    except DispatchError as refusal:
        log.info("assignment %s not moved to %s: %s", assignment_id, to, refusal)
        return False
    return True
