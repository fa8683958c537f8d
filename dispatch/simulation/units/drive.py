"""What a truck measures while it shuttles between two places of Tangshan."""

from dataclasses import dataclass
from math import cos, hypot, radians
from random import Random
from typing import Any

from dispatch.simulation.tangshan import FLOWS, place

_KM_PER_DEG = 111.195
_KWH_PER_KM, _CAPACITY_KWH = 1.6, 282.0
_LOW_PERCENT, _SWAPPED_PERCENT, _SWAP_S = 20.0, 97.0, 300.0


@dataclass
class Drive:
    """Where a truck is on its way to and fro, and what charge it has left."""

    chance: Random
    at_s: float = 0.0
    swap_until_s: float = 0.0

    def __post_init__(self) -> None:
        flow = self.chance.choice(FLOWS)
        ends = place(flow.origin), place(flow.destination)
        (self.a_deg, self.b_deg) = ((end.latitude_deg, end.longitude_deg) for end in ends)
        north = (self.b_deg[0] - self.a_deg[0]) * _KM_PER_DEG
        east = (self.b_deg[1] - self.a_deg[1]) * _KM_PER_DEG * cos(radians(self.a_deg[0]))
        self.way_km = max(1.0, hypot(north, east))
        self.driven_km = self.chance.uniform(0.0, 2 * self.way_km)
        self.odometer_km = self.chance.uniform(1_000.0, 300_000.0)
        self.soc_percent = self.chance.uniform(25.0, 95.0)
        self.speed_kmh = 0.0

    def move(self, to_s: float) -> None:
        """Drive on until `to_s`; a truck that is low stands for five minutes and has new packs."""
        hours, self.at_s = (to_s - self.at_s) / 3_600, to_s
        if to_s < self.swap_until_s:
            return
        if self.soc_percent < _LOW_PERCENT:
            if self.speed_kmh:
                self.speed_kmh, self.swap_until_s = 0.0, to_s + _SWAP_S
                return
            self.soc_percent = _SWAPPED_PERCENT
        self.speed_kmh = min(85.0, max(5.0, self.speed_kmh + self.chance.gauss(3.0, 8.0)))
        km = self.speed_kmh * hours
        self.driven_km += km
        self.odometer_km += km
        self.soc_percent -= 100.0 * km * _KWH_PER_KM / _CAPACITY_KWH

    def measured(self) -> dict[str, Any]:
        """Return the fields of a report but for its number and time."""
        share = self.driven_km / self.way_km % 2.0
        share = share if share <= 1.0 else 2.0 - share
        latitude, longitude = (
            a + (b - a) * share for a, b in zip(self.a_deg, self.b_deg, strict=True)
        )
        return {
            "latitude_deg": round(latitude, 6),
            "longitude_deg": round(longitude, 6),
            "speed_kmh": round(self.speed_kmh, 1),
            "soc_percent": round(max(0.0, self.soc_percent), 2),
            "odometer_km": round(self.odometer_km, 2),
            "pack_temperature_c": round(20.0 + self.speed_kmh / 6.0, 1),
            "cell_spread_mv": self.chance.randint(5, 60),
            "insulation_kohm": self.chance.randint(900, 9_000),
        }
