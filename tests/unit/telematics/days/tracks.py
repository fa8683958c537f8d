"""Planted days: trucks that drive, stand, swap and go dark as a script says."""

from dataclasses import replace

from telematics.services.days.derive import Slice
from telematics.services.days.track import Fix

DAY_S = 86_400.0
START_S = 1_795_190_400.0  # 2026-11-21 00:00 in Shanghai
DAY = Slice(START_S, START_S + DAY_S, START_S + 2 * DAY_S)
KM_PER_DEG = 111.195


class Script:
    """A truck driven by a script; it reports every `every_s` seconds and counts up."""

    def __init__(self, *, start_s: float = START_S, every_s: float = 30.0, soc: float = 80.0):
        self.every_s = every_s
        self.fixes: list[Fix] = []
        self.at_s, self.seq, self.boot_no, self.packs = start_s, 1, 1, 1
        self.latitude_deg, self.odometer_km, self.soc = 39.0, 1000.0, soc
        self._say(0.0)

    def _say(self, speed_kmh: float) -> None:
        self.fixes.append(
            Fix(
                self.at_s,
                self.seq,
                self.boot_no,
                self.packs,
                self.latitude_deg,
                118.0,
                round(self.odometer_km, 2),
                speed_kmh,
                round(self.soc, 2),
            )
        )

    def drive(self, minutes: float, kmh: float = 60.0, *, is_told: bool = True) -> "Script":
        """Drive north, 1.5 % for a kilometre; untold, the unit counts and nobody hears."""
        for _ in range(round(minutes * 60 / self.every_s)):
            km = kmh * self.every_s / 3600
            self.latitude_deg += km / KM_PER_DEG
            self.odometer_km += km
            self.soc -= 1.5 * km / 10
            self._next(kmh, is_told=is_told)
        return self

    def stand(self, minutes: float, *, charge: float = 0.0, is_told: bool = True) -> "Script":
        """Stand, and rise by so many percent on the way."""
        count = round(minutes * 60 / self.every_s)
        for _ in range(count):
            self.soc += charge / count
            self._next(0.0, is_told=is_told)
        return self

    def swap(self, to_percent: float = 95.0) -> "Script":
        """Stand five minutes, and have other packs in the third."""
        self.stand(2.5)
        self.packs += 1
        self.soc = to_percent
        return self.stand(2.5)

    def off(self, minutes: float) -> "Script":
        """Switch the unit off: it neither speaks nor counts, and starts anew."""
        self.at_s += minutes * 60 - self.every_s
        self.boot_no += 1
        self.seq = 0
        self._next(0.0)
        return self

    def _next(self, kmh: float, *, is_told: bool = True) -> None:
        self.at_s += self.every_s
        self.seq += 1
        if is_told:
            self._say(kmh)


def shifted(fixes: list[Fix], *, by_s: float) -> list[Fix]:
    """Return reports as if all had been later."""
    return [replace(fix, at_s=fix.at_s + by_s) for fix in fixes]
