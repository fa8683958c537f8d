"""What trucks consume: the data sheet's coefficients, and what was learnt in figures for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.models import TruckConsumption
from dispatch.planning.consumption import Burden, Part, drive_parts_wh
from dispatch.planning.energy import VehicleParams
from dispatch.planning.learning import P95, PRIOR_MEAN, Learnt, predict_wh
from dispatch.planning.roads import SPEED_KMH, RoadClass
from fleet.models import TruckModel

TEMPERATURES_C = (20.0, 0.0, -15.0)
_LENGTH_M = 30_000.0


def vehicle_of(model: TruckModel) -> VehicleParams:
    """Return the coefficients of a truck model for the energy model."""
    return VehicleParams(
        drag_coefficient=model.drag_coefficient,
        frontal_area_m2=model.frontal_area_m2,
        rolling_resistance=model.rolling_resistance,
    )


def learnt_of(truck_ids: Iterable[int]) -> dict[int, Learnt]:
    """Return what is known of the trucks that were learnt from; the others have no entry."""
    rows = TruckConsumption.objects.filter(truck__in=list(truck_ids), drives__gt=0)
    return {row.truck_id: row.learnt for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Consumption of a truck on a kind of road in a weather, with its 90 % interval."""

    road_class: RoadClass
    is_loaded: bool
    temperature_c: float
    sheet_kwh_per_km: float
    kwh_per_km: float
    low_kwh_per_km: float
    high_kwh_per_km: float


def figures_of(learnt: Learnt, model: TruckModel) -> list[Figure]:
    """Return the figures of a truck by kind of road, load and temperature, for a 30 km drive."""
    return [
        figure_of(learnt, model, road_class, is_loaded=is_loaded, temperature_c=temperature_c)
        for road_class in RoadClass
        for is_loaded in (False, True)
        for temperature_c in TEMPERATURES_C
    ]


def figure_of(
    learnt: Learnt,
    model: TruckModel,
    road_class: RoadClass,
    *,
    is_loaded: bool,
    temperature_c: float = TEMPERATURES_C[0],
) -> Figure:
    """Return the figure of a truck on one kind of road, empty or as heavy as it may be."""
    burden = Burden(
        curb_kg=model.curb_mass_kg,
        load_kg=model.gross_mass_kg - model.curb_mass_kg if is_loaded else 0.0,
        temperature_c=temperature_c,
    )
    parts_wh = drive_parts_wh(
        vehicle_of(model),
        burden,
        distance_m=_LENGTH_M,
        travel_s=_LENGTH_M * 3.6 / SPEED_KMH[road_class],
    )
    mean_wh, sd_wh = (float(value) for value in predict_wh(learnt, parts_wh))
    return Figure(
        road_class=road_class,
        is_loaded=is_loaded,
        temperature_c=temperature_c,
        sheet_kwh_per_km=float(parts_wh @ PRIOR_MEAN) / _LENGTH_M,
        kwh_per_km=mean_wh / _LENGTH_M,
        low_kwh_per_km=(mean_wh - P95 * sd_wh) / _LENGTH_M,
        high_kwh_per_km=(mean_wh + P95 * sd_wh) / _LENGTH_M,
    )


def rolling_masses_kg(learnt: Learnt, model: TruckModel) -> tuple[float, float]:
    """Return the masses, empty and full, that the truck rolls like.

    Rolling tells mass and tyres only together: a truck on soft tyres seems heavy.
    """
    curb_kg = float(learnt.mean[Part.CURB]) * model.curb_mass_kg
    payload_kg = model.gross_mass_kg - model.curb_mass_kg
    return curb_kg, curb_kg + float(learnt.mean[Part.LOAD]) * payload_kg
