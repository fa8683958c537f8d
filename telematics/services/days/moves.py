"""Drives and stops of a track. Pure: the same reports give the same ones, however they came.

A stop is three minutes or more below 3 km/h within 150 m; a drive is what lies between stops. A
truck that was dark for more than ten minutes and is found where it was has stood; one found
elsewhere has driven on if it went 10 km/h or more on average, else nobody knows what it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from telematics.services.days.track import RADIUS_M, Fix, Step, apart_m, steps_of

STOP_S = 180.0
DRIVE_KM = 0.2  # less is a blip of the speed, or a truck moved up in a queue
DROVE_ON_KMH = 10.0


class Kind(StrEnum):
    """What a truck did in a part of its track."""

    DRIVE = "drive"
    STOP = "stop"
    UNSEEN = "unseen"


@dataclass(slots=True)
class Move:
    """A part of a track, from the report `first` to the report `last` (places in the track)."""

    kind: Kind
    first: int
    last: int


def moves_of(track: Sequence[Fix], steps: Sequence[Step] | None = None) -> list[Move]:
    """Return drives, stops and what is not known, one after the other, over the whole track."""
    steps = steps_of(track) if steps is None else steps
    runs = _runs(track, steps)
    for run in runs:
        if run.kind is Kind.STOP and track[run.last].at_s - track[run.first].at_s < STOP_S:
            run.kind = Kind.DRIVE
    return _merged(_absorbed(_joined(runs), steps), track)


def _runs(track: Sequence[Fix], steps: Sequence[Step]) -> list[Move]:
    """Return maximal parts of one kind; a stand ends where the truck left its first position."""
    runs: list[Move] = []
    anchor: Fix | None = None
    for place, step in enumerate(steps):
        kind, here = _kind(step), track[place + 1]
        last = runs[-1] if runs else None
        left = False
        if kind is Kind.STOP:
            if last is None or last.kind is not Kind.STOP or anchor is None:
                anchor = track[place] if track[place].has_position else None
            elif here.has_position and step.apart_m is not None:
                left = apart_m(anchor, here) > RADIUS_M
                anchor = track[place] if left else anchor
        if last is not None and last.kind is kind and not left:
            last.last = place + 1
        else:
            runs.append(Move(kind, place, place + 1))
    return runs


def _kind(step: Step) -> Kind:
    if step.is_standing:
        return Kind.STOP
    if not step.is_dark:
        return Kind.DRIVE
    mean_kmh = step.distance_km / (step.end_s - step.start_s) * 3600
    return Kind.DRIVE if mean_kmh >= DROVE_ON_KMH else Kind.UNSEEN


def _joined(moves: Sequence[Move]) -> list[Move]:
    """Return the parts with drives that follow each other made one."""
    joined: list[Move] = []
    for move in moves:
        if joined and joined[-1].kind is move.kind is Kind.DRIVE:
            joined[-1].last = move.last
        else:
            joined.append(move)
    return joined


def _absorbed(moves: Sequence[Move], steps: Sequence[Step]) -> list[Move]:
    """Return the parts with drives too short to be any given to the stop beside them."""
    kept: list[Move] = []
    waiting: int | None = None
    for place, move in enumerate(moves):
        after = moves[place + 1] if place + 1 < len(moves) else None
        if move.kind is Kind.DRIVE and _is_blip(move, steps):
            if kept and kept[-1].kind is Kind.STOP:
                kept[-1].last = move.last
                continue
            if after is not None and after.kind is Kind.STOP:
                waiting = move.first
                continue
        if waiting is not None:
            move.first, waiting = waiting, None
        kept.append(move)
    return kept


def _is_blip(move: Move, steps: Sequence[Step]) -> bool:
    return sum(step.distance_km for step in steps[move.first : move.last]) < DRIVE_KM


def _merged(moves: Sequence[Move], track: Sequence[Fix]) -> list[Move]:
    """Return the parts with stops at one position that follow each other made one."""
    merged: list[Move] = []
    for move in moves:
        last = merged[-1] if merged else None
        both_stop = last is not None and last.kind is move.kind is Kind.STOP
        if last is not None and both_stop and _is_one_place(last, move, track):
            last.last = move.last
        else:
            merged.append(move)
    return merged


def _is_one_place(one: Move, other: Move, track: Sequence[Fix]) -> bool:
    here, there = track[one.first], track[other.last]
    return not (here.has_position and there.has_position) or apart_m(here, there) <= RADIUS_M
