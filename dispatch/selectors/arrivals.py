"""Who comes to a station, and what its slots charge: what the station's screen shows."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from dispatch.models import PackHold, SwapAssignment
from dispatch.selectors.cards import iso, live_assignments
from dispatch.selectors.charging import windows_ahead
from dispatch.selectors.readiness import pack_ready_at
from fleet.models import Pack, Slot, SwapStation


def arrivals_of_station(station: SwapStation) -> list[dict[str, Any]]:
    """Return the trucks promised a swap at a station and not through, in order of time.

    Four queries, however many come.
    """
    holds = PackHold.objects.filter(is_live=True).select_related("pack__slot").order_by("position")
    coming = live_assignments().filter(station=station)
    return [
        _arrival(assignment) for assignment in coming.prefetch_related(Prefetch("holds", holds))
    ]


def _arrival(assignment: SwapAssignment) -> dict[str, Any]:
    return {
        "assignment": assignment.pk,
        "state": assignment.state,
        "plate": assignment.truck.plate,
        "lane": assignment.lane.number,
        "eta": iso(assignment.eta),
        "window_from": iso(assignment.window.lower),
        "window_to": iso(assignment.window.upper),
        "starts_at": iso(assignment.occupies.lower),
        "packs": [
            {
                "position": hold.position,
                "code": hold.pack.code,
                "slot": hold.pack.slot.number
                if hold.pack.slot and hold.pack.slot.station_id == assignment.station_id
                else None,
            }
            for hold in assignment.holds.all()
        ],
    }


def charge_plan_of_station(station: SwapStation, *, now: datetime) -> list[dict[str, Any]]:
    """Return what each slot of a station charges from now on, and when its pack is ready."""
    windows = windows_ahead(station.pk, now=now)
    ready = ready_by_plan(station, now=now)
    packs = {pack.slot_id: pack for pack in Pack.objects.filter(slot__station=station)}
    plan = []
    for slot in Slot.objects.filter(station=station).order_by("number"):
        pack = packs.get(slot.pk)
        ahead = windows.get(slot.pk, [])
        ready_at = ready.get(pack.pk) if pack else None
        plan.append(
            {
                "slot": slot.number,
                "pack_code": pack.code if pack else None,
                "windows": [
                    {
                        "from": window.during.lower.isoformat(),
                        "to": window.during.upper.isoformat(),
                        "power_kw": window.power_w / 1000,
                    }
                    for window in ahead
                ],
                "ready_at": iso(ready_at) if ready_at else None,
            }
        )
    return plan


def ready_by_plan(station: SwapStation, *, now: datetime) -> dict[int, datetime]:
    """Return from when each pack in a station can be handed out: when the charge plan is done."""
    ready = pack_ready_at([station.pk], now=now)
    for ahead in windows_ahead(station.pk, now=now).values():
        pack_id = ahead[-1].pack_id
        if ready.get(pack_id, now) > now:
            ready[pack_id] = ahead[-1].during.upper
    return ready
