"""The trucks of the day: their kind, their shift, when it begins and with what charge."""

from dataclasses import dataclass

import numpy as np

from dispatch.simulation.casting import (
    LFP_282,
    POSITIONS,
    TruckKind,
    TruckPart,
    cast_stations,
    cast_trucks,
)
from dispatch.simulation.day.line import Haul, make_haul
from dispatch.simulation.day.params import MINUTE_S, DayParams
from dispatch.simulation.day.sites import Site, full_wh
from dispatch.simulation.day.work import Work

MODULES_EVERY = 3
"""Of the trucks with chassis modules every third takes part: the stations have few of them."""
_PEAKS_H = (7.0, 19.0)
_PEAK_SD_H = 0.75


@dataclass(frozen=True, slots=True)
class DayTruck:
    """A truck and its shift."""

    number: int
    kind: TruckKind
    work: Work
    begins_s: int
    energy_wh: int

    @property
    def id(self) -> str:
        """Its name in problems."""
        return f"T{self.number:04d}"

    @property
    def pack_type(self) -> str:
        """The code of its packs' type."""
        return self.kind.pack.code


def day_trucks(params: DayParams, sites: tuple[Site, ...]) -> tuple[DayTruck, ...]:
    """Draw the fleet from the casting, and a shift for each truck."""
    chance = np.random.default_rng([params.seed, 11])
    charges = np.random.default_rng([params.seed, 12, params.charges]) if params.charges else None
    maker = _Maker(params, sites)
    trucks: list[DayTruck] = []
    for part in _parts(params):
        truck = maker.truck(len(trucks) + 1, part, chance, charges)
        if truck is not None:
            trucks.append(truck)
        if len(trucks) == params.trucks:
            break
    return tuple(trucks)


def _parts(params: DayParams) -> list[TruckPart]:
    stations = cast_stations(params.stations, seed=params.seed)
    drawn = cast_trucks(params.trucks * 3, stations=stations, seed=params.seed)
    parts, modules = [], 0
    for part in drawn:
        if part.kind.pack is not LFP_282:
            modules += 1
            if modules % MODULES_EVERY:
                continue
        parts.append(part)
    return parts


class _Maker:
    """Hauls and shifts are measured once for all trucks that share them."""

    def __init__(self, params: DayParams, sites: tuple[Site, ...]) -> None:
        self._params, self._sites = params, sites
        self._hauls: dict[tuple[str, str, str], tuple[Haul, Haul]] = {}
        self._works: dict[tuple[str, str, str, int, int], Work] = {}

    def truck(
        self,
        number: int,
        part: TruckPart,
        chance: np.random.Generator,
        charges: np.random.Generator | None,
    ) -> DayTruck | None:
        """Give a truck its shift; None if one swap a leg does not carry it through.

        Other `charges` leave everything else as it is.
        """
        params = self._params
        shift_s = chance.uniform(*params.shift_h) * 3_600.0
        begins_s = self._begins_s(chance)
        work = self._work(part, shift_s)
        capacity_wh = part.kind.capacity_wh
        soc = chance.uniform(0.35, params.full_percent / 100.0)
        if charges is not None:
            soc = charges.uniform(0.35, params.full_percent / 100.0)
        while not _is_workable(work, capacity_wh * soc):
            soc += 0.05
            if soc > params.full_percent / 100.0:
                return None
        return DayTruck(number, part.kind, work, begins_s, int(capacity_wh * soc))

    def _begins_s(self, chance: np.random.Generator) -> int:
        hours = self._params.hours
        is_peak, peak, spread = chance.random(), chance.integers(2), chance.normal()
        flat_h = chance.uniform(0.0, hours)
        if is_peak < self._params.peak_share:
            flat_h = (_PEAKS_H[int(peak)] + _PEAK_SD_H * spread) % hours
        return int(flat_h * 3_600.0) // MINUTE_S * MINUTE_S

    def _work(self, part: TruckPart, shift_s: float) -> Work:
        name = (part.flow.origin, part.flow.destination, part.kind.name)
        if name not in self._hauls:
            self._hauls[name] = self._measure(part)
        out, back = self._hauls[name]
        legs, spent_s = 0, 0.0
        while spent_s < shift_s:
            spent_s += (out, back)[legs % 2].travel_s + part.dwell_s
            legs += 1
        key = (*name, part.dwell_s, legs)
        if key not in self._works:
            params = self._params
            positions = part.kind.pack_positions
            self._works[key] = Work(
                (out, back),
                legs,
                dwell_s=part.dwell_s,
                full_wh=full_wh(part.kind.pack.code, params) * positions,
                reserve_wh=int(part.kind.capacity_wh * params.reserve_percent / 100.0),
                sites=self._sites,
                params=params,
            )
        return self._works[key]

    def _measure(self, part: TruckPart) -> tuple[Haul, Haul]:
        start, end = POSITIONS[part.flow.origin], POSITIONS[part.flow.destination]
        empty_kg = float(part.kind.curb_mass_kg)
        out, back = (
            make_haul(
                *ends,
                kind=part.kind,
                mass_kg=empty_kg + load_kg,
                is_loaded=bool(load_kg),
                sites=self._sites,
                params=self._params,
            )
            for ends, load_kg in (((start, end), part.load_kg), ((end, start), 0))
        )
        return out, back


def _is_workable(work: Work, energy_wh: float) -> bool:
    """Whether a truck that sets out with this energy reaches a station that carries it on."""
    outlook = work.outlook(0, energy_wh)
    return outlook is None or bool(outlook.last >= 0 and work.choices(0, energy_wh, outlook))
