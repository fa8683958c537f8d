"""Completeness of a day equals what was planted, whatever was lost, repeated or shuffled."""

from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.services.days.completeness import Completeness, completeness, holes_of
from telematics.services.days.derive import Slice, derive_day
from telematics.services.days.track import Fix, ordered
from tests.unit.telematics.days.tracks import DAY, DAY_S, START_S, Script

ALWAYS = [(START_S - 9 * DAY_S, START_S + 9 * DAY_S)]


def seen(fixes: list[Fix], day: Slice = DAY, **known: Any) -> Completeness:
    return derive_day(ordered(fixes), day, **known).complete


def said(fixes: list[Fix], **known: Any) -> tuple[Any, ...]:
    return astuple(seen(fixes, **known))


def test_what_was_lost_between_two_reports_is_missing() -> None:
    fixes = Script().drive(60).fixes
    lost = [fix for fix in fixes if fix.seq not in {7, 8, 20}]
    assert said(lost) == (118, 3, 0, pytest.approx(100 * 118 / 121))


def test_numbers_the_ledger_knows_are_not_missing() -> None:
    lost = [fix for fix in Script().drive(60).fixes if fix.seq not in {7, 8, 20}]
    received = {1: [(1, 7), (9, 19), (21, 121)]}
    assert seen(lost, received=received).missing == 2
    assert seen(lost, received={1: [(1, 121)]}).missing == 0


def test_a_hole_over_midnight_is_shared_as_the_time_is() -> None:
    fixes = [f for f in Script(start_s=START_S - 1800).drive(60).fixes if not 41 <= f.seq <= 100]
    before = Slice(START_S - DAY_S, START_S, START_S + DAY_S)
    # Numbers 41 to 60 would have been said before midnight (61 is at midnight itself).
    assert seen(fixes, before).missing == 20
    assert seen(fixes).missing == 40


def test_a_unit_that_counts_anew_has_lost_nothing() -> None:
    fixes = Script().drive(60).off(0.5).drive(60).fixes
    assert seen(fixes).missing == 0
    leap = Script().drive(10)
    leap.seq = 2**40
    assert seen(leap.drive(10).fixes).missing == 0


def test_silence_counts_on_shift_only_and_only_where_nothing_was_lost() -> None:
    fixes = Script(start_s=START_S + 3600).drive(60).off(120).drive(60).fixes
    shift = [(START_S + 3600, START_S + 5 * 3600)]
    assert seen(fixes, shifts=[]).silent_s == 0
    told = seen(fixes, shifts=shift)
    assert told.silent_s == 120 * 60
    assert told.percent == pytest.approx(100 * 242 / (242 + 240))
    tunnel = Script(start_s=START_S + 3600).drive(60).drive(120, is_told=False).drive(120).fixes
    assert said(tunnel, shifts=shift) == (361, 240, 0, pytest.approx(100 * 361 / 601))


def test_a_truck_on_shift_that_says_nothing_is_silent_all_day() -> None:
    assert seen([], shifts=ALWAYS) == Completeness(0, 0, 86_400, 0.0)
    assert seen([]) == Completeness(0, 0, 0, None)


@st.composite
def planted(draw: st.DrawFn) -> tuple[list[Fix], set[int]]:
    """Draw a drive around midnight, and the places of what is lost of it (never its ends)."""
    every_s = draw(st.sampled_from([10.0, 30.0, 60.0]))
    start_s = START_S + draw(st.integers(-7200, 3600))
    script = Script(start_s=start_s, every_s=every_s)
    script.drive(draw(st.integers(5, 60)))
    if draw(st.booleans()):
        script.off(0.5).drive(draw(st.integers(5, 60)))
    fixes = script.fixes
    edges = {0, len(fixes) - 1}
    edges |= {n for n in range(1, len(fixes)) if fixes[n].boot_no != fixes[n - 1].boot_no}
    edges |= {n - 1 for n in edges if n}
    inner = [n for n in range(len(fixes)) if n not in edges]
    lost = set(draw(st.lists(st.sampled_from(inner), max_size=60)))
    for first in draw(st.lists(st.sampled_from(inner), max_size=3)):
        lost |= {n for n in range(first, first + draw(st.integers(1, 90))) if n in inner}
    return fixes, lost


@given(planted(), st.randoms(use_true_random=False))
def test_missing_numbers_equal_the_planted_truth(
    plant: tuple[list[Fix], set[int]], random: Any
) -> None:
    fixes, lost = plant
    kept = [fix for n, fix in enumerate(fixes) if n not in lost]
    arrived = [*kept, *random.sample(kept, len(kept) // 5)]
    random.shuffle(arrived)
    for start_s in (START_S - DAY_S, START_S):
        day = Slice(start_s, start_s + DAY_S, START_S + 3 * DAY_S)
        found = seen(arrived, day)
        inside = [n for n, fix in enumerate(fixes) if start_s <= fix.at_s < day.end_s]
        truth = sum(n in lost for n in inside)
        assert (found.reports, found.missing) == (len(inside) - truth, truth)
        assert found.silent_s == 0
        if inside:
            assert found.percent == pytest.approx(100 * (len(inside) - truth) / len(inside))


def test_a_count_that_forgets_the_margin_would_be_seen() -> None:
    fixes = [f for f in Script(start_s=START_S - 1800).drive(60).fixes if not 41 <= f.seq <= 100]
    inside = [fix for fix in ordered(fixes) if fix.at_s >= START_S]
    bounds = {"start_s": START_S, "end_s": DAY.end_s, "until_s": DAY.until_s}
    assert completeness(inside, holes_of(inside), [], **bounds).missing == 0 != seen(fixes).missing
