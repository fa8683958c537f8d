"""Energy a truck takes from its packs: a longitudinal model of mass, speed, grade and weather.

Notes
-----
Power at the wheels is inertia + grade + rolling + air. Driving power is divided by the
efficiencies of drivetrain and battery, braking power comes back with `regeneration_efficiency`,
auxiliaries run all the time. The numbers reproduced and measured with it are in
docs/explanation/energy-and-travel.md.

References
----------
carculator-truck 0.5.2 (battery-electric 40 t truck of 2025) for the coefficients; NACFE Run on
Less 2023 and Green_Trucking_Analysis (MIT) for the Semi and its measured trips; ISO 28580:2018
for rolling resistance by temperature; ISO 2533 for the air.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.planning.roads import SPEED_KMH, RoadClass, haul_travel_s, road_split_m

type FloatArray = NDArray[np.float64]

GRAVITY_MS2 = 9.81
REFERENCE_TEMPERATURE_C = 20.0
"""The coefficients hold at this temperature: 1.204 kg/m3 of air at sea level."""

_ROLLING_PER_C = 0.006  # ISO 28580:2018, truck tyres of load index 122 and above
_TYRE_RANGE_C = (-30.0, 45.0)
_SPEED_RANGE_KMH = (15.0, 90.0)  # below it a truck stands in a queue and spends no traction

MARGIN_PERCENT = 15.0
"""Nine of ten of 28 measured truck days stayed below model + 14.9 %, all taken at one mass."""
RESERVE_PERCENT = 20.0
"""Charge a truck must never plan to go below (assumed for trucks; operators set their own)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleParams:
    """What moves a truck, apart from its mass.

    Defaults are the 40 t battery-electric truck of 2025 of carculator-truck 0.5.2 (BSD-3): drag
    0.4615, 10 m2, rolling 0.00475, transmission 0.895, motor 0.9325, auxiliaries 4.9 kW. Battery
    efficiency 0.95 and regeneration 0.7 (from the wheels into the pack, all losses included) are
    assumptions, as are the cab's heating below 15 C and cooling above 25 C.
    """

    drag_coefficient: float = 0.4615
    frontal_area_m2: float = 10.0
    rolling_resistance: float = 0.00475
    transmission_efficiency: float = 0.895
    motor_efficiency: float = 0.9325
    inverter_efficiency: float = 1.0
    battery_efficiency: float = 0.95
    regeneration_efficiency: float = 0.7
    auxiliary_power_w: float = 4_900.0
    heating_w_per_c: float = 120.0
    heating_max_w: float = 5_000.0
    heating_below_c: float = 15.0
    cooling_w_per_c: float = 150.0
    cooling_max_w: float = 4_000.0
    cooling_above_c: float = 25.0

    def __post_init__(self) -> None:
        for name in (
            "transmission_efficiency",
            "motor_efficiency",
            "inverter_efficiency",
            "battery_efficiency",
        ):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must be above 0 and at most 1")
        if not 0.0 <= self.regeneration_efficiency <= 1.0:
            raise ValueError("regeneration_efficiency must be between 0 and 1")

    @property
    def drive_efficiency(self) -> float:
        """From the cells to the wheels."""
        return (
            self.transmission_efficiency
            * self.motor_efficiency
            * self.inverter_efficiency
            * self.battery_efficiency
        )


TRUCK_40T = VehicleParams()
TESLA_SEMI = VehicleParams(
    drag_coefficient=0.36,
    frontal_area_m2=10.7,
    rolling_resistance=0.0044,
    transmission_efficiency=1.0,
    motor_efficiency=0.95,
    inverter_efficiency=0.98,
    regeneration_efficiency=0.8,
    auxiliary_power_w=10_000.0,  # with its heating and cooling
    heating_w_per_c=0.0,
    cooling_w_per_c=0.0,
)
"""Parameter set of Green_Trucking_Analysis for the three trucks of the measured trips (MIT)."""

STOP_AND_GO_WH_PER_KM = {
    RoadClass.LONG_HAUL: (91.0, 7.34),
    RoadClass.REGIONAL: (101.1, 12.32),
    RoadClass.URBAN: (100.1, 19.61),
}
"""What slowing, starting and hills cost beyond a steady drive at the same mean speed: Wh/km as
(constant, per tonne), fitted on the VECTO missions with the default truck at 18-49 t (the test
fits them again)."""


def air_density_kg_m3(temperature_c: float, altitude_m: float = 0.0) -> float:
    """Density of dry air at standard pressure for the altitude."""
    pressure_pa = 101_325.0 * (1.0 - 2.25577e-5 * altitude_m) ** 5.25588
    return float(pressure_pa / (287.05 * (temperature_c + 273.15)))


