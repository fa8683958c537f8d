"""What became of every report, judged by the history and SQL alone: no code of the service."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from tests.kill.history import read

type Name = tuple[int, str, int]  # truck, boot, sequence number
type Facts = tuple[int, int, int]  # ms since 1970, SoC 0.01 %, odometer 10 m

STORED = """
    SELECT r.truck_id, b.boot_id, r.seq, (extract(epoch FROM r.recorded_at) * 1000)::bigint,
           r.soc_hundredths, r.odometer_10m
      FROM telematics_truckreport r JOIN telematics_boot b ON b.id = r.boot_no
     WHERE r.truck_id = ANY(%s)"""
TOTALS = """
    SELECT truck_id, sum(greatest(0, before - soc))::bigint,
           sum(greatest(0, odometer - was))::bigint
      FROM (SELECT truck_id, soc_hundredths AS soc, odometer_10m AS odometer,
                   lag(soc_hundredths) OVER w AS before, lag(odometer_10m) OVER w AS was
              FROM telematics_truckreport WHERE truck_id = ANY(%s)
            WINDOW w AS (PARTITION BY truck_id ORDER BY recorded_at, seq)) AS steps
     GROUP BY truck_id"""
LIVE = """
    SELECT truck_id, boot_id, seq, (extract(epoch FROM recorded_at) * 1000)::bigint,
           round(soc_percent * 100)::int, round(odometer_km * 100)::int
      FROM telematics_truckstate WHERE truck_id = ANY(%s)"""
BOOTS = """
    SELECT truck_id, boot_id, ARRAY(SELECT ARRAY[lower(run), upper(run) - 1] FROM unnest(seqs) run)
      FROM telematics_boot WHERE truck_id = ANY(%s)"""
DAYS = """
    SELECT truck_id, sum(reports)::int, sum(distance_km)
      FROM telematics_truckday WHERE truck_id = ANY(%s) GROUP BY truck_id"""
KM_OFF = 0.5  # floats, split at midnights
NEW = {"stored", "late"}


@dataclass(slots=True)
class Told:
    """What the history says: reports sent, acknowledged, and how often each was called new."""

    trucks: list[int] = field(default_factory=list)
    capacity_wh: int = 0
    sent: dict[Name, Facts] = field(default_factory=dict)
    acknowledged: set[Name] = field(default_factory=set)
    called_new: dict[Name, int] = field(default_factory=lambda: defaultdict(int))
    ends: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Figures of a run and what is wrong with it; nothing, if it is as promised."""

    sent: int
    acknowledged: int
    stored: int
    lost: int
    twice: int
    mileage_km: float
    energy_kwh: float
    faults: list[str]


def hear(path: Path) -> Told:
    """Read a history."""
    told = Told()
    open_requests: dict[int, list[Name]] = {}
    for line in read(path):
        told.ends[line["phase"]] += 1
        if line["phase"] == "invoke" and line["op"] == "scene":
            told.trucks, told.capacity_wh = line["trucks"], line["capacity_wh"]
        elif line["phase"] == "invoke" and line["op"] == "report":
            truck, reports = line["truck"], line["reports"]
            open_requests[line["id"]] = [(truck, boot, seq) for _, boot, seq, *_ in reports]
            for at_ms, boot, seq, soc, odometer in reports:
                told.sent[truck, boot, seq] = (at_ms, soc, odometer)
        elif (names := open_requests.pop(line["id"], None)) and line["phase"] == "ok":
            _acknowledge(told, names, line["verdicts"])
    return told


def _acknowledge(told: Told, names: list[Name], verdicts: list[str]) -> None:
    told.acknowledged.update(names)
    for name, verdict in zip(names, verdicts, strict=True):
        if verdict in NEW:
            told.called_new[name] += 1


