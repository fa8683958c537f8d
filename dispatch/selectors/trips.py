"""Trips as their carrier asks for them."""

from collections.abc import Mapping

from dispatch.models import Trip
from fleet.models import Operator

# What a saved view of the list of trips may filter by here; searches and order are for people.
VIEW_FILTERS = {
    "state__exact": "state",
    "truck__id__exact": "truck",
    "origin__id__exact": "origin",
    "destination__id__exact": "destination",
}


def trips_of_carrier(
    carrier: Operator,
    *,
    after: int = 0,
    state: str | None = None,
    filters: Mapping[str, str] | None = None,
    limit: int,
) -> list[Trip]:
    """Return a carrier's trips made after the one numbered `after`, oldest first.

    `filters` are those of a saved view; what is none of `VIEW_FILTERS` is passed over.
    """
    trips = Trip.objects.filter(carrier=carrier, pk__gt=after)
    if state:
        trips = trips.filter(state=state)
    for name, value in (filters or {}).items():
        field = VIEW_FILTERS.get(name)
        if field == "state" or (field and value.isascii() and value.isdecimal()):
            trips = trips.filter(**{field: value})
    return list(trips.select_related("truck", "origin", "destination").order_by("pk")[:limit])
