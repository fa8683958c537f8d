"""The assignment as onboard units and drivers get it (docs/reference/api.md)."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.selectors.reasons import sentence
from telematics.models import TruckState

# What a driver may do; the moves behind it are in `lifecycle.MOVES`.
ACTIONS = {
    "offered": ["accept", "decline"],
    "accepted": ["leave", "arrive"],
    "en_route": ["arrive"],
    "arrived": ["done"],
    "queued": ["done"],
    "swapping": ["done"],
}


def assignment_card(assignment: SwapAssignment, *, now: datetime) -> dict[str, Any]:
    """Return the assignment in plain JSON values; times are ISO 8601 in UTC."""
    state = TruckState.objects.filter(truck_id=assignment.truck_id).first()
    packs = assignment.holds.filter(is_live=True).count()
    soc_percent = state.soc_percent if state else None
    return card(assignment, soc_percent=soc_percent, packs=packs, now=now)


def card(
    assignment: SwapAssignment, *, soc_percent: float | None, packs: int, now: datetime
) -> dict[str, Any]:
    """Return the same for a truck whose charge and number of promised packs are known."""
    station, lane = assignment.station, assignment.lane
    return {
        "id": assignment.pk,
        "version": assignment.version,
        "state": assignment.state,
        "truck": assignment.truck.plate,
        "server_time": iso(now),
        "station": {
            "code": station.code,
            "name": station.name,
            "name_zh": station.name_zh or station.name,
            "phone": station.contact_phone,
            "latitude_deg": station.latitude_deg,
            "longitude_deg": station.longitude_deg,
        },
        "lane": lane.number,
        "window_from": iso(assignment.window.lower),
        "window_to": iso(assignment.window.upper),
        "leave_by_at": iso(assignment.leave_by_at),
        "eta": iso(assignment.eta),
        "distance_m": assignment.distance_m,
        "swap_s": lane.swap_s,
        "soc_percent": None if soc_percent is None else round(soc_percent, 1),
        "soc_on_arrival_percent": round(assignment.soc_on_arrival_percent, 1),
        "probability": round(assignment.probability, 2),
        "why": sentence(assignment.why),
        "refused": refused(assignment),
        "offer_expires_at": iso(assignment.offer_expires_at),
        "check_in_code": assignment.check_in_code,
        "packs": packs,
        "actions": ACTIONS.get(assignment.state, []),
    }


def refused(assignment: SwapAssignment) -> list[dict[str, Any]]:
    """Return the best stations that were refused, with what the fleet would lose; no truck named.

    Empty until the promise has been explained, some seconds after the offer.
    """
    told = [row for row in assignment.options if row.get("fleet_min") is not None]
    return [
        {"station": row["station"], "code": row["verdict"], "fleet_min": row["fleet_min"]}
        for row in told
        if row["verdict"] != "chosen"
    ]


def live_assignments() -> QuerySet[SwapAssignment]:
    """Return the promises that have not ended, soonest first."""
    rows = SwapAssignment.objects.filter(state__in=LIVE)
    return rows.select_related("truck", "station", "lane").order_by("occupies", "pk")


def live_assignment_of_truck(truck_id: int) -> SwapAssignment | None:
    """Return the truck's next promise."""
    return live_assignments().filter(truck_id=truck_id).first()


def live_assignment_of_driver(driver_id: int) -> SwapAssignment | None:
    """Return the driver's next promise."""
    return live_assignments().filter(driver_id=driver_id).first()


def iso(at: datetime) -> str:
    """Return an aware instant as the API writes it, in UTC to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
