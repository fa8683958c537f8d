"""What came of the cases: a table an operation a line, and every fault with its request."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FAULTS_SHOWN = 40


@dataclass
class Row:
    """One operation: valid cases, others, and how often each status was answered."""

    valid: int = 0
    other: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


@dataclass
class Tally:
    """All operations; `faults` has one example of each kind of fault."""

    seed: int
    rows: dict[str, Row] = field(default_factory=dict)
    callers: Counter[str] = field(default_factory=Counter)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    faulty: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return sum(row.valid + row.other for row in self.rows.values())

    @property
    def statuses(self) -> Counter[int]:
        return sum((row.statuses for row in self.rows.values()), Counter())

    def count(self, label: str, *, caller: str, is_valid: bool, status: int) -> None:
        row = self.rows.setdefault(label, Row())
        row.valid += is_valid
        row.other += not is_valid
        row.statuses[status] += 1
        self.callers[caller] += 1

    def blame(self, label: str, kind: str, said: str) -> None:
        """Keep a fault; the first of its kind is shown."""
        self.faults.setdefault((label, kind), said)
        self.faulty[label, kind] += 1

    def report(self) -> str:
        """Return the table and the faults, as Markdown."""
        lines = [
            f"# {self.cases} requests, seed {self.seed}: {sum(self.faulty.values())} faults",
            "",
            "| operation | valid | other | statuses |",
            "|---|---:|---:|---|",
        ]
        for label, row in sorted(self.rows.items()):
            lines.append(f"| {label} | {row.valid} | {row.other} | {_said(row.statuses)} |")
        lines += ["", f"Statuses: {_said(self.statuses)}.", f"Callers: {_said(self.callers)}.", ""]
        for (label, kind), said in list(self.faults.items())[:FAULTS_SHOWN]:
            lines += [f"## {self.faulty[label, kind]} x {kind}: {label}", "", said, ""]
        return "\n".join(lines)


def _said(counts: Counter[Any]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
