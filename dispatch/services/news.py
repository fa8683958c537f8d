"""What drivers and onboard units are told: rows of the transaction that made the news."""

from datetime import datetime
from typing import Any

from dispatch.lifecycle import CANCELLED, DIVERTED, FAILED, NO_SHOW
from dispatch.models import DriverNotice, SwapAssignment
from dispatch.selectors.cards import assignment_card, live_assignment_of_truck
from fleet.services.jobs import wake_relay
from telematics.models import Downlink

BREAKS_A_WORD = {CANCELLED, DIVERTED, FAILED, NO_SHOW}


def tell_driver(
    assignment: SwapAssignment, *, kind: str, now: datetime, is_own: bool = False, **body: Any
) -> None:
    """Leave news of the assignment for its driver, if it has one; the relay publishes it.

    `is_own`: the driver made it, and need not be told.
    """
    notice = notice_of(assignment, kind=kind, now=now, is_own=is_own, **body)
    if notice is not None:
        notice.save(force_insert=True)
        wake_relay()


def notice_of(
    assignment: SwapAssignment, *, kind: str, now: datetime, is_own: bool = False, **body: Any
) -> DriverNotice | None:
    """Return the news of an assignment for its driver, not yet written; None without a driver."""
    if assignment.driver_id is None:
        return None
    is_grave = not is_own and _must_be_seen(assignment, kind=kind, is_replanned="why" in body)
    return DriverNotice(
        must_be_seen=is_grave,
        unseen_since=now if is_grave else None,
        look_at=now if is_grave else None,
        driver_id=assignment.driver_id,
        assignment=assignment,
        kind=kind,
        created_at=now,
        body={
            "assignment": assignment.pk,
            "state": assignment.state,
            "version": assignment.version,
            "reason": assignment.end_reason,
            **body,
        },
    )


def _must_be_seen(assignment: SwapAssignment, *, kind: str, is_replanned: bool) -> bool:
    """Say whether the driver must know: an offer, another lane or time, a word that is broken.

    An offer that ends unanswered is no promise broken, and an ETA is not worth a call.
    """
    if kind == DriverNotice.Kind.ENDED:
        return assignment.answered_at is not None and assignment.state in BREAKS_A_WORD
    return kind == DriverNotice.Kind.OFFERED or is_replanned


def refresh_downlink(truck_id: int, *, now: datetime) -> None:
    """Let the next answer to the truck's OBU carry its live assignment, or none."""
    rides = Downlink.objects.filter(truck_id=truck_id, kind=Downlink.Kind.ASSIGNMENT)
    assignment = live_assignment_of_truck(truck_id)
    if assignment is None:
        rides.delete()
        return
    Downlink.objects.update_or_create(
        truck_id=truck_id,
        kind=Downlink.Kind.ASSIGNMENT,
        defaults={
            "body": assignment_card(assignment, now=now),
            "created_at": now,
            "expires_at": assignment.offer_expires_at if assignment.state == "offered" else None,
            "fetched_at": None,
        },
    )
