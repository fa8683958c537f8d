"""What every part of the world may look at during a step, and where it says what it has to say."""

from dataclasses import dataclass, field
from math import cos, pi

import numpy as np

from dispatch.planning.energy import VehicleParams
from dispatch.simulation.bodies import TruckBody
from dispatch.simulation.leg import Leg, plan_leg
from dispatch.simulation.messages import Kind, Message
from dispatch.simulation.params import WorldParams
from dispatch.simulation.roster import Position, Roster, TruckStart
from dispatch.simulation.tally import Tally

_DAY_S = 86_400.0
_WARMEST_S = 6.5 * 3_600.0  # 14:30 in China


@dataclass(slots=True, kw_only=True)
class Scene:
    """The stage: places, habits, the hour, chance for each actor, and the messages said."""

    params: WorldParams
    positions: dict[str, Position]
    station_codes: list[str]
    trucks: dict[str, TruckStart]
    chances: dict[str, np.random.Generator]
    tally: Tally
    now_s: float
    dt_s: float = 0.0
    said: list[Message] = field(default_factory=list)

    def say(self, kind: Kind, speaker: str, **rest: object) -> None:
        """Send a message."""
        self.said.append(Message(kind=kind, speaker=speaker, **rest))  # type: ignore[arg-type]  # the fields of Message

    def draw(self, actor: str, low_high: tuple[float, float]) -> float:
        """Draw a duration or share of `actor` between two bounds."""
        return float(self.chances[actor].uniform(*low_high))

    def happens(self, actor: str, share: float) -> bool:
        """Draw whether something of this probability happens to `actor`."""
        return bool(self.chances[actor].random() < share)

    def temperature_c(self) -> float:
        """Return the outside temperature of the hour."""
        roads = self.params.roads
        angle = 2 * pi * ((self.now_s - _WARMEST_S) % _DAY_S) / _DAY_S
        return roads.mean_temperature_c + roads.temperature_swing_c * cos(angle)

    def mass_kg(self, truck: TruckBody) -> float:
        """Return what a truck weighs with its load."""
        start = self.trucks[truck.plate]
        shuttle = start.shuttle
        load_kg = shuttle.load_out_kg if truck.is_outbound else shuttle.load_back_kg
        return float(start.curb_mass_kg + load_kg)

    def leg(self, truck: TruckBody, goal: str, *, is_sure: bool = False) -> Leg:
        """Set a truck's course for `goal`; a sure leg is the driver's guess, without chance."""
        start = self.trucks[truck.plate]
        chance, roads = self.chances[truck.plate], self.params.roads
        mass_kg = self.mass_kg(truck)
        return plan_leg(
            VehicleParams(
                drag_coefficient=start.drag_coefficient,
                frontal_area_m2=start.frontal_area_m2,
                rolling_resistance=start.rolling_resistance,
            ),
            goal=goal,
            start=truck.position,
            end=self.positions[goal],
            mass_kg=mass_kg,
            is_loaded=mass_kg > 1.3 * start.curb_mass_kg,
            temperature_c=self.temperature_c(),
            pace=1.0 if is_sure else _around_one(chance, roads.pace_spread),
            thirst=1.0 if is_sure else truck.thirst * _around_one(chance, roads.energy_spread),
        )


def _around_one(chance: np.random.Generator, spread: float) -> float:
    return float(np.clip(chance.normal(1.0, spread), 1.0 - 2 * spread, 1.0 + 2 * spread))


def scene_of(
    roster: Roster, params: WorldParams, *, tally: Tally, now_s: float, runs: int
) -> Scene:
    """Set the stage for a roster; each actor gets its own chance, so none disturbs another's."""
    actors = [truck.plate for truck in roster.trucks]
    actors += [station.code for station in roster.stations]
    return Scene(
        params=params,
        positions={
            **roster.places,
            **{station.code: station.position for station in roster.stations},
        },
        station_codes=[station.code for station in roster.stations],
        trucks={truck.plate: truck for truck in roster.trucks},
        chances={
            actor: np.random.default_rng([params.seed, runs, index])
            for index, actor in enumerate(actors)
        },
        tally=tally,
        now_s=now_s,
    )
