"""What is newest for drivers, in so few values that many drivers can be asked about often."""

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.selectors.cards import live_assignments
from fleet.models import Driver


class Mark(NamedTuple):
    """The promise a driver was shown last, and the key all the driver's sessions hang on."""

    key: str
    assignment_id: int | None = None
    version: int | None = None


def marks_of(driver_ids: Sequence[int]) -> dict[int, Mark]:
    """Return the marks of these drivers in two queries; those who may not sign in are left out."""
    welcome = Driver.objects.filter(
        pk__in=driver_ids, is_active=True, user__is_active=True, carrier__is_active=True
    )
    marks = {pk: Mark(key) for pk, key in welcome.values_list("pk", "user__password")}
    live = live_assignments().filter(driver__in=driver_ids)
    for driver_id, pk, version in live.values_list("driver_id", "pk", "version"):
        if driver_id in marks and marks[driver_id].assignment_id is None:
            marks[driver_id] = Mark(marks[driver_id].key, pk, version)
    return marks
