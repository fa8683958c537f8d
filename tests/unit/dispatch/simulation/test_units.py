"""Simulated onboard units: the same bytes for one seed, each fault as often as it is asked for."""

import json
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dispatch.simulation.units.habits import Habits
from dispatch.simulation.units.parcels import Parcel, parcels_of

BEGIN_S = 1_763_712_000.0
KNOWN = "280ae32cebc6393f"
CALM = Habits(seed=1, units=4, seconds=2_000, every_s=5)
WILD = replace(
    CALM, drop=0.1, duplicate=0.1, reorder=0.1, cut=0.1, skew_s=30, offline=0.2, offline_s=100
)


def sent(habits: Habits, number: int = 0) -> list[Parcel]:
    return list(parcels_of(habits, number, begins_at_s=BEGIN_S))


def digest(habits: Habits) -> str:
    whole = sha256()
    for number in range(habits.units):
        for parcel in sent(habits, number):
            whole.update(repr(parcel).encode())
    return whole.hexdigest()


def reports(parcels: list[Parcel]) -> list[dict[str, Any]]:
    bodies = [json.loads(parcel.body) for parcel in parcels]
    return [each for body in bodies for each in (body if isinstance(body, list) else [body])]


def numbers(parcels: list[Parcel]) -> list[int]:
    return [report["seq"] for report in reports(parcels)]


@pytest.mark.parametrize("habits", [CALM, WILD, replace(WILD, batch=20)])
def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(habits: Habits) -> None:
    assert digest(habits) == digest(habits)
    assert digest(habits) != digest(replace(habits, seed=2))
    firsts = {sent(habits, number)[0].body for number in range(4)}
    assert len(firsts) == 4


def test_the_bytes_are_those_of_yesterday() -> None:
    assert digest(WILD)[:16] == KNOWN


def test_without_faults_every_report_goes_once_in_order() -> None:
    parcels = sent(CALM)
    assert numbers(parcels) == list(range(400))
    assert [parcel.due_s for parcel in parcels] == sorted(parcel.due_s for parcel in parcels)
    assert {parcel.cut for parcel in parcels} == {""}
    assert 0 <= parcels[0].due_s < 5
    assert all(0 <= report["soc_percent"] <= 100 for report in reports(parcels))


def test_batches_hold_all_of_it() -> None:
    parcels = sent(replace(CALM, batch=30))
    assert [parcel.reports for parcel in parcels] == [30] * 13 + [10]
    assert numbers(parcels) == list(range(400))


def test_dropped_reports_leave_holes_and_nothing_else() -> None:
    got = numbers(sent(replace(CALM, drop=0.1)))
    assert len(got) == len(set(got))
    assert 20 <= 400 - len(got) <= 65
    assert got == sorted(got)


def test_what_is_doubled_is_the_same_bytes() -> None:
    parcels = sent(replace(CALM, duplicate=0.1))
    again = [now.body == before.body for before, now in pairwise(parcels) if now.is_again]
    assert 20 <= len(again) <= 65
    assert all(again)


def test_what_comes_later_comes_all_the_same() -> None:
    got = numbers(sent(replace(CALM, reorder=0.1)))
    assert got != sorted(got)
    assert sorted(got) == list(range(400))


def test_what_is_cut_is_sent_again_whole() -> None:
    parcels = sent(replace(CALM, cut=0.2))
    for parcel, after in pairwise(parcels):
        assert not parcel.cut or (after.is_again and after.body == parcel.body)
    assert {parcel.cut for parcel in parcels} == {"", "request", "answer"}
    whole = [parcel for parcel in parcels if not parcel.cut]
    assert numbers(whole) == list(range(400))


def test_offline_units_send_what_piled_up_together() -> None:
    share = 0.0
    for number in range(4):
        parcels = sent(replace(WILD, drop=0, cut=0, duplicate=0, reorder=0, skew_s=0), number)
        piles = [parcel.reports for parcel in parcels if parcel.reports > 1]
        assert max(piles) >= 10
        assert sorted(numbers(parcels)) == list(range(400))
        share += sum(piles) / 400 / 4
    assert 0.1 < share < 0.35


def test_clocks_are_wrong_by_as_much_for_a_unit() -> None:
    offsets = set()
    for number in range(4):
        right = [each["recorded_at"] for each in reports(sent(CALM, number))]
        wrong = [each["recorded_at"] for each in reports(sent(replace(CALM, skew_s=30), number))]
        assert right != wrong
        offsets.add(wrong[0])
    assert len(offsets) == 4


def test_the_command_writes_the_same_file_for_the_same_seed(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b", "c")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        call_command(
            "simulate_obus", units=3, seconds=60.0, cut=0.2, offline=0.2, seed=seed, out=str(file)
        )
    first, again, other = (file.read_bytes() for file in files)
    assert first == again != other
    assert len(first.splitlines()) > 10


@pytest.mark.parametrize("wrong", [{}, {"out": "-", "cut": 1.0}, {"out": "-", "units": 0}])
def test_the_command_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("simulate_obus", **wrong)
