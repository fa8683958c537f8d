"""Prices raised step by step until what is overused at them is not any more.

Each price takes its own step: the mean of its overuse over its usual size, times a length common
to all, which shrinks whenever it brings nothing.

References
----------
D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization" (2015), arXiv 1412.6980.
"""

from dispatch.planning.prices import Prices

SHORTER = 0.7
PATIENCE = 8
_MEMORY = 0.9
_LONG_MEMORY = 0.99


class Ascent:
    """Steps from some prices on; `best` is the highest value seen, `best_prices` where it was.

    `length` is how far a price moves in the first steps, in its own unit; `worth_it` the share of
    a value by which the next must be higher for a step to have brought something.
    """

    def __init__(self, prices: Prices, *, length: float, worth_it: float) -> None:
        self.prices = self.best_prices = prices
        self.best = float("-inf")
        self._length = self._first = length
        self._worth_it = worth_it
        self._steps = 0
        self._mean = self._square = prices.nothing()
        self._mark = float("-inf")
        self._stalled = 0

    @property
    def length_left(self) -> float:
        """Return the share of the first length that a step still has."""
        return self._length / self._first

    def step(self, value: float, overuse: Prices) -> None:
        """Move the prices along the overuse there is at them; `value` is the bound there."""
        if value > self.best:
            self.best, self.best_prices = value, self.prices
        self._stalled += 1
        if value > self._mark + self._worth_it * abs(value):
            self._mark, self._stalled = value, 0
        if self._stalled >= PATIENCE:
            self._length *= SHORTER
            self._stalled = 0
        overuse = overuse.pressing_on(self.prices)
        self._steps += 1
        self._mean = overuse.blended(self._mean, _MEMORY)
        self._square = overuse.squared().blended(self._square, _LONG_MEMORY)
        size = self._square.rooted(1 - _LONG_MEMORY**self._steps)
        length = self._length / (1 - _MEMORY**self._steps)
        self.prices = self.prices.stepped(self._mean.over(size), length)
