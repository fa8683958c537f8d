"""What a driver is shown besides the promise: shift, trucks to take, trip, charge, the last end."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from dispatch.lifecycle import ENDED
from dispatch.models import SwapAssignment, Trip
from dispatch.selectors.cards import assignment_card, iso, live_assignment_of_driver
from fleet.models import Driver, Pack, Shift, Truck
from fleet.services.shifts import open_shift_of, trucks_driver_may_take
from telematics.models import TruckState

RECENTLY = timedelta(minutes=30)


def driver_overview(driver: Driver, *, now: datetime) -> dict[str, Any]:
    """Return all a driver's page needs, in plain JSON values."""
    shift = open_shift_of(driver)
    live = live_assignment_of_driver(driver.pk)
    return {
        "driver": driver_json(driver),
        "server_time": iso(now),
        "shift": shift and shift_json(shift),
        "trucks": [] if shift else trucks_to_take(driver, now=now),
        "trip": shift and trip_of(shift.truck),
        "charge": shift and charge_of(shift.truck, now=now),
        "assignment": live and assignment_card(live, now=now),
        "ended": last_ended(driver, now=now),
    }


def driver_json(driver: Driver) -> dict[str, Any]:
    """Return who a driver is."""
    return {"id": driver.pk, "name": driver.name, "carrier": driver.carrier.name}


def shift_json(shift: Shift) -> dict[str, Any]:
    """Return a shift."""
    return {
        "id": shift.pk,
        "truck": {"id": shift.truck_id, "plate": shift.truck.plate},
        "pack_codes": shift.pack_codes,
        "started_at": iso(shift.started_at),
        "ended_at": iso(shift.ended_at) if shift.ended_at else None,
    }


def trucks_to_take(driver: Driver, *, now: datetime) -> list[dict[str, Any]]:
    """Return the trucks a driver may start a shift with, the ones driven last first."""
    trucks = list(trucks_driver_may_take(driver, now=now))
    codes: dict[int | None, list[str]] = defaultdict(list)
    packs = Pack.objects.filter(truck__in=trucks).order_by("position")
    for truck_id, code in packs.values_list("truck_id", "code"):
        codes[truck_id].append(code)
    driven = Shift.objects.filter(driver=driver).order_by("-started_at")
    last = list(dict.fromkeys(driven.values_list("truck_id", flat=True)[:20]))
    rank = {truck_id: place for place, truck_id in enumerate(last)}
    trucks.sort(key=lambda truck: (rank.get(truck.pk, len(rank)), truck.plate))
    return [{"id": t.pk, "plate": t.plate, "pack_codes": codes[t.pk]} for t in trucks]


def trip_of(truck: Truck) -> dict[str, Any] | None:
    """Return the trip a truck is on, or goes on next."""
    ahead = Trip.objects.filter(truck=truck, state__in=["planned", "underway"])
    trip = (
        ahead.select_related("origin", "destination").order_by("-state", "ready_at", "pk").first()
    )
    if trip is None:
        return None
    return {
        "id": trip.pk,
        "state": trip.state,
        "origin": trip.origin.name,
        "origin_zh": trip.origin.name_zh or trip.origin.name,
        "destination": trip.destination.name,
        "destination_zh": trip.destination.name_zh or trip.destination.name,
        "load_kg": trip.load_kg,
        "due_at": iso(trip.due_at) if trip.due_at else None,
    }


def charge_of(truck: Truck, *, now: datetime) -> dict[str, Any] | None:
    """Return the truck's charge as last reported, and how old that is."""
    state = TruckState.objects.filter(truck=truck).first()
    if state is None:
        return None
    return {
        "soc_percent": round(state.soc_percent, 1),
        "recorded_at": iso(state.recorded_at),
        "age_s": max(0, round((now - state.recorded_at).total_seconds())),
    }


def last_ended(driver: Driver, *, now: datetime) -> dict[str, Any] | None:
    """Return the promise that ended last, if that is recent: pages explain what became of it."""
    ended = SwapAssignment.objects.filter(
        driver=driver, state__in=ENDED, ended_at__gt=now - RECENTLY
    )
    last = ended.select_related("station").order_by("-ended_at").first()
    if last is None:
        return None
    return {
        "id": last.pk,
        "state": last.state,
        "ended_at": iso(last.ended_at or now),
        "station": last.station.name,
        "station_zh": last.station.name_zh or last.station.name,
    }
