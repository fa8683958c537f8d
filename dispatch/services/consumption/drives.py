"""Measured drives of a truck: what was on board and on the bed while each was driven."""

from datetime import UTC, datetime, timedelta
from math import isnan

from dispatch.models import Trip
from dispatch.planning.consumption import Burden, drive_parts_wh, load_sd_wh
from dispatch.planning.energy import GRAVITY_MS2
from dispatch.planning.learning import Drive
from dispatch.planning.segments import Segment, Track
from dispatch.selectors.consumption import vehicle_of
from fleet.models import Pack, Truck

MILD_C = 20.0
AROUND = timedelta(hours=24)
MASS_SD_SHARE = 0.03
"""How far off a mass may be that a truck weighs, or that was loaded (assumed)."""


def drive_of(truck: Truck, segment: Segment, track: Track) -> Drive:
    """Return a segment as the learner takes it: on the flat, with the load it was driven with."""
    vehicle = vehicle_of(truck.model)
    burden = _burden(truck, segment, track)
    way = {"distance_m": segment.distance_m, "travel_s": segment.travel_s}
    capacity_wh = _capacity_wh(truck, track.packs[segment.first])
    mass_kg = float(burden.curb_kg + burden.load_kg)
    lift_wh = mass_kg * GRAVITY_MS2 * segment.climb_m / 3_600.0
    gained = 1.0 / vehicle.drive_efficiency if lift_wh > 0 else vehicle.regeneration_efficiency
    return Drive(
        parts_wh=drive_parts_wh(vehicle, burden, **way),
        energy_wh=capacity_wh * segment.spent_percent / 100.0 - lift_wh * gained,
        distance_m=segment.distance_m,
        load_sd_wh=float(load_sd_wh(vehicle, burden, **way)),
        measure_sd_wh=capacity_wh * segment.spent_sd_percent / 100.0,
    )


def _burden(truck: Truck, segment: Segment, track: Track) -> Burden:
    model = truck.model
    temperature_c = MILD_C if isnan(segment.temperature_c) else segment.temperature_c
    if not isnan(segment.gross_mass_kg):
        load_kg = max(0.0, segment.gross_mass_kg - model.curb_mass_kg)
    else:
        told_kg = _load_of_trip_kg(truck, track, segment)
        if told_kg is None:
            return Burden.with_unknown_load(
                curb_kg=model.curb_mass_kg,
                gross_kg=model.gross_mass_kg,
                temperature_c=temperature_c,
            )
        load_kg = told_kg
    return Burden(
        curb_kg=model.curb_mass_kg,
        load_kg=load_kg,
        load_sd_kg=MASS_SD_SHARE * load_kg,
        temperature_c=temperature_c,
    )


def _load_of_trip_kg(truck: Truck, track: Track, segment: Segment) -> float | None:
    """Return the load of the trip in the middle of a drive, none between trips.

    None: the truck has no trips around that time, so nobody tells.
    """
    middle_s = (track.at_s[segment.first] + track.at_s[segment.last]) / 2.0
    middle = datetime.fromtimestamp(float(middle_s), UTC)
    trips = Trip.objects.filter(truck=truck, left_at__lte=middle, left_at__gt=middle - AROUND)
    began = trips.exclude(state=Trip.State.CANCELLED).order_by("-left_at").first()
    if began is None:
        return None
    is_over = began.arrived_at is not None and began.arrived_at <= middle
    return 0.0 if is_over else float(began.load_kg)


def _capacity_wh(truck: Truck, codes: str | None) -> float:
    """Return what the packs on the truck held when full, by the codes it told, else as sold."""
    model = truck.model
    if codes:
        packs = list(Pack.objects.filter(code__in=codes.split(",")).select_related("type"))
        if len(packs) == model.pack_positions:
            return sum(pack.type.capacity_wh * pack.soh_percent / 100.0 for pack in packs)
    return float(model.pack_positions * model.pack_type.capacity_wh)
