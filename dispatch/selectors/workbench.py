"""What the plan workbench shows: promises that stand, what a preview would change, what it costs.

A reader sees the plates of the trucks it may look at; of the others, that a lane is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.lifecycle import LIVE
from dispatch.models import PlanDraft, SwapAssignment
from fleet.models import Closure, Lane, Region, SwapStation

PLANS = ("stands", "next", "draft")
BACK, AHEAD = timedelta(minutes=10), timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in the picture: a lane and from when to when."""

    station: str
    lane: int
    lane_id: int
    station_id: int
    at: datetime
    until: datetime


@dataclass(slots=True, kw_only=True)
class Change:
    """What a preview would do with one truck; minutes and CNY are what it costs that truck more.

    `is_mine`: it is so because of the draft. `kind` is empty for a truck whose promise stays.
    """

    truck_id: int
    plate: str
    kind: str
    was: Spot | None
    then: Spot | None
    more_s: int
    more_milli_cny: int
    is_mine: bool
    is_edited: bool
    reason: str = ""

    @property
    def minutes(self) -> str:
        """Return the minutes more, with their sign; empty for none."""
        return f"{self.more_s / 60:+.0f}" if self.more_s else ""

    @property
    def is_worth_a_row(self) -> bool:
        """Say whether the list names it; of strangers, only what the draft does to them."""
        is_mine = self.is_mine or self.is_edited
        return is_mine or bool(self.plate and (self.kind or self.reason))

    @property
    def weight(self) -> tuple[bool, bool, int, str]:
        """Sort by it: who is left without a swap, then what was asked for, then minutes."""
        return (not self.reason, not self.is_edited, -abs(self.more_s), self.plate)


@dataclass(slots=True, kw_only=True)
class Sums:
    """One plan's figures over some trucks, in seconds and thousandths of CNY."""

    cost_s: int = 0
    wait_s: int = 0
    paid: int = 0
    left_out: int = 0


@dataclass(slots=True, kw_only=True)
class Bench:
    """Everything the page shows of a region."""

    now: datetime
    standing: list[SwapAssignment]
    stations: list[SwapStation]
    plates: dict[int, str]
    changes: list[Change] = field(default_factory=list)
    sums: dict[str, Sums] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    proposed: list[tuple[int, Spot, bool]] = field(default_factory=list)
    moved_on: int = 0


def read_bench(
    region: Region, draft: PlanDraft | None, *, plates: dict[int, str], now: datetime
) -> Bench:
    """Read a region's promises and what the draft's preview says of them."""
    rows = SwapAssignment.objects.filter(region=region, state__in=LIVE)
    standing = list(rows.select_related("lane", "station", "decided_by").order_by("occupies"))
    stations = SwapStation.objects.filter(region=region, is_active=True).order_by("name")
    bench = Bench(
        now=now,
        standing=standing,
        stations=list(stations.prefetch_related("lanes")),
        plates=plates,
    )
    if draft is not None and draft.result is not None:
        _add_preview(bench, draft.result)
    return bench


def _add_preview(bench: Bench, result: dict[str, Any]) -> None:
    spots = _Spots(bench.stations)
    was = {row.truck_id: row for row in bench.standing}
    edited = {edit["truck"] for edit in result["edits"].values()}
    before, last = _last_two(result)
    for key, row in result["trucks"].items():
        truck_id = int(key)
        change = _change(truck_id, row, was.get(truck_id), spots, (before, last))
        change.is_edited = truck_id in edited
        change.plate = bench.plates.get(truck_id, "")
        if change.is_worth_a_row:
            bench.changes.append(change)
        bench.proposed += [
            (truck_id, spot, change.is_mine or change.is_edited)
            for place in row["swaps"].get(last, [])
            if (spot := spots.of(place)) is not None
        ]
    bench.changes.sort(key=lambda change: change.weight)
    kinds = [change.kind for change in bench.changes if change.kind and change.plate]
    counts = {kind: kinds.count(kind) for kind in ("new", "changed", "diverted", "dropped")}
    touched = sum(counts.values()) - counts["new"]
    seen = sum(row.truck_id in bench.plates for row in bench.standing)
    bench.counts = {**counts, "kept": max(0, seen - touched)}
    visible = [row for key, row in result["trucks"].items() if int(key) in bench.plates]
    bench.sums = {
        name: _sums(visible, name) for name in PLANS if last == "draft" or name != "draft"
    }
    bench.moved_on = _moved_on(bench.standing, result["seen"])


