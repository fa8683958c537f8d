"""What chance does to the day: the same for every policy, whatever it decides."""

from dataclasses import dataclass

import numpy as np

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.params import DayParams
from dispatch.simulation.day.sites import Site

_DAY_AND_NIGHT_S = 172_800


@dataclass(frozen=True, slots=True)
class TruckLuck:
    """Factors on expected times and energies of one truck, by leg; hidden from policies.

    `to_pace` and `from_pace` are for drives to and from each station, by leg and station.
    """

    pace: tuple[float, ...]
    dwell: tuple[float, ...]
    thirst: tuple[float, ...]
    to_pace: tuple[tuple[float, ...], ...]
    from_pace: tuple[tuple[float, ...], ...]


class Luck:
    """All of chance, drawn before the day begins."""

    def __init__(
        self, params: DayParams, trucks: tuple[DayTruck, ...], sites: tuple[Site, ...]
    ) -> None:
        self._params = params
        self._by_truck = [self._truck(truck, len(sites)) for truck in trucks]
        self.closed = [self._lanes(index, site) for index, site in enumerate(sites)]

    def of(self, truck: DayTruck) -> TruckLuck:
        """Return a truck's luck."""
        return self._by_truck[truck.number - 1]

    def refuses(self, truck: DayTruck, swap: int, site: int) -> bool:
        """Whether the driver will not go to this station for his `swap`-th swap."""
        share = self._params.chances.refused_share
        if share <= 0:
            return False
        chance = np.random.default_rng([self._params.seed, 23, truck.number, swap, site])
        return bool(chance.random() < share)

    def _truck(self, truck: DayTruck, sites: int) -> TruckLuck:
        chances, legs = self._params.chances, truck.work.legs
        chance = np.random.default_rng([self._params.seed, 21, truck.number])
        sd = chances.pace_sd

        def pace(*shape: int) -> list[float]:
            drawn = np.exp(chance.normal(-sd * sd / 2, sd, size=shape) if sd else np.zeros(shape))
            return drawn.tolist()  # type: ignore[no-any-return]  # rows of floats

        thirst = chance.normal(1.0, chances.energy_sd, legs) * chance.normal(
            1.0, chances.truck_energy_sd
        )
        if chances.energy_sd or chances.truck_energy_sd:
            thirst = thirst / (1.0 + self._params.margin_percent / 100.0)
        dwell = chance.uniform(1 - chances.dwell_spread, 1 + chances.dwell_spread, legs)
        return TruckLuck(
            pace=tuple(pace(legs)),
            dwell=tuple(dwell.tolist()),
            thirst=tuple(thirst.tolist()),
            to_pace=tuple(tuple(row) for row in pace(legs, sites)),  # type: ignore[arg-type]  # rows
            from_pace=tuple(tuple(row) for row in pace(legs, sites)),  # type: ignore[arg-type]  # rows
        )

    def _lanes(self, index: int, site: Site) -> list[list[tuple[int, int]]]:
        """Draw for each lane of a station when it is broken."""
        chances = self._params.chances
        lanes: list[list[tuple[int, int]]] = []
        for lane in range(site.lanes):
            chance = np.random.default_rng([self._params.seed, 22, index, lane])
            closed, at_s = [], 0.0
            while chances.lane_faults_per_h:
                at_s += chance.exponential(3_600.0 / chances.lane_faults_per_h)
                if at_s > _DAY_AND_NIGHT_S:
                    break
                repair_s = chance.uniform(*chances.repair_s)
                closed.append((int(at_s), int(at_s + repair_s)))
                at_s += repair_s
            lanes.append(closed)
        return lanes
