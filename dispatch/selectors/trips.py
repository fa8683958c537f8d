"""Trips as their carrier asks for them."""

from django.db.models import QuerySet

from dispatch.models import Trip
from fleet.models import Operator


def trips_of_carrier(
    carrier: Operator, *, after: int = 0, state: str | None = None
) -> QuerySet[Trip]:
    """Return a carrier's trips made after the one numbered `after`, oldest first."""
    trips = Trip.objects.filter(carrier=carrier, pk__gt=after)
    if state:
        trips = trips.filter(state=state)
    return trips.select_related("truck", "origin", "destination").order_by("pk")
