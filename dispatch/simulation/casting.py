"""Who plays in a scenario: flows, trucks, packs and charges drawn for Tangshan; nothing stored yet.

Masses are those of tractor and trailer together with the packs; a loaded combination stays below
49 t. The 282 kWh pack and the 171 kWh chassis module (one to three a truck) are the sizes of the
trade; makers and models are made up.
"""

from dataclasses import dataclass

import numpy as np

from dispatch.simulation.leg import road_m, road_s
from dispatch.simulation.reachable import is_workable
from dispatch.simulation.roster import Position
from dispatch.simulation.tangshan import FLOWS, PLACES, Flow, StationSite, station_sites

GROSS_MASS_KG = 49_000
MODULE_SLOTS = {16: 7, 10: 4}
"""How many slots of a station of this size hold chassis modules; the smallest have none."""
FULL_PERCENT = 95.0
LOW_EVERY = 5
_PROGRESSES = [0.02 * step for step in range(1, 48)]
POSITIONS: dict[str, Position] = {
    place.code: (place.latitude_deg, place.longitude_deg) for place in PLACES
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackKind:
    """A pack type."""

    code: str
    name: str
    capacity_wh: int
    mass_kg: int
    max_charge_kw: int
    spec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckKind:
    """A truck model; `weight` is its part of the fleet where it can do the work."""

    maker: str
    name: str
    pack: PackKind
    pack_positions: int
    curb_mass_kg: int
    weight: float

    @property
    def capacity_wh(self) -> int:
        """Energy of all packs when full."""
        return self.pack.capacity_wh * self.pack_positions


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckPart:
    """A truck's part: its model, its work, where it begins and with what charge."""

    kind: TruckKind
    flow: Flow
    load_kg: int
    dwell_s: int
    soc_percent: float
    progress: float
    ready_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPart:
    """A slot's part: which pack it begins with, and how full."""

    kind: PackKind
    is_filled: bool
    soc_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPart:
    """A station's part."""

    site: StationSite
    swap_s: int
    slots: list[SlotPart]


LFP_282 = PackKind(
    code="lfp-282",
    name="LFP 282 kWh",
    capacity_wh=282_000,
    mass_kg=2_900,
    max_charge_kw=280,
    spec="28",
)
MODULE_171 = PackKind(
    code="module-171",
    name="Chassis module 171 kWh",
    capacity_wh=171_000,
    mass_kg=1_250,
    max_charge_kw=170,
    spec="17",
)
PACK_KINDS = (LFP_282, MODULE_171)
TRUCK_KINDS = (
    TruckKind(
        maker="Luanhe",
        name="T6 282",
        pack=LFP_282,
        pack_positions=1,
        curb_mass_kg=17_800,
        weight=0.75,
    ),
    TruckKind(
        maker="Yanshan",
        name="Q2 342",
        pack=MODULE_171,
        pack_positions=2,
        curb_mass_kg=17_900,
        weight=0.17,
    ),
    TruckKind(
        maker="Yanshan",
        name="Q3 513",
        pack=MODULE_171,
        pack_positions=3,
        curb_mass_kg=19_200,
        weight=0.08,
    ),
)


def cast_stations(count: int, *, seed: int) -> list[StationPart]:
    """Fill the slots of the most important sites: the larger ones hold both kinds of pack."""
    chance = np.random.default_rng([seed, 1])
    return [_station(site, chance) for site in station_sites(count)]


def _station(site: StationSite, chance: np.random.Generator) -> StationPart:
    modules = MODULE_SLOTS.get(site.slots, 0)
    slots = []
    for index in range(site.slots):
        kind = MODULE_171 if index < modules else LFP_282
        is_full = chance.random() < 0.75
        soc = FULL_PERCENT + chance.uniform(0.2, 1.5) if is_full else chance.uniform(35.0, 90.0)
        is_filled = index not in {0, site.slots - 1}  # one of each kind is empty
        slots.append(SlotPart(kind=kind, is_filled=is_filled, soc_percent=round(float(soc), 1)))
    return StationPart(site=site, swap_s=int(chance.choice([240, 300, 300, 330])), slots=slots)


def cast_trucks(count: int, *, stations: list[StationPart], seed: int) -> list[TruckPart]:
    """Draw trucks and their work; no truck gets work the stations cannot keep it going at.

    One truck in five begins low where its way comes nearest to a station, so that there is
    something to promise from the first minute; the others begin anywhere on their way.
    """
    chance = np.random.default_rng([seed, 2])
    work = _work([part.site for part in stations])
    weights = np.array([weight for _, _, weight in work])
    drawn = chance.choice(len(work), size=count, p=weights / weights.sum())
    sites = [part.site for part in stations]
    return [
        _truck(kind, flow, _swap_sites(kind.pack, sites), number, chance)
        for number, (kind, flow, _) in enumerate(work[index] for index in drawn)
    ]


def _work(sites: list[StationSite]) -> list[tuple[TruckKind, Flow, float]]:
    """Pair models with the flows they can serve, weighted by both."""
    pairs = []
    for kind in TRUCK_KINDS:
        for flow in FLOWS:
            load_kg = _load_kg(kind, flow)
            if is_workable(
                origin=POSITIONS[flow.origin],
                destination=POSITIONS[flow.destination],
                stations=_swap_sites(kind.pack, sites),
                capacity_wh=kind.capacity_wh,
                empty_kg=kind.curb_mass_kg,
                loaded_kg=kind.curb_mass_kg + load_kg,
            ):
                pairs.append((kind, flow, kind.weight * flow.share))
    if not pairs:
        raise ValueError("these stations keep no truck going")
    return pairs


def _swap_sites(pack: PackKind, sites: list[StationSite]) -> list[Position]:
    """Return where packs of this kind are kept."""
    return [
        (site.latitude_deg, site.longitude_deg)
        for site in sites
        if pack is LFP_282 or site.slots in MODULE_SLOTS
    ]


def _load_kg(kind: TruckKind, flow: Flow) -> int:
    return min(flow.load_t * 1_000, GROSS_MASS_KG - kind.curb_mass_kg)


def _truck(
    kind: TruckKind,
    flow: Flow,
    sites: list[Position],
    number: int,
    chance: np.random.Generator,
) -> TruckPart:
    is_low = number % LOW_EVERY == 0
    progress = float(chance.uniform(0.05, 0.9)) if number % 3 else 0.0
    if is_low:
        progress = min(_PROGRESSES, key=lambda share: _nearest_m(_on_the_way(flow, share), sites))
    here = _on_the_way(flow, progress)
    near_wh = _nearest_m(here, sites) * 2.1
    least = 100.0 * near_wh / kind.capacity_wh + 18.0
    soc = least + chance.uniform(2.0, 8.0) if is_low else chance.uniform(max(35.0, least), 95.0)
    dwell_s = int(chance.choice([1_200, 1_500, 1_800]))
    return TruckPart(
        kind=kind,
        flow=flow,
        load_kg=_load_kg(kind, flow),
        dwell_s=dwell_s,
        soc_percent=round(float(min(soc, 96.0)), 1),
        progress=round(progress, 4),
        ready_in_s=0.0 if progress else float(chance.uniform(30.0, dwell_s)),
    )


def _on_the_way(flow: Flow, share: float) -> Position:
    start, end = POSITIONS[flow.origin], POSITIONS[flow.destination]
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _nearest_m(here: Position, sites: list[Position]) -> float:
    return min(road_m(here, site) for site in sites)


def travelled_s(part: TruckPart) -> float:
    """Return how long ago a truck under way set out."""
    way_s = road_s(POSITIONS[part.flow.origin], POSITIONS[part.flow.destination], is_loaded=True)
    return way_s * part.progress
