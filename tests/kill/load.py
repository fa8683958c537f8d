"""What trucks send in a run: seeded reports, shuffled and partly sent twice, in requests."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

BOOTS = 2
STEP_MS = 10_000
CAPACITY_WH = 282_000
RESENT_SHARE = 0.2
SHUFFLED_OVER = 300  # reports of a truck that may change places
SIZES = (1, 1, 2, 5, 20, 20, 50, 100)

type Report = tuple[int, str, int, int, int]  # ms since 1970, boot, seq, SoC 0.01 %, odometer 10 m


@dataclass(frozen=True, slots=True)
class Request:
    """Reports of one truck that travel together."""

    truck_id: int
    key: str
    reports: tuple[Report, ...]

    def body(self) -> bytes:
        """Return the reports as JSON; a single one is sent bare."""
        items = [_in_json(report) for report in self.reports]
        return msgspec.json.encode(items[0] if len(items) == 1 else items)


def drive(rng: random.Random, *, count: int, until: datetime) -> list[Report]:
    """Return the reports of one truck in the order they were made, the last just before `until`.

    Charge falls and rises from report to report, as driving and braking make it, so that energy
    summed over the falls comes out wrong when any one report is missing.
    """
    boots = [f"{rng.getrandbits(64):016x}" for _ in range(BOOTS)]
    at_ms = int(until.timestamp() * 1000) - count * STEP_MS
    soc, odometer = 9_000, rng.randrange(1_000_000)
    reports = []
    for n in range(count):
        boot, number = divmod(n, -(-count // BOOTS))
        jitter_ms = rng.randrange(STEP_MS // 2)
        reports.append((at_ms + n * STEP_MS + jitter_ms, boots[boot], number + 1, soc, odometer))
        odometer += rng.randrange(1, 25)
        soc += rng.randrange(-9, 6)
        soc = 9_500 if soc < 1_500 else min(soc, 10_000)
    return reports


def requests(
    keys: dict[int, str], *, count: int, seed: int, until: datetime
) -> Iterator[tuple[float, Request]]:
    """Yield every request of a run with the place where it stands in it.

    Reports are shuffled within and across requests; a fifth of them are in a second request.
    """
    rng = random.Random(seed)  # noqa: S311 -- the same every time is the point
    share, more = divmod(count, len(keys))
    for k, (truck_id, key) in enumerate(sorted(keys.items())):
        reports = _sent(rng, drive(rng, count=share + (k < more), until=until))
        start = 0
        while start < len(reports):
            size = rng.choice(SIZES)
            place = start / len(reports) + rng.gauss(0, SHUFFLED_OVER / len(reports))
            yield place, Request(truck_id, key, tuple(reports[start : start + size]))
            start += size


def _sent(rng: random.Random, reports: list[Report]) -> list[Report]:
    """Return reports in the order they are sent, some twice."""
    places = [(n + rng.uniform(0, SHUFFLED_OVER), report) for n, report in enumerate(reports)]
    again = [
        (place + rng.uniform(0, 2 * SHUFFLED_OVER), report)
        for place, report in places
        if rng.random() < RESENT_SHARE
    ]
    return [report for _, report in sorted(places + again)]


def _in_json(report: Report) -> dict[str, object]:
    at_ms, boot, seq, soc, odometer = report
    at = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)
    return {
        "recorded_at": at,
        "seq": seq,
        "boot_id": boot,
        "latitude_deg": 39 + odometer % 1_000_000 / 1e7,
        "longitude_deg": 118.5,
        "speed_kmh": 40 + seq % 300 / 10,
        "soc_percent": soc / 100,
        "odometer_km": odometer / 100,
        "heading_deg": 90.0,
        "pack_temperature_c": 20 + seq % 100 / 10,
        "pack_codes": ["TSTPB01A000000G3A0000001"],
    }
