"""Prices on lane time and charged packs, and how far each is overused at them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prices:
    """What a start costs in each window of a station's lanes, and a pack in each stock and slot."""

    lanes: Floats
    stock: Floats

    def nothing(self) -> "Prices":
        """Give prices of zero for the same things."""
        return Prices(np.zeros_like(self.lanes), np.zeros_like(self.stock))

    def stepped(self, usage: "Prices", length: float) -> "Prices":
        """Raise the prices of what is overused and lower the others, not below zero."""
        return Prices(
            np.maximum(0.0, self.lanes + length * usage.lanes),
            np.maximum(0.0, self.stock + length * usage.stock),
        )

    def blended(self, other: "Prices", share: float) -> "Prices":
        """Mix in a share of another."""
        return Prices(
            (1 - share) * self.lanes + share * other.lanes,
            (1 - share) * self.stock + share * other.stock,
        )

    def pressing_on(self, prices: "Prices") -> "Prices":
        """Leave out what would push a price of zero below zero."""
        return Prices(
            np.where((prices.lanes <= 0) & (self.lanes < 0), 0.0, self.lanes),
            np.where((prices.stock <= 0) & (self.stock < 0), 0.0, self.stock),
        )

    def squared(self) -> "Prices":
        """Square each."""
        return Prices(self.lanes**2, self.stock**2)

    def rooted(self, weight: float) -> "Prices":
        """Take the root of each, once it is divided by a weight."""
        return Prices(np.sqrt(self.lanes / weight), np.sqrt(self.stock / weight))

    def over(self, size: "Prices") -> "Prices":
        """Divide each by a size (a thousandth more, as it may be zero)."""
        return Prices(self.lanes / (size.lanes + 1e-3), self.stock / (size.stock + 1e-3))
