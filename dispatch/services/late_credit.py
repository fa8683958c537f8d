"""Credit what late reports showed to the promise the truck was under then."""

from dispatch.selectors.as_of import assignments_as_of
from fleet.selectors.as_of import Moment
from telematics.models import RetroEvent


def credit_retro_events(truck_id: int) -> int:
    """Name the promise of then in the events of a truck that name none; return how many do now."""
    events = list(RetroEvent.objects.filter(truck=truck_id, assignment_id__isnull=True))
    promises = assignments_as_of([Moment(truck_id, event.began_at) for event in events])
    credited = []
    for event, promise in zip(events, promises, strict=True):
        if promise is not None:
            event.assignment_id = promise
            credited.append(event)
    return RetroEvent.objects.bulk_update(credited, ["assignment_id"])
