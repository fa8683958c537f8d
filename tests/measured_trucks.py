"""Drives to learn from: three measured trucks, and trucks of the simulated world."""

import csv
import gzip
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.consumption import Burden, drive_parts_wh, load_sd_wh
from dispatch.planning.energy import TESLA_SEMI, TRUCK_40T, VehicleParams, haul_energies_wh
from dispatch.planning.learning import Drive, Learnt, learn, predict_wh, unlearnt
from dispatch.planning.roads import haul_travel_s
from dispatch.planning.segments import Track, drives_of
from dispatch.simulation.messages import Kind, read_time
from tests.unit.dispatch.simulation.small_world import CAPACITY_WH, Service, service

SEMI_TRIPS = Path(__file__).parents[2] / "shared" / "data" / "etruck-pepsi-semi"
SEMI_CURB_KG, SEMI_GROSS_KG = 18_383.0, 37_195.0
"""Permitted gross mass of the data set's parameters, and that less its average payload."""
HOLED = ("pepsi_1", "24")
"""The event whose record lacks driving: 1.95 kWh/km, beyond any mass the truck may have."""
CURB_KG, LOAD_KG = 18_000.0, 31_000.0

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A drive, what was expected of it before it, and what it took."""

    truck: str
    event: str
    energy_wh: float
    mean_wh: float
    sd_wh: float
    drives_before: int
    distance_m: float

    @property
    def error(self) -> float:
        """How far the expected energy is off, as a share of what it took."""
        return abs(self.mean_wh / self.energy_wh - 1.0)

    @property
    def is_covered(self) -> bool:
        """Whether the drive lies in the 90 % interval."""
        return abs(self.energy_wh - self.mean_wh) <= 1.6449 * self.sd_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class SemiEvent:
    """A measured truck day: length and duration of what was recorded, and energy."""

    truck: str
    event: str
    energy_wh: float
    distance_m: float
    travel_s: float


def semi_events() -> list[SemiEvent]:
    """Read the 28 truck days, in the order they were driven; holes of the record left out."""
    with (SEMI_TRIPS / "events_measured_vs_model.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [_semi_event(row) for row in rows]


def _semi_event(row: dict[str, str]) -> SemiEvent:
    name = f"{row['truck']}_drive_cycle_{row['event']}.csv.gz"
    with gzip.open(SEMI_TRIPS / "cycles" / name, "rt", encoding="utf-8") as trace:
        record = np.loadtxt(trace, delimiter=",", skiprows=1)
    steps, speeds = np.diff(record[:, 0]), record[:, 1]
    counts = (steps > 0.0) & (steps <= 30.0)
    metres = ((speeds[1:] + speeds[:-1]) / 7.2 * steps)[counts]
    return SemiEvent(
        truck=row["truck"],
        event=row["event"],
        energy_wh=1e3 * float(row["kWh_actual"]),
        distance_m=float(metres.sum()),
        travel_s=float(steps[counts].sum()),
    )


def semi_forecasts(
    events: list[SemiEvent], *, learns: bool = True, sheet: VehicleParams = TESLA_SEMI
) -> list[Forecast]:
    """Forecast each day from the days of the same truck before it, and from nothing else."""
    burden = Burden.with_unknown_load(curb_kg=SEMI_CURB_KG, gross_kg=SEMI_GROSS_KG)
    known: dict[str, Learnt] = {}
    found = []
    for event in events:
        learnt = known.get(event.truck, unlearnt())
        way: dict[str, Any] = {"distance_m": event.distance_m, "travel_s": event.travel_s}
        parts_wh = drive_parts_wh(sheet, burden, **way)
        unknown_wh = float(load_sd_wh(sheet, burden, **way))
        mean_wh, sd_wh = predict_wh(learnt, parts_wh, load_sd_wh=unknown_wh)
        found.append(
            Forecast(
                truck=event.truck,
                event=event.event,
                energy_wh=event.energy_wh,
                mean_wh=float(mean_wh),
                sd_wh=float(sd_wh),
                drives_before=learnt.drives,
                distance_m=event.distance_m,
            )
        )
        if learns:
            drive = Drive(
                parts_wh=parts_wh,
                energy_wh=event.energy_wh,
                distance_m=event.distance_m,
                load_sd_wh=unknown_wh,
            )
            known[event.truck] = learn(learnt, drive)
    return found


def simulated_day(
    *, seed: int, trucks: int, hours: float, off: float
) -> tuple[Service, dict[str, Track]]:
    """Let a world of trucks live whose consumption is off the data sheet by up to `off`.

    Returns
    -------
    tuple[Service, dict[str, Track]]
        The world (its trucks know how thirsty they are), and each truck's reports.
    """
    world = service(seed=seed, trucks=trucks, soc_percent=60.0)
    chance = np.random.default_rng(seed)
    for body in world.world.state.trucks.values():
        body.thirst *= float(chance.uniform(1.0 - off, 1.0 + off))
    world.run(hours * 3_600.0, dt_s=10.0)
    reports: dict[str, list[dict[str, Any]]] = {}
    for message in world.heard:
        if message.kind is Kind.REPORT:
            reports.setdefault(message.speaker, []).append(message.body)
    return world, {plate: track_of(rows) for plate, rows in reports.items()}


def track_of(reports: list[dict[str, Any]]) -> Track:
    """Return reports as they go over the wire as a track."""
    rows = sorted(reports, key=lambda row: read_time(row["recorded_at"]))

    def column(name: str) -> FloatArray:
        return np.array([row.get(name, nan) for row in rows], dtype=np.float64)

    return Track(
        at_s=np.array([read_time(row["recorded_at"]) for row in rows]),
        soc_percent=column("soc_percent"),
        speed_kmh=column("speed_kmh"),
        latitude_deg=column("latitude_deg"),
        longitude_deg=column("longitude_deg"),
        odometer_m=column("odometer_km") * 1_000.0,
        altitude_m=column("altitude_m"),
        temperature_c=column("ambient_temperature_c"),
        gross_mass_kg=column("gross_mass_kg"),
        packs=[",".join(row["pack_codes"]) for row in rows],
    )


def learn_track(track: Track) -> list[tuple[Learnt, Forecast]]:
    """Learn from the drives of a simulated truck; what was known before each, and the forecast."""
    learnt, found = unlearnt(), []
    for segment in drives_of(track)[0]:
        burden = Burden(
            curb_kg=CURB_KG,
            load_kg=max(0.0, segment.gross_mass_kg - CURB_KG),
            temperature_c=segment.temperature_c,
        )
        parts_wh = drive_parts_wh(
            TRUCK_40T, burden, distance_m=segment.distance_m, travel_s=segment.travel_s
        )
        energy_wh = segment.spent_percent / 100.0 * CAPACITY_WH
        steps_wh = segment.spent_sd_percent / 100.0 * CAPACITY_WH
        mean_wh, sd_wh = predict_wh(learnt, parts_wh, measure_sd_wh=steps_wh)
        forecast = Forecast(
            truck="",
            event="",
            energy_wh=energy_wh,
            mean_wh=float(mean_wh),
            sd_wh=float(sd_wh),
            drives_before=learnt.drives,
            distance_m=segment.distance_m,
        )
        drive = Drive(
            parts_wh=parts_wh,
            energy_wh=energy_wh,
            distance_m=segment.distance_m,
            measure_sd_wh=steps_wh,
        )
        learnt = learn(learnt, drive)
        found.append((learnt, forecast))
    return found


def figure_error(learnt: Learnt, *, thirst: float, temperature_c: float = 4.0) -> float:
    """Return how far the learnt kWh/km of a round trip, loaded out and empty back, is off."""
    guessed_wh = true_wh = 0.0
    for load_kg in (LOAD_KG, 0.0):
        travel_s = float(haul_travel_s(60_000.0, is_loaded=load_kg > 0.0))
        burden = Burden(curb_kg=CURB_KG, load_kg=load_kg, temperature_c=temperature_c)
        parts_wh = drive_parts_wh(TRUCK_40T, burden, distance_m=60_000.0, travel_s=travel_s)
        guessed_wh += float(predict_wh(learnt, parts_wh)[0])
        true_wh += thirst * float(
            haul_energies_wh(
                TRUCK_40T,
                mass_kg=CURB_KG + load_kg,
                distance_m=60_000.0,
                travel_s=travel_s,
                temperature_c=temperature_c,
            )
        )
    return guessed_wh / true_wh - 1.0
