"""What happened in a shift at a station and what stands at its end: all that is handed on."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from dispatch.lifecycle import LIVE
from dispatch.models import ShiftHandover, SwapAssignment
from dispatch.selectors.arrival_list import arrivals_ahead
from fleet.models import Closure, PackQuarantine, Slot, SwapStation
from telematics.models import Alarm

FIRST_SHIFT = timedelta(hours=8)
LOST = ("no_show", "failed", "cancelled", "diverted")
type Rows = list[dict[str, Any]]


def shift_begins_at(station: SwapStation, *, now: datetime) -> datetime:
    """Return when the shift that runs began: where the last one was handed over."""
    last = ShiftHandover.objects.filter(station=station).order_by("-ends_at").first()
    return last.ends_at if last else now - FIRST_SHIFT


def shift_figures(
    station: SwapStation, *, begins_at: datetime, ends_at: datetime
) -> dict[str, Rows]:
    """Return every figure of a shift, as rows that JSON can keep; nine queries.

    What happened is within (`begins_at`, `ends_at`]; what stands, stands at `ends_at`, which is
    now.
    """
    during = {"gt": begins_at, "lte": ends_at}
    return {
        "swaps": _swaps(station, during),
        "lost": _lost(station, during),
        "faults": _alarms(
            Q(opened_at__gt=begins_at, opened_at__lte=ends_at, station=station),
        ),
        "open_alarms": _alarms(Q(closed_at=None, opened_at__lte=ends_at, station=station)),
        "blocked": _blocked(station, ends_at),
        "quarantined": _quarantined(station),
        "ahead": _ahead(station, ends_at),
    }


def _ended(station: SwapStation, during: dict[str, datetime], states: Any) -> Any:
    when = {f"ended_at__{how}": at for how, at in during.items()}
    rows = SwapAssignment.objects.filter(station=station, state__in=states, **when)
    return rows.select_related("truck", "lane").order_by("ended_at", "pk")


def _swaps(station: SwapStation, during: dict[str, datetime]) -> Rows:
    return [
        {
            "assignment": swap.pk,
            "plate": swap.truck.plate,
            "lane": swap.lane.number,
            "began_at": iso(swap.swapping_at),
            "ended_at": iso(swap.ended_at),
        }
        for swap in _ended(station, during, ["done"])
    ]


def _lost(station: SwapStation, during: dict[str, datetime]) -> Rows:
    return [
        {
            "assignment": swap.pk,
            "plate": swap.truck.plate,
            "state": swap.state,
            "reason": swap.end_reason,
            "ended_at": iso(swap.ended_at),
        }
        for swap in _ended(station, during, LOST)
    ]


def _alarms(which: Q) -> Rows:
    return [
        {
            "alarm": alarm.pk,
            "kind": alarm.kind,
            "level": alarm.level,
            "detail": alarm.detail,
            "opened_at": iso(alarm.opened_at),
            "closed_at": iso(alarm.closed_at),
        }
        for alarm in Alarm.objects.filter(which).order_by("opened_at", "pk")
    ]


def _blocked(station: SwapStation, at: datetime) -> Rows:
    closures = Closure.objects.filter(station=station, during__contains=at)
    slots = Slot.objects.filter(station=station, is_blocked=True)
    return [
        *(
            {
                "what": f"L{row.lane.number}" if row.lane else "",
                "reason": row.reason,
                "since": iso(row.during.lower),
            }
            for row in closures.select_related("lane").order_by("pk")
        ),
        *(
            {"what": f"S{slot.number}", "reason": slot.block_reason, "since": iso(slot.blocked_at)}
            for slot in slots.order_by("number")
        ),
    ]


def _quarantined(station: SwapStation) -> Rows:
    rows = PackQuarantine.objects.filter(pack__slot__station=station, released_at=None)
    return [
        {
            "pack": row.pack.code,
            "slot": row.pack.slot.number if row.pack.slot else None,
            "reason": row.reason,
            "since": iso(row.begun_at),
            "asked_by": str(row.asked_by or ""),
        }
        for row in rows.select_related("pack__slot", "asked_by").order_by("pack__slot__number")
    ]


def _ahead(station: SwapStation, at: datetime) -> Rows:
    most = SwapAssignment.objects.filter(station=station, state__in=LIVE).count()
    return [
        {
            "assignment": one.assignment.pk,
            "plate": one.assignment.truck.plate,
            "lane": one.assignment.lane.number,
            "state": one.assignment.state,
            "eta": iso(one.assignment.eta),
            "packs": [pack.place for pack in one.packs],
        }
        for one in arrivals_ahead(station, ready={}, now=at, most=max(most, 1))
    ]


def iso(at: datetime | None) -> str | None:
    """Return an instant as JSON keeps it."""
    return at.isoformat() if at else None
