"""What a swap takes from others, by station and time: the prices of the relaxed problem."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolls:
    """Seconds to add to the cost of a swap for the lane time and the packs it keeps from others.

    `lanes[station][slot]` is for a start in that slot; a set out from slot `a` to slot `b` costs
    `stock[station, type][a] - stock[station, type][b]` for each pack.
    """

    slot_s: int
    lanes: dict[str, list[float]]
    stock: dict[tuple[str, str], list[float]]

    def toll_s(self, station: str, kind: str, packs: int, start_s: int, back_s: int) -> float:
        """Give the toll of one swap, zero or more."""
        held = self.stock[station, kind]
        last = len(held) - 1
        kept = held[start_s // self.slot_s] - held[min(last, back_s // self.slot_s)]
        return self.lanes[station][start_s // self.slot_s] + packs * kept
