"""The figures of a period, a day, a truck or a station, and what follows from them."""

from dataclasses import dataclass, field, fields

LEVELS = ("sharp", "peak", "flat", "valley", "deep_valley", "")
"""Tariff levels from dear to cheap; "" where no tariff is in force."""


@dataclass(slots=True)
class Energy:
    """What was charged in a tariff level; what has no price is in no cost."""

    energy_wh: float = 0.0
    cost_cny: float = 0.0

    @property
    def energy_kwh(self) -> float:
        """Return the energy in kWh."""
        return self.energy_wh / 1000


@dataclass(slots=True)
class Figures:
    """What happened; None where a figure does not exist because nothing was measured."""

    swaps: int = 0
    waits: int = 0
    waits_s: float = 0.0
    wait_p50_s: float | None = None
    wait_p90_s: float | None = None
    wait_longest_s: float | None = None
    declined: int = 0
    expired: int = 0
    broken_off: int = 0
    kept: int = 0
    missed: int = 0
    withdrawn: int = 0
    distance_km: float = 0.0
    used_kwh: float = 0.0
    strandings: int = 0
    alarms: int = 0
    stock_outs: int = 0
    stock_out_s: float = 0.0
    charged: dict[str, Energy] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing happened at all."""
        return not self.charged_kwh and not any(
            getattr(self, one.name) for one in fields(self) if one.name != "charged"
        )

    @property
    def wait_mean_s(self) -> float | None:
        """Return the mean wait, in s."""
        return self.waits_s / self.waits if self.waits else None

    @property
    def kept_percent(self) -> float | None:
        """Return how many promises of those kept or missed were kept, in percent."""
        judged = self.kept + self.missed
        return 100 * self.kept / judged if judged else None

    @property
    def kwh_per_km(self) -> float | None:
        """Return the consumption, in kWh/km."""
        return self.used_kwh / self.distance_km if self.distance_km > 0 else None

    @property
    def charged_kwh(self) -> float:
        """Return the energy of all tariff levels, in kWh."""
        return sum(one.energy_kwh for one in self.charged.values())

    @property
    def cost_cny(self) -> float | None:
        """Return what the energy cost, in CNY; None where no tariff was in force for any of it."""
        priced = [one.cost_cny for level, one in self.charged.items() if level or one.cost_cny]
        return sum(priced) if priced else None