def _last_two(result: dict[str, Any]) -> tuple[str, str]:
    """Name the plan that is shown and the one it is compared with."""
    return ("next", "draft") if result["edits"] else ("stands", "next")


class _Spots:
    """From a preview's places to lanes with names."""

    def __init__(self, stations: Iterable[SwapStation]) -> None:
        self._lanes: dict[int, tuple[SwapStation, Lane]] = {
            lane.pk: (station, lane) for station in stations for lane in station.lanes.all()
        }

    def of(self, place: dict[str, Any]) -> Spot | None:
        """Return the spot of a place; None if the lane is gone."""
        at, until = (datetime.fromisoformat(place[name]) for name in ("at", "until"))
        return self.at(place["lane"], at, until)

    def of_promise(self, standing: SwapAssignment | None) -> Spot | None:
        """Return the spot of a promise; None if there is none, or its lane is gone."""
        if standing is None:
            return None
        return self.at(standing.lane_id, standing.occupies.lower, standing.occupies.upper)

    def at(self, lane_id: int, at: datetime, until: datetime) -> Spot | None:
        """Return a spot on a lane; None if the lane is gone."""
        if lane_id not in self._lanes:
            return None
        station, lane = self._lanes[lane_id]
        return Spot(
            station=str(station),
            lane=lane.number,
            lane_id=lane_id,
            station_id=station.pk,
            at=at,
            until=until,
        )


def _change(
    truck_id: int,
    row: dict[str, Any],
    standing: SwapAssignment | None,
    spots: _Spots,
    plans: tuple[str, str],
) -> Change:
    before, last = plans
    places = [row["swaps"].get(name, [None])[0] for name in plans]
    figures = row["figures"]
    return Change(
        truck_id=truck_id,
        plate="",
        kind=row["kind"],
        was=spots.of_promise(standing),
        then=spots.of(places[1]) if places[1] else None,
        more_s=figures[last]["cost_s"] - figures[before]["cost_s"],
        more_milli_cny=row["more_milli_cny"],
        is_mine=last == "draft" and places[0] != places[1],
        is_edited=False,
        reason=row["reason"],
    )


def _sums(rows: list[dict[str, Any]], plan: str) -> Sums:
    figures = [row["figures"][plan] for row in rows]
    return Sums(
        cost_s=sum(one["cost_s"] for one in figures),
        wait_s=sum(one["wait_s"] for one in figures),
        paid=sum(one["paid"] for one in figures),
        left_out=sum(one["is_left_out"] for one in figures),
    )


def fleet_more(result: dict[str, Any]) -> tuple[int, int]:
    """Return what the last plan costs the whole fleet more, in seconds and milli-CNY."""
    before, last = _last_two(result)
    rows = result["trucks"].values()
    more_s = sum(row["figures"][last]["cost_s"] - row["figures"][before]["cost_s"] for row in rows)
    return more_s, sum(row["more_milli_cny"] for row in rows)


def _moved_on(standing: list[SwapAssignment], seen: dict[str, str]) -> int:
    """Count the promises that are not as the preview saw them."""
    now_there = {str(row.pk): seen_as(row) for row in standing}
    return sum(now_there.get(key) != seen.get(key) for key in now_there.keys() | seen.keys())


def seen_as(row: SwapAssignment) -> str:
    """Return what of a promise a preview rests on: its place and whether the plan may move it."""
    is_open = row.state == "offered" and not row.is_pinned
    return f"{row.lane_id} {row.occupies.lower.isoformat()} {int(is_open)}"


def closed_times(region: Region, *, now: datetime) -> list[tuple[int | None, int, Any]]:
    """Return lane (None: all), station and span of the closures in the picture's hours."""
    rows = Closure.objects.filter(station__region=region, during__overlap=(now - BACK, now + AHEAD))
    return list(rows.values_list("lane_id", "station_id", "during"))