def judge(path: Path, database_url: str, *, is_derived: bool = False) -> Judgement:
    """Hold what was acknowledged against what is stored, and what was derived of it, if it was."""
    told = hear(path)
    with psycopg.connect(database_url, autocommit=True) as database:
        rows = _ask(database, STORED, told)
        stored: dict[Name, Facts] = {}
        twice = 0
        for truck, boot, seq, *facts in rows:
            twice += (truck, boot, seq) in stored
            stored[truck, boot, seq] = (facts[0], facts[1], facts[2])
        lost = [name for name in told.acknowledged if name not in stored]
        energy, mileage = _totals(told)
        faults = [
            *_some("acknowledged and lost", lost),
            *([f"{twice} stored twice"] if twice else []),
            *_some("stored but never sent", [name for name in stored if name not in told.sent]),
            *_some("stored otherwise than sent", _changed(told, stored)),
            *_some("called new twice", [n for n, times in told.called_new.items() if times > 1]),
            *_some("live states not the newest", _not_newest(told, _ask(database, LIVE, told))),
            *_some("boots with other numbers than sent", _odd_boots(told, database)),
            *_wrong_totals(_ask(database, TOTALS, told), energy, mileage),
            *(_wrong_days(told, _ask(database, DAYS, told), mileage) if is_derived else []),
        ]
    return Judgement(
        sent=len(told.sent),
        acknowledged=len(told.acknowledged),
        stored=len(rows),
        lost=len(lost),
        twice=twice,
        mileage_km=sum(mileage.values()) / 100,
        energy_kwh=sum(energy.values()) / 10_000 * told.capacity_wh / 1000,
        faults=faults,
    )


def _ask(database: psycopg.Connection, query: str, told: Told) -> list[tuple[Any, ...]]:
    return database.execute(query.encode(), [told.trucks]).fetchall()


def _some(what: str, names: Iterable[object]) -> list[str]:
    found = list(names)
    return [f"{len(found)} {what}, such as {found[:3]}"] if found else []


def _changed(told: Told, stored: dict[Name, Facts]) -> list[Name]:
    return [name for name, facts in stored.items() if told.sent.get(name, facts) != facts]


def _of_truck(told: Told) -> dict[int, list[tuple[int, int, str, int, int]]]:
    """Return (time, seq, boot, SoC, odometer) of what was acknowledged, by truck, in order."""
    reports = defaultdict(list)
    for truck, boot, seq in told.acknowledged:
        at_ms, soc, odometer = told.sent[truck, boot, seq]
        reports[truck].append((at_ms, seq, boot, soc, odometer))
    return {truck: sorted(each) for truck, each in reports.items()}


def _totals(told: Told) -> tuple[dict[int, int], dict[int, int]]:
    """Return what each truck drew (0.01 % of its packs) and drove (10 m), by what we know of it."""
    energy, mileage = {}, {}
    for truck, reports in _of_truck(told).items():
        energy[truck] = sum(max(0, a[3] - b[3]) for a, b in pairwise(reports))
        mileage[truck] = sum(max(0, b[4] - a[4]) for a, b in pairwise(reports))
    return energy, mileage


def _wrong_totals(
    rows: list[tuple[Any, ...]], energy: dict[int, int], mileage: dict[int, int]
) -> list[str]:
    drawn = {truck: drawn or 0 for truck, drawn, _ in rows}
    driven = {truck: driven or 0 for truck, _, driven in rows}
    return [
        *_some("trucks with another energy", [t for t, e in energy.items() if drawn.get(t) != e]),
        *_some(
            "trucks with another mileage", [t for t, m in mileage.items() if driven.get(t) != m]
        ),
    ]


def _wrong_days(told: Told, rows: list[tuple[Any, ...]], mileage: dict[int, int]) -> list[str]:
    counts: dict[int, int] = defaultdict(int)
    for truck, _, _ in told.acknowledged:
        counts[truck] += 1
    found = {truck: (reports, round(100 * km)) for truck, reports, km in rows}
    wrong = [
        (truck, found.get(truck), (count, mileage[truck]))
        for truck, count in counts.items()
        if truck not in found
        or found[truck][0] != count
        or abs(found[truck][1] - mileage[truck]) > KM_OFF * 100
    ]
    return _some("trucks whose derived days are of other reports", wrong)


def _odd_boots(told: Told, database: psycopg.Connection) -> list[tuple[int, str]]:
    """Return the boots whose ledger of numbers is not what was acknowledged: all, without holes."""
    sent: dict[tuple[int, str], list[int]] = defaultdict(list)
    for truck, boot, seq in told.acknowledged:
        sent[truck, boot].append(seq)
    ledger = {(truck, boot): runs for truck, boot, runs in _ask(database, BOOTS, told)}
    return [boot for boot, seqs in sent.items() if ledger.get(boot) != [[min(seqs), max(seqs)]]]


def _not_newest(told: Told, rows: list[tuple[Any, ...]]) -> list[int]:
    live = {truck: (at_ms, seq, boot, soc, odo) for truck, boot, seq, at_ms, soc, odo in rows}
    return [t for t, reports in _of_truck(told).items() if live.get(t) != reports[-1]]
