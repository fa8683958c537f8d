"""Alarms by where they are in their life."""

from django.db.models import Q, QuerySet

from telematics.models import Alarm

STATES = {
    "open": Q(closed_at=None),
    "waiting": Q(closed_at=None, acknowledged_at=None),
    "acknowledged": Q(closed_at=None, acknowledged_at__isnull=False),
    "escalated": Q(closed_at=None, escalated_at__isnull=False),
    "stale": Q(closed_at=None, stale_since__isnull=False),
    "closed": Q(closed_at__isnull=False),
}


def in_state(alarms: QuerySet[Alarm], state: str) -> QuerySet[Alarm]:
    """Return the alarms in a state (a key of `STATES`); all of them for any other word."""
    return alarms.filter(STATES[state]) if state in STATES else alarms
