"""The stations of the day: lanes, packs and the power each slot has, from the casting."""

from dataclasses import dataclass

from dispatch.planning.charging import CHARGE_EFFICIENCY
from dispatch.simulation.casting import PACK_KINDS, cast_stations
from dispatch.simulation.day.params import MINUTE_S, DayParams
from dispatch.simulation.roster import Position


@dataclass(frozen=True, slots=True)
class Site:
    """A station: `packs` are what its packs hold when the day begins, by kind, in Wh."""

    code: str
    position: Position
    lanes: int
    swap_s: int
    charge_w: int
    packs: dict[str, tuple[int, ...]]


def full_wh(kind: str, params: DayParams) -> int:
    """Return what a charged pack of a kind is handed out with."""
    capacity_wh = next(pack.capacity_wh for pack in PACK_KINDS if pack.code == kind)
    return int(capacity_wh * params.full_percent / 100.0)


def day_sites(params: DayParams) -> tuple[Site, ...]:
    """Take the stations from the casting; every slot has its share of the transformer."""
    sites = []
    for part in cast_stations(params.stations, seed=params.seed):
        packs: dict[str, list[int]] = {}
        for slot in part.slots:
            if slot.is_filled:
                charged = slot.kind.capacity_wh * min(slot.soc_percent, params.full_percent) / 100.0
                packs.setdefault(slot.kind.code, []).append(int(charged))
        share_kw = min(part.site.slot_power_kw, part.site.power_limit_kw // part.site.slots)
        sites.append(
            Site(
                code=part.site.code,
                position=(part.site.latitude_deg, part.site.longitude_deg),
                lanes=part.site.lanes,
                swap_s=-(-part.swap_s // MINUTE_S) * MINUTE_S,
                charge_w=int(share_kw * 1_000 * CHARGE_EFFICIENCY),
                packs={kind: tuple(held) for kind, held in packs.items()},
            )
        )
    return tuple(sites)


def charge_s(missing_wh: int, charge_w: int) -> int:
    """Return how long a pack charges, in whole minutes."""
    return -(-max(0, missing_wh) * 3_600 // (charge_w * MINUTE_S)) * MINUTE_S
