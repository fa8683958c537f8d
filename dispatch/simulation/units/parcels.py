"""The requests of one unit in the order it sends them, byte for byte the same for one seed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any, Literal

from dispatch.simulation.messages import wire_time
from dispatch.simulation.units.drive import Drive
from dispatch.simulation.units.habits import Habits

BACKFILL_MOST = 500

type Cut = Literal["", "request", "answer"]
type Held = tuple[float, int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One request: when it is due after the run began, its body, how many reports, where it is cut.

    A parcel that is cut comes again whole; `is_again` says that it was sent before.
    """

    due_s: float
    body: bytes
    reports: int
    cut: Cut = ""
    is_again: bool = False


def parcels_of(habits: Habits, number: int, *, begins_at_s: float) -> Iterator[Parcel]:
    """Yield what unit `number` sends; times are those of a run that begins at `begins_at_s`."""
    chance = Random(f"{habits.seed} {number} parcels")  # noqa: S311  chance, no secret
    for due_s, reports in _loads(habits, number, begins_at_s=begins_at_s):
        body = json.dumps(reports if len(reports) > 1 else reports[0], separators=(",", ":"))
        parcel = Parcel(due_s, body.encode(), len(reports))
        again = Parcel(due_s, parcel.body, parcel.reports, is_again=True)
        is_cut, is_doubled = chance.random() < habits.cut, chance.random() < habits.duplicate
        where: Cut = "request" if chance.random() < 0.5 else "answer"
        if is_cut:
            yield Parcel(due_s, parcel.body, parcel.reports, cut=where)
        yield again if is_cut else parcel
        if is_doubled:
            yield again


def _loads(
    habits: Habits, number: int, *, begins_at_s: float
) -> Iterator[tuple[float, list[dict[str, Any]]]]:
    """Yield when what is sent together is due, late and piled up as it may be."""
    held: list[Held] = []
    live: list[Held] = []
    for due_s, seq, report in _measured(habits, number, begins_at_s=begins_at_s):
        now_s = report.pop("at_s")
        while held and held[0][0] <= now_s:
            yield held[0][0], _together(held)
        if due_s > now_s:
            heappush(held, (due_s, seq, report))
            continue
        live.append((due_s, seq, report))
        if len(live) >= habits.batch:
            yield due_s, [report for *_, report in live]
            live = []
    if live:
        yield live[-1][0], [report for *_, report in live]
    while held:
        yield held[0][0], _together(held)


def _together(held: list[Held]) -> list[dict[str, Any]]:
    """Take out what is due first, and all that is due with it."""
    due_s, _, first = heappop(held)
    taken = [first]
    while held and held[0][0] == due_s and len(taken) < BACKFILL_MOST:
        taken.append(heappop(held)[2])
    return taken


def _measured(habits: Habits, number: int, *, begins_at_s: float) -> Iterator[Held]:
    """Yield when each report may be sent, its number and its fields with `at_s` of measuring."""
    chance = Random(f"{habits.seed} {number}")  # noqa: S311  chance, no secret
    drive = Drive(chance)
    boot_id = f"{chance.getrandbits(64):016x}"
    skew_s = chance.uniform(-habits.skew_s, habits.skew_s)
    phase_s = chance.uniform(0.0, habits.every_s)
    offline_until_s = 0.0
    for seq in range(int(habits.seconds / habits.every_s)):
        at_s = phase_s + seq * habits.every_s
        drive.move(at_s)
        goes = habits.offline * habits.every_s / (habits.offline_s * max(1e-9, 1 - habits.offline))
        if chance.random() < goes and at_s >= offline_until_s:
            offline_until_s = at_s + chance.uniform(0.5, 1.5) * habits.offline_s
        is_late, late = chance.random() < habits.reorder, chance.randint(1, 3)
        is_dropped = chance.random() < habits.drop
        due_s = max(at_s + late * habits.every_s * is_late, min(offline_until_s, habits.seconds))
        stamp = wire_time(begins_at_s + at_s + skew_s)
        report = {"recorded_at": stamp, "seq": seq, "boot_id": boot_id, **drive.measured()}
        if not is_dropped:
            yield due_s, seq, {"at_s": at_s, **report}