def rolling_factor(temperature_c: float) -> float:
    """How much harder tyres roll than at the reference temperature."""
    low, high = _TYRE_RANGE_C
    tyre_c = min(max(temperature_c, low), high)
    return 1.0 / (1.0 + _ROLLING_PER_C * (tyre_c - REFERENCE_TEMPERATURE_C))


def auxiliary_power_w(vehicle: VehicleParams, temperature_c: float) -> float:
    """Power of everything that does not drive, cab heating or cooling included."""
    cold_c = max(0.0, vehicle.heating_below_c - temperature_c)
    hot_c = max(0.0, temperature_c - vehicle.cooling_above_c)
    heating_w = min(cold_c * vehicle.heating_w_per_c, vehicle.heating_max_w)
    cooling_w = min(hot_c * vehicle.cooling_w_per_c, vehicle.cooling_max_w)
    return vehicle.auxiliary_power_w + heating_w + cooling_w


def battery_power_w(
    vehicle: VehicleParams,
    *,
    mass_kg: ArrayLike,
    speed_kmh: ArrayLike,
    grade: ArrayLike = 0.0,
    acceleration_ms2: ArrayLike = 0.0,
    temperature_c: float = REFERENCE_TEMPERATURE_C,
    altitude_m: float = 0.0,
) -> FloatArray:
    """Power out of the packs; negative where braking charges them.

    Parameters
    ----------
    mass_kg, speed_kmh, grade, acceleration_ms2
        Shapes that broadcast together; grade is rise over run (0.01 is one per cent).
    """
    mass = np.asarray(mass_kg, dtype=np.float64)
    speed_ms = np.asarray(speed_kmh, dtype=np.float64) / 3.6
    slope = np.arctan(np.asarray(grade, dtype=np.float64))
    rolling = vehicle.rolling_resistance * rolling_factor(temperature_c) * np.cos(slope)
    air = air_density_kg_m3(temperature_c, altitude_m)
    force_n = (
        mass * np.asarray(acceleration_ms2, dtype=np.float64)
        + mass * GRAVITY_MS2 * (np.sin(slope) + rolling)
        + 0.5 * air * vehicle.drag_coefficient * vehicle.frontal_area_m2 * speed_ms**2
    )
    wheel_w = force_n * speed_ms
    traction_w = np.where(
        wheel_w > 0.0,
        wheel_w / vehicle.drive_efficiency,
        wheel_w * vehicle.regeneration_efficiency,
    )
    power_w: FloatArray = traction_w + auxiliary_power_w(vehicle, temperature_c)
    return power_w


def leg_energies_wh(
    vehicle: VehicleParams,
    *,
    mass_kg: ArrayLike,
    distance_m: ArrayLike,
    speed_kmh: ArrayLike,
    grade: ArrayLike = 0.0,
    temperature_c: float = REFERENCE_TEMPERATURE_C,
    altitude_m: float = 0.0,
    road_class: RoadClass | None = None,
) -> FloatArray:
    """Energy of many legs at once, each at its mean speed.

    Parameters
    ----------
    mass_kg, distance_m, speed_kmh, grade
        Shapes that broadcast together; `speed_kmh` is distance over time, halts included.
    road_class
        Adds what stop-and-go on such roads costs; None is a steady drive.

    Returns
    -------
    FloatArray
        Wh, negative on a leg that gains charge downhill.
    """
    distance = np.asarray(distance_m, dtype=np.float64)
    speed = np.asarray(speed_kmh, dtype=np.float64)
    if np.any(speed <= 0.0):
        raise ValueError("speed_kmh must be positive")
    power_w = battery_power_w(
        vehicle,
        mass_kg=mass_kg,
        speed_kmh=speed,
        grade=grade,
        temperature_c=temperature_c,
        altitude_m=altitude_m,
    )
    energy_wh: FloatArray = power_w * (distance / 1_000.0 / speed)
    if road_class is not None:
        constant, per_tonne = STOP_AND_GO_WH_PER_KM[road_class]
        tonnes = np.asarray(mass_kg, dtype=np.float64) / 1_000.0
        energy_wh = energy_wh + distance / 1_000.0 * (constant + per_tonne * tonnes)
    return energy_wh


def leg_energy_wh(
    vehicle: VehicleParams,
    *,
    mass_kg: float,
    distance_m: float,
    speed_kmh: float,
    grade: float = 0.0,
    temperature_c: float = REFERENCE_TEMPERATURE_C,
    altitude_m: float = 0.0,
    road_class: RoadClass | None = None,
) -> float:
    """Energy of one leg at its mean speed; see `leg_energies_wh`."""
    return float(
        leg_energies_wh(
            vehicle,
            mass_kg=mass_kg,
            distance_m=distance_m,
            speed_kmh=speed_kmh,
            grade=grade,
            temperature_c=temperature_c,
            altitude_m=altitude_m,
            road_class=road_class,
        )
    )


