"""Forget what a truck taught: after a rebuild, a new trailer, or a unit that measured wrongly."""

from datetime import datetime

from django.db.models import F

from dispatch.models import TruckConsumption
from dispatch.models.consumption import columns_of
from dispatch.planning.learning import unlearnt
from fleet.models import User


def reset_consumption(truck_id: int, *, reason: str, by: User | None, now: datetime) -> bool:
    """Begin again from the data sheet with the reports from `now` on; False: nothing was learnt.

    A round of learning that is under way writes nothing any more.
    """
    rows = TruckConsumption.objects.filter(pk=truck_id)
    return bool(
        rows.update(
            version=F("version") + 1,
            learnt_until=now,
            recent=[],
            reset_at=now,
            reset_reason=reason[:200],
            reset_by=by,
            **columns_of(unlearnt()),
        )
    )
