"""Packs are wanted when trucks may have come; trucks wait as long as a simulation says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from dispatch.planning.stock import Demand, expected_wait_s, wanted_by_s
from tests.station_days import run_days

DAY = Demand((0, 3600, 7200, 86_400), (2.0, 0.0, 1.0))


@given(st.integers(0, 6), st.integers(1, 6), st.floats(0.8, 0.99))
def test_a_pack_is_wanted_when_one_more_truck_than_packs_may_have_come(
    ready: int, charging: int, kept: float
) -> None:
    times_s = wanted_by_s(DAY, ready=ready, charging=charging, kept=kept)
    known = [time for time in times_s if time is not None]
    assert known == sorted(known)
    for number, time_s in enumerate(known):
        at = float(DAY.expected(np.array([float(time_s)]))[0])
        after = float(DAY.expected(np.array([time_s + 1.0]))[0])
        assert poisson.sf(ready + number, at) <= 1 - kept + 1e-6
        assert poisson.sf(ready + number, after) >= 1 - kept - 1e-3


def test_a_pack_nobody_comes_for_is_not_wanted() -> None:
    assert wanted_by_s(Demand((0, 3600), (0.5,)), ready=5, charging=2) == [None, None]


def test_the_expected_wait_is_that_of_many_simulated_hours() -> None:
    full_s = [600, 1800, 5000]
    random = np.random.default_rng(0)
    waits_s = []
    for _ in range(20_000):
        times_s = np.cumsum(random.exponential(1800, 3))
        times_s = np.where(times_s > 3600, times_s + 3600, times_s)
        waits_s.append(np.maximum(0, np.array(full_s) - times_s).sum())
    assert expected_wait_s(DAY, full_s) == pytest.approx(np.mean(waits_s), rel=0.05)


def test_rates_hold_between_edges_in_order() -> None:
    with pytest.raises(ValueError, match="edges"):
        Demand((0, 10), (1.0, 2.0))
    with pytest.raises(ValueError, match="negative"):
        Demand((0, 10), (-1.0,))


def test_orderly_charging_saves_energy_cost_and_no_truck_waits_longer() -> None:
    times_s = [3600.0 * hour for hour in (2, 6, 6.5, 7, 7.2, 8, 12, 16, 17, 17.5, 18, 21)]
    before, after = (
        run_days(
            times_s,
            packs=4,
            swaps_a_day=12,
            limit_w=1_000_000,
            is_orderly=is_orderly,
            days=1,
        )
        for is_orderly in (False, True)
    )
    assert after.swaps == before.swaps == len(times_s)
    assert after.wait_s <= before.wait_s
    assert after.cost_cny < 0.89 * before.cost_cny
