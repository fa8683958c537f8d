"""How the simulated world behaves: every habit and every accident is a number here."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverHabits:
    """What drivers do with an offer.

    Shares are of offers: some are declined, some ignored (half of those never looked at), some
    accepted and not kept. News is looked at soon, or late when the phone is out of sight; whoever
    answers has looked before.
    """

    answer_s: tuple[float, float] = (10.0, 75.0)
    patient_answer_s: float = 90.0
    declined_share: float = 0.08
    ignored_share: float = 0.02
    looks_at_once_share: float = 0.8
    look_s: tuple[float, float] = (2.0, 10.0)
    late_look_s: tuple[float, float] = (35.0, 240.0)
    never_looks_share: float = 0.5
    no_show_share: float = 0.02
    late_share: float = 0.10
    late_mean_s: float = 420.0
    forgets_to_tap_share: float = 0.15
    tap_s: tuple[float, float] = (5.0, 40.0)
    starts_early_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObuHabits:
    """What onboard units do: report, fall silent, and tell the wrong time."""

    report_s: float = 30.0
    silences_per_h: float = 0.12
    silence_s: tuple[float, float] = (150.0, 900.0)
    wrong_clock_share: float = 0.04
    wrong_clock_s: tuple[float, float] = (-300.0, 120.0)
    drift_ppm: float = 20.0
    position_noise_m: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StationHabits:
    """What swap stations do besides swapping."""

    readings_s: float = 30.0
    charge_plan_s: float = 60.0
    arrivals_s: float = 120.0
    check_in_s: tuple[float, float] = (10.0, 30.0)
    again_s: float = 20.0
    swap_spread: float = 0.05
    lane_faults_per_h: float = 0.05
    repair_s: tuple[float, float] = (600.0, 2_400.0)
    full_percent: float = 97.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadHabits:
    """How drives differ from the model the planner uses."""

    pace_spread: float = 0.05
    energy_spread: float = 0.05
    truck_energy_spread: float = 0.03
    dwell_spread: float = 0.10
    parked_power_w: float = 300.0
    mean_temperature_c: float = 4.0
    temperature_swing_c: float = 6.0
    spare_percent: float = 8.0
    stops_at_percent: float = 17.0
    caution: float = 1.2
    tow_after_s: float = 2_700.0
    tow_kmh: float = 40.0
    towed_charge_percent: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldParams:
    """All habits together; `seed` decides everything that is left to chance."""

    seed: int = 1
    drivers: DriverHabits = field(default_factory=DriverHabits)
    obus: ObuHabits = field(default_factory=ObuHabits)
    stations: StationHabits = field(default_factory=StationHabits)
    roads: RoadHabits = field(default_factory=RoadHabits)
