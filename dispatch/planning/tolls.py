"""What a swap takes from others, by station and time: the prices of the relaxed problem."""

import json
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
        held = self.stock.get((station, kind))
        if held is None:
            return self.lanes[station][start_s // self.slot_s]
        last = len(held) - 1
        kept = held[start_s // self.slot_s] - held[min(last, back_s // self.slot_s)]
        return self.lanes[station][start_s // self.slot_s] + packs * kept

    def to_json(self) -> str:
        """Write the tolls on one line."""
        stock = [[*pool, held] for pool, held in self.stock.items()]
        return json.dumps({"slot_s": self.slot_s, "lanes": self.lanes, "stock": stock})

    @classmethod
    def from_json(cls, line: bytes | str) -> "Tolls":
        """Read what :meth:`to_json` wrote."""
        body = json.loads(line)
        stock = {(station, kind): held for station, kind, held in body["stock"]}
        return cls(body["slot_s"], body["lanes"], stock)
