"""A day of a few trucks as their units told it, and the ways it may come in: in time, or late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from telematics.ingest.decode import Report
from tests.builders import NOW
from tests.keeping import said

EVERY = timedelta(seconds=300)
STEPS = 288
START = NOW - timedelta(days=2)
START = START.replace(hour=0, minute=0)
HOLE = (100, 172)  # six hours
TOLD = HOLE[1] + 24
CHARGED = {75, HOLE[0] + 45}  # a report a minute later claims a fifth more charge on the way

type Arrival = tuple[datetime, list[Report]]
"""When a request came, and what it brought."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One truck's reports of 24 hours, in order; `numbers` seeds all that is random in it."""

    number: int
    reports: list[Report] = field(default_factory=list)

    @classmethod
    def make(cls, number: int) -> "Trace":
        """Let a truck drive, stand, swap, run hot, jump and charge on the way."""
        random = Random(number)  # noqa: S311  a seeded world
        trace = cls(number)
        latitude_deg, soc_percent, packs = 39.0 + number, 90.0, "A"
        for step in range(STEPS):
            is_driving = step % 24 < 18
            speed_kmh = float(random.randint(300, 800)) / 10 if is_driving else 0.0
            latitude_deg = round(latitude_deg + (speed_kmh * 0.0007), 5)
            soc_percent = round(soc_percent - speed_kmh * 0.02, 2)
            if soc_percent < 30 and not is_driving:
                soc_percent, packs = 95.0, "B" if packs == "A" else "A"
            values: dict[str, Any] = {
                "latitude_deg": latitude_deg,
                "longitude_deg": 118.5,
                "speed_kmh": speed_kmh,
                "soc_percent": max(soc_percent, 25.0),
                "pack_codes": [f"{packs}{number}"],
                "pack_temperature_c": float(random.randint(200, 350)) / 10,
                "insulation_kohm": None if step % 5 else 2000.0,
                "odometer_km": round(1000 + step * 1.37, 2),
            }
            values |= oddities(number, step, values)
            trace.add(START + step * EVERY, values)
            if step in CHARGED:
                more = {"speed_kmh": 40.0, "soc_percent": min(100.0, values["soc_percent"] + 20)}
                trace.add(START + step * EVERY + timedelta(seconds=60), {**values, **more})
        return trace

    def add(self, at: datetime, values: dict[str, Any]) -> None:
        """Let the unit measure once more."""
        self.reports.append(said(at, len(self.reports), **values))


def oddities(number: int, step: int, values: dict[str, Any]) -> dict[str, Any]:
    """Return what is out of the way at a step: some of it in the hole, some before and after."""
    hot = {"pack_temperature_c": 61.5}
    if 40 <= step < 44 or HOLE[0] + 30 <= step < HOLE[0] + 35 + number:
        return hot
    if step in {HOLE[0] + 35 + number, 44}:
        return {"pack_temperature_c": 58.0}  # between clearing and threshold: it holds
    if HOLE[0] - 4 <= step < HOLE[0] + 3:
        return {"pack_temperature_c": 56.0}  # begins in time, ends in the hole
    if step in {60, HOLE[0] + 20, HOLE[1] - 1}:
        return {"latitude_deg": values["latitude_deg"] + 0.9}  # a jump and back
    if step in {80, HOLE[0] + 50}:
        return {"latitude_deg": 0.0, "longitude_deg": 0.0}
    return {}


def in_time(trace: Trace) -> list[Arrival]:
    """Return each report a second after it was measured."""
    return [(report.recorded_at + timedelta(seconds=1), [report]) for report in trace.reports]


def with_a_hole(trace: Trace) -> list[Arrival]:
    """Return a day with six hours told hours later, shuffled, in parcels, some of it twice."""
    random = Random(trace.number + 100)  # noqa: S311  a seeded world
    first, end, told_at = (START + step * EVERY for step in (*HOLE, TOLD))
    live = [report for report in trace.reports if not first <= report.recorded_at < end]
    buffered = [report for report in trace.reports if first <= report.recorded_at < end]
    arrivals = list(jostled(live, random))
    again = random.sample(trace.reports, 60) + random.sample(buffered, 20)
    again = [report for report in again if report.recorded_at < told_at]
    late = random.sample([*buffered, *again], len(buffered) + len(again))
    for n in range(0, len(late), 17):
        arrivals.append((told_at + timedelta(seconds=2 + n), late[n : n + 17]))
    return sorted(arrivals, key=lambda arrival: arrival[0])


def jostled(reports: Sequence[Report], random: Random) -> Iterator[Arrival]:
    """Yield live reports with every fourth a little later than the next, now and then twice."""
    for n, report in enumerate(reports):
        delay = timedelta(seconds=1 if n % 4 else 400)
        yield report.recorded_at + delay, [report]
        if random.random() < 0.1:
            yield report.recorded_at + timedelta(seconds=500), [report]


def all_at_the_end(trace: Trace) -> list[Arrival]:
    """Return a whole day told at its end, shuffled, in parcels, a fifth of it twice."""
    random = Random(trace.number + 200)  # noqa: S311  a seeded world
    sent = [*trace.reports, *random.sample(trace.reports, len(trace.reports) // 5)]
    sent = random.sample(sent, len(sent))
    end = trace.reports[-1].recorded_at + timedelta(hours=1)
    return [(end + timedelta(seconds=n), sent[n : n + 50]) for n in range(0, len(sent), 50)]
