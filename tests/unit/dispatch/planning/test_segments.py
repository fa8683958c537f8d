"""Drives are cut from reports where they end, and never across a swap."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest

from dispatch.planning.segments import Track, drives_of, soc_step_percent

STEP_S = 30.0


def track(*stages: tuple[float, float], start_percent: float = 90.0, per_km: float = 0.6) -> Track:
    """Return reports every 30 s of stages (minutes, km/h); charge falls by `per_km` per cent."""
    speeds = np.concatenate([np.full(int(m * 60 / STEP_S), v) for m, v in stages])
    n = len(speeds)
    km = np.concatenate([[0.0], np.cumsum(speeds[1:] * STEP_S / 3_600.0)])
    return Track(
        at_s=np.arange(n, dtype=np.float64) * STEP_S,
        soc_percent=start_percent - per_km * km,
        speed_kmh=speeds,
        latitude_deg=39.0 + km / 111.195,
        longitude_deg=np.full(n, 118.5),
        odometer_m=km * 1e3,
        altitude_m=np.full(n, nan),
        temperature_c=np.full(n, 5.0),
        gross_mass_kg=np.full(n, nan),
        packs=["A"] * n,
    )


def haul(minutes: float = 60.0) -> Track:
    return track((10, 0), (minutes, 60), (10, 0))


def test_a_drive_runs_from_standing_to_standing() -> None:
    segments, open_from = drives_of(haul())
    [one] = segments
    assert one.distance_m == pytest.approx(60_000, rel=0.02)
    assert one.travel_s == pytest.approx(3_600, rel=0.02)
    assert one.spent_percent == pytest.approx(36.0, rel=0.02)
    assert (one.temperature_c, one.climb_m) == (5.0, 0.0)
    assert open_from == len(haul().at_s) - 1


def test_a_short_halt_does_not_end_a_drive_and_a_long_one_does() -> None:
    assert len(drives_of(track((9, 0), (30, 60), (2, 0), (30, 60), (9, 0)))[0]) == 1
    assert len(drives_of(track((9, 0), (30, 60), (6, 0), (30, 60), (9, 0)))[0]) == 2


def test_a_drive_under_way_waits_for_its_end() -> None:
    whole = track((10, 0), (60, 60), (10, 0), (20, 60))
    segments, open_from = drives_of(whole)
    assert len(segments) == 1
    assert whole.speed_kmh[open_from] == 0.0
    assert whole.speed_kmh[open_from + 1] == 60.0
    assert drives_of(track((10, 0), (20, 60)))[0] == []


@pytest.mark.parametrize("how", ["packs", "charge", "ledger", "hole", "load"])
def test_no_drive_spans_what_resets_it(how: str) -> None:
    whole = haul()
    half = len(whole.at_s) // 2
    if how == "packs":
        whole = replace(whole, packs=["A"] * half + ["B"] * (len(whole.packs) - half))
    elif how == "charge":
        whole.soc_percent[half:] += 25.0
    elif how == "ledger":
        whole = replace(whole, cuts_s=(float(whole.at_s[half]) + 1.0,))
    elif how == "hole":
        whole.at_s[half:] += 900.0
    else:
        whole.gross_mass_kg[:half], whole.gross_mass_kg[half:] = 49_000.0, 18_000.0
    segments, _ = drives_of(whole)
    assert len(segments) == 2
    assert all(0.0 < segment.spent_percent < 20.0 for segment in segments)


def test_a_swap_while_standing_costs_nothing() -> None:
    whole = track((10, 0), (30, 60), (8, 0), (30, 60), (10, 0))
    middle = int(44 * 60 / STEP_S)
    whole.soc_percent[middle:] += 40.0
    whole = replace(whole, packs=["A"] * middle + ["B"] * (len(whole.packs) - middle))
    segments, _ = drives_of(whole)
    assert [round(s.spent_percent) for s in segments] == [18, 18]


def test_packs_not_told_for_a_while_are_not_swapped() -> None:
    whole = haul()
    packs: list[str | None] = ["A", None] * (len(whole.packs) // 2)
    assert len(drives_of(replace(whole, packs=packs))[0]) == 1


def test_braking_downhill_is_not_charging() -> None:
    whole = haul()
    half = len(whole.at_s) // 2
    whole.soc_percent[half:] += 0.8
    assert len(drives_of(whole)[0]) == 1


@pytest.mark.parametrize("lacks", ["odometer", "speed", "sane odometer"])
def test_length_is_found_without_an_odometer(lacks: str) -> None:
    whole = haul()
    if lacks == "sane odometer":
        whole.odometer_m[50:] += 5e6
    else:
        whole = replace(whole, odometer_m=np.full(len(whole.at_s), nan))
    if lacks == "speed":
        whole = replace(whole, at_s=whole.at_s * 3.0)  # 90 s apart: by positions
    [one] = drives_of(whole)[0]
    assert one.distance_m == pytest.approx(60_000, rel=0.02)


def test_long_drives_are_cut_and_short_ones_left_out() -> None:
    assert len(drives_of(track((10, 0), (300, 80), (10, 0)))[0]) == 4
    assert drives_of(track((10, 0), (1, 60), (10, 0)))[0] == []


def test_climb_is_from_end_to_end() -> None:
    whole = haul()
    whole.altitude_m[:] = np.linspace(20.0, 320.0, len(whole.at_s))
    [one] = drives_of(whole)[0]
    assert one.climb_m == pytest.approx(300 * 60 / 80, rel=0.05)


@pytest.mark.parametrize(
    ("values", "step"),
    [([50.0, 48.0], 1.0), ([50.5, 48.0], 0.5), ([50.4, 48.0], 0.4), ([50.3, 48.2], 0.1)],
)
def test_the_step_of_the_charge_is_seen(values: list[float], step: float) -> None:
    assert soc_step_percent(np.array(values)) == step
    assert soc_step_percent(np.array([50.123, 48.0])) == 0.0


def test_nothing_comes_of_nothing() -> None:
    whole = haul()
    one = {
        name: getattr(whole, name)[:1] for name in Track.__dataclass_fields__ if name != "cuts_s"
    }
    assert drives_of(Track(**one)) == ([], 0)
