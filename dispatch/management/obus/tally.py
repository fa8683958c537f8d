"""What the units sent and were answered, counted; a line meanwhile and a table in the end."""

from collections import Counter
from dataclasses import dataclass, field

GOOD = {"stored", "late", "duplicate", "odd"}


@dataclass(slots=True)
class Tally:
    """Counts of one run; `seconds` has the time of each request that was answered 200."""

    sent: int = 0
    requests: int = 0
    cut: int = 0
    lost: int = 0
    given_up: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every report got a good verdict, and nothing failed but by overload."""
        failed = sum(count for name, count in self.statuses.items() if name[:3] not in _EXPECTED)
        return not (self.given_up or failed or self.verdicts["refused"])

    def line(self, took_s: float) -> str:
        """Return how it goes, in a line."""
        waits = sum(count for name, count in self.statuses.items() if name[:3] in {"429", "503"})
        return (
            f"{took_s:5.0f} s: {self.sent} reports sent, {self.verdicts.total()} answered,"
            f" {self.requests} requests, {waits} told to wait, {self.cut} cut, {self.lost} lost"
        )

    def table(self, took_s: float) -> str:
        """Return everything, a line each."""
        rows: list[tuple[str, str]] = [
            ("reports sent", f"{self.sent}"),
            (
                "requests",
                f"{self.requests} in {took_s:.1f} s, {self.requests / took_s:.0f} a second",
            ),
            *((word, f"{self.verdicts[word]}") for word in ("stored", "late", "duplicate", "odd")),
            ("refused", _named(self.refused) or "0"),
            ("connections cut", f"{self.cut}"),
            ("answers lost", f"{self.lost}"),
            ("given up", f"{self.given_up}"),
            ("answered otherwise", _named(self.statuses) or "none"),
            ("latency, ms", _spread(self.seconds)),
        ]
        return "\n".join(f"{name:<20}{value}" for name, value in rows)


_EXPECTED = {"429", "503"}


def _named(counts: Counter[str]) -> str:
    return ", ".join(f"{count} x {name}" for name, count in counts.most_common())


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "no answer"
    ordered = sorted(seconds)

    def at(share: float) -> str:
        return f"{1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.1f}"

    return f"p50 {at(0.5)}, p95 {at(0.95)}, p99 {at(0.99)}, most {1_000 * ordered[-1]:.1f}"
