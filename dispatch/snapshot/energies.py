"""What drives take: expected energy by what each truck has taught, and how far it may be off."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, hypot
from typing import TYPE_CHECKING

import numpy as np

from dispatch.planning.consumption import Burden, drive_parts_wh
from dispatch.planning.learning import P90, Learnt, predict_each_wh
from dispatch.selectors.consumption import vehicle_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dispatch.planning.travel import Travel
    from dispatch.snapshot.routes import Drive


@dataclass(frozen=True, slots=True)
class EnergyNeed:
    """Energy of a drive: its mean, the spread all drives of the truck share, and its own."""

    mean_wh: float = 0.0
    shared_sd_wh: float = 0.0
    own_sd_wh: float = 0.0

    @property
    def sd_wh(self) -> float:
        """Both spreads together."""
        return hypot(self.shared_sd_wh, self.own_sd_wh)

    @property
    def p90_wh(self) -> int:
        """What nine drives of ten stay below, rounded up: what is planned with."""
        return ceil(self.mean_wh + P90 * self.sd_wh - 1e-6)


NOTHING = EnergyNeed()


def together(needs: Iterable[EnergyNeed]) -> EnergyNeed:
    """Return the need of drives of one truck one after another.

    The shared spreads add up, of the own ones the squares.
    """
    rows = list(needs)
    return EnergyNeed(
        sum(need.mean_wh for need in rows),
        sum(need.shared_sd_wh for need in rows),
        sum(need.own_sd_wh**2 for need in rows) ** 0.5,
    )


def energies_of(group: Sequence[Drive], way: Travel) -> list[EnergyNeed]:
    """Return what drives of trucks of one model take, in the order given."""
    model = group[0].model
    mass_kg = np.array([drive.mass_kg for drive in group])
    curb_kg = np.minimum(mass_kg, model.curb_mass_kg)
    whole_c = np.rint([drive.temperature_c for drive in group])
    which, trucks = _trucks(group)
    figures = np.zeros((3, len(group)))
    for temperature_c in np.unique(whole_c):
        rows = whole_c == temperature_c
        burden = Burden(
            curb_kg=curb_kg[rows],
            load_kg=(mass_kg - curb_kg)[rows],
            temperature_c=float(temperature_c),
        )
        parts_wh = drive_parts_wh(
            vehicle_of(model),
            burden,
            distance_m=way.distance_m[rows],
            travel_s=way.travel_s[rows],
        )
        figures[:, rows] = predict_each_wh(trucks, which[rows], parts_wh)
    return [EnergyNeed(*(float(figure) for figure in row)) for row in figures.T]


def _trucks(
    group: Sequence[Drive],
) -> tuple[NDArray[np.intp], list[Learnt]]:
    """Return what is known of each truck once, and whose each drive is."""
    places: dict[int, int] = {}
    trucks: list[Learnt] = []
    which = np.zeros(len(group), dtype=np.intp)
    for index, drive in enumerate(group):
        if id(drive.known) not in places:
            places[id(drive.known)] = len(trucks)
            trucks.append(drive.known)
        which[index] = places[id(drive.known)]
    return which, trucks
