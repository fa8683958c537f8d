"""What a day is made of: how many, how long, how much is left to chance."""

from dataclasses import dataclass, field

MINUTE_S = 60
"""Times of the day's world are whole minutes before chance touches them, so that a bound on a
grid of minutes rounds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How the day differs from what is expected of it.

    `pace_sd` spreads each drive's time (0.15: arrival times are 15 % uncertain), energy is spread
    by truck and by drive, drivers refuse `refused_share` of the stations they are promised, and
    lanes fail. With all of them zero the day is as expected.
    """

    pace_sd: float = 0.15
    dwell_spread: float = 0.10
    energy_sd: float = 0.05
    truck_energy_sd: float = 0.03
    refused_share: float = 0.10
    lane_faults_per_h: float = 0.05
    repair_s: tuple[int, int] = (600, 2_400)


AS_EXPECTED = Chances(
    pace_sd=0.0,
    dwell_spread=0.0,
    energy_sd=0.0,
    truck_energy_sd=0.0,
    refused_share=0.0,
    lane_faults_per_h=0.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayParams:
    """A day in Tangshan.

    Shifts begin within `hours`, `peak_share` of them about 07:00 and 19:00, and last between
    `shift_h`; a truck goes to and fro until its shift is over. A need is told to the policy
    `notice_s` (and the time between two decisions, for an answer) before the truck comes to the
    last point from which it reaches a station. Other `charges` than 0 make what the day may be like
    to who knows its orders alone: the same shifts, begun with other charges.
    """

    seed: int = 1
    charges: int = 0
    trucks: int = 1_000
    stations: int = 23
    hours: int = 24
    shift_h: tuple[float, float] = (5.0, 9.0)
    peak_share: float = 0.3
    notice_s: int = 3_600
    decide_every_s: int = 150
    chances: Chances = field(default_factory=Chances)
    reserve_percent: float = 15.0
    full_percent: float = 95.0
    margin_percent: float = 10.0
    temperature_c: float = 4.0
    tow_s: int = 5_400
    towed_percent: float = 30.0


LOADS: dict[str, tuple[tuple[float, float], float]] = {
    "moderate": ((5.0, 8.0), 0.3),
    "overload": ((7.0, 10.0), 0.4),
}
"""Length of shifts and share of those that begin at the two peaks, by the name of the load."""
