"""What a commit meets that the preview did not see: said with who and what."""

from datetime import datetime
from typing import Any

from dispatch.models import Ban, DraftEdit, SwapAssignment
from dispatch.selectors.cards import live_assignment_of_truck
from dispatch.services.promises.moves import DispatchError


class RefusedEditError(DispatchError):
    """An edit cannot be written; `against` says what stands against it, by keys."""

    def __init__(self, code: str, **against: Any) -> None:
        super().__init__(f"The edit cannot be written: {code}.")
        self.code, self.against = code, against


def meet_basis(
    edit: DraftEdit, basis: dict[str, Any] | None, *, now: datetime
) -> SwapAssignment | None:
    """Return the promise of an edit's truck, if it is the one the preview saw.

    That its driver accepted it, or is on the way, changes nothing; another place, another time
    or another person's pin does.

    Raises
    ------
    RefusedEditError
        `changed_meanwhile` (with `place`: what stands now, None if nothing does, and whose word
        it was), `swap_under_way`, `no_promise`, `station_forbidden`.
    """
    standing = live_assignment_of_truck(edit.truck_id)
    if standing is not None and standing.state == "swapping":
        raise RefusedEditError("swap_under_way")
    if _seen(standing) != basis:
        raise RefusedEditError("changed_meanwhile", place=_place(standing))
    if edit.kind == DraftEdit.Kind.PIN and standing is None:
        raise RefusedEditError("no_promise")
    if edit.kind == DraftEdit.Kind.MOVE:
        bans = Ban.objects.filter(truck=edit.truck_id, station=edit.station_id, until__gt=now)
        if forbidden := bans.first():
            raise RefusedEditError(
                "station_forbidden", by=forbidden.banned_by_id, reason=forbidden.reason
            )
    return standing


def _seen(standing: SwapAssignment | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "assignment": standing.pk,
        "station": standing.station_id,
        "lane": standing.lane_id,
        "at": standing.occupies.lower.isoformat(),
        "is_pinned": standing.is_pinned,
    }


def _place(standing: SwapAssignment | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "station": standing.station_id,
        "lane": standing.lane_id,
        "at": standing.occupies.lower.isoformat(),
        "by": standing.decided_by_id,
        "reason": str(standing.why.get("reason", "")),
    }
