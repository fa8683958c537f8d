"""Minutes lost beyond the fair share, and the priority that pays them back.

Notes
-----
A swap's *loss* is what the others cost the truck: minutes it waited past the moment it could have
been swapped, and minutes of detour beyond the station it would have chosen alone. Its *fair
share* is the mean loss of the trucks that had the same chance: same region, same pack type, the
24 hours up to it. The ledger adds up loss - share; whoever is owed minutes weighs more in the
planner's cost, so that the same minute costs the fleet more there. Balances fade, since a minute
lost a week ago is no reason to keep others waiting today.
"""

from collections.abc import Iterable

HALF_LIFE_H = 24.0
"""After so many hours half of a balance counts."""
FULL_MIN = 10.0
"""Minutes owed for each truck or driver at which the whole bound is given."""


def faded(excess_min: float, *, age_h: float) -> float:
    """Return what is left of an entry of the ledger."""
    return float(excess_min * 0.5 ** (max(0.0, age_h) / HALF_LIFE_H))


def balance_min(entries: Iterable[tuple[float, float]], *, members: int) -> float:
    """Return the minutes owed to each of `members` trucks.

    Parameters
    ----------
    entries
        Pairs of excess in minutes and age in hours.
    """
    owed = sum(faded(excess_min, age_h=age_h) for excess_min, age_h in entries)
    return owed / max(1, members)


def weight_percent(owed_min: float, *, bound_percent: int) -> int:
    """Return the weight of a truck in the planner's cost: 100, `bound_percent` more or less.

    It grows with the minutes owed, up to `FULL_MIN`; a bound of 0 pays nothing back. Never below
    1, so that no truck is planned as if its time cost nothing.
    """
    gain = max(-1.0, min(1.0, owed_min / FULL_MIN))
    return max(1, round(100 + bound_percent * gain))