def haul_energies_wh(
    vehicle: VehicleParams,
    *,
    mass_kg: ArrayLike,
    distance_m: ArrayLike,
    grade: ArrayLike = 0.0,
    temperature_c: float = REFERENCE_TEMPERATURE_C,
    altitude_m: float = 0.0,
    travel_s: ArrayLike | None = None,
) -> FloatArray:
    """Energy of whole hauls over the kinds of road their lengths suggest.

    Parameters
    ----------
    mass_kg, distance_m, grade, travel_s
        Shapes that broadcast together; `grade` is the mean of the haul. `travel_s`, where a
        road provider knows it, sets the pace; without it the pace is that of a loaded truck.

    Returns
    -------
    FloatArray
        Wh, in the broadcast shape.
    """
    distance = np.asarray(distance_m, dtype=np.float64)
    usual_s = np.maximum(haul_travel_s(distance), 1e-9)
    pace = 1.0 if travel_s is None else np.asarray(travel_s, dtype=np.float64) / usual_s
    total_wh: FloatArray = np.zeros(())
    for road_class, metres in road_split_m(distance).items():
        speed = np.clip(SPEED_KMH[road_class] / np.maximum(pace, 1e-9), *_SPEED_RANGE_KMH)
        total_wh = total_wh + leg_energies_wh(
            vehicle,
            mass_kg=mass_kg,
            distance_m=metres,
            speed_kmh=speed,
            grade=grade,
            temperature_c=temperature_c,
            altitude_m=altitude_m,
            road_class=road_class,
        )
    return total_wh


def _intervals(
    seconds: ArrayLike, speed_kmh: ArrayLike, max_gap_s: float
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    """Length, mean speed (km/h) and acceleration of each step of a trace, and which count."""
    times = np.asarray(seconds, dtype=np.float64)
    speeds = np.asarray(speed_kmh, dtype=np.float64)
    if times.ndim != 1 or times.shape != speeds.shape:
        raise ValueError("seconds and speed_kmh must be one row of equal length")
    steps = np.diff(times)
    counts = (steps > 0.0) & (steps <= max_gap_s)
    steps = steps[counts]
    mean_kmh = ((speeds[1:] + speeds[:-1]) / 2.0)[counts]
    acceleration = np.diff(speeds)[counts] / 3.6 / steps
    return steps, mean_kmh, acceleration, counts


def cycle_energy_wh(
    vehicle: VehicleParams,
    *,
    mass_kg: float,
    seconds: ArrayLike,
    speed_kmh: ArrayLike,
    grade: ArrayLike | None = None,
    temperature_c: float = REFERENCE_TEMPERATURE_C,
    altitude_m: float = 0.0,
    max_gap_s: float = 30.0,
) -> float:
    """Energy of a recorded or standard drive.

    Parameters
    ----------
    seconds, speed_kmh, grade
        One row each, of equal length n; grade is rise over run, flat if None.
    max_gap_s
        Steps longer than this are holes of the record and count as nothing, neither here nor in
        `cycle_distance_m`.
    """
    steps, mean_kmh, acceleration, counts = _intervals(seconds, speed_kmh, max_gap_s)
    grades = np.zeros(len(counts) + 1) if grade is None else np.asarray(grade, dtype=np.float64)
    if grades.shape != (len(counts) + 1,):
        raise ValueError("grade must be as long as seconds")
    power_w = battery_power_w(
        vehicle,
        mass_kg=mass_kg,
        speed_kmh=mean_kmh,
        grade=((grades[1:] + grades[:-1]) / 2.0)[counts],
        acceleration_ms2=acceleration,
        temperature_c=temperature_c,
        altitude_m=altitude_m,
    )
    return float(power_w @ steps / 3_600.0)


def cycle_distance_m(*, seconds: ArrayLike, speed_kmh: ArrayLike, max_gap_s: float = 30.0) -> float:
    """Distance of a recorded or standard drive, its holes left out."""
    steps, mean_kmh, _, _ = _intervals(seconds, speed_kmh, max_gap_s)
    return float(mean_kmh @ steps / 3.6)


def usable_energy_wh(capacity_wh: float, *, soc_percent: float, soh_percent: float = 100.0) -> int:
    """Energy in a pack now, rounded down: capacity when new x state of health x charge."""
    return floor(capacity_wh * min(soh_percent, 100.0) / 100.0 * soc_percent / 100.0 + 1e-6)


def reserve_wh(capacity_wh: float, *, reserve_percent: float = RESERVE_PERCENT) -> int:
    """Energy that must be left on arrival, rounded up."""
    return ceil(capacity_wh * reserve_percent / 100.0 - 1e-6)


def with_margin(energy_wh: float, *, margin_percent: float = MARGIN_PERCENT) -> int:
    """Energy to plan with so that nine drives of ten stay below it, rounded up.

    A gain (negative) is made smaller by the margin.
    """
    return ceil(energy_wh + abs(energy_wh) * margin_percent / 100.0 - 1e-6)
