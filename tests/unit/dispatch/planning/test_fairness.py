"""Minutes lost beyond the fair share are paid back, within a bound, at next to no cost."""

import pytest

from dispatch.planning.fairness import FULL_MIN, balance_min, faded, weight_percent
from tests.benchmarks.fairness import planner
from tests.fairness_world import Carriers, Fairness, live


def lived(bound_percent: int, *, seed: int = 1) -> Fairness:
    carriers = Carriers(further_s=120)
    return live(carriers, planner=planner, rounds=24, seed=seed, bound_percent=bound_percent)


def test_a_carrier_that_chance_does_down_gets_its_minutes_back() -> None:
    before, after = lived(0), lived(20)
    assert before.means_min[-1] == max(before.means_min)
    assert after.spread_min <= before.spread_min / 2
    assert after.cost_s <= 1.01 * before.cost_s


def test_priority_grows_with_what_is_owed_up_to_its_bound() -> None:
    weights = [weight_percent(owed, bound_percent=20) for owed in (-99, -5, 0, 5, 99)]
    assert weights == [80, 90, 100, 110, 120]
    assert weight_percent(FULL_MIN, bound_percent=0) == 100
    assert weight_percent(-99, bound_percent=150) == 1


def test_balances_fade_and_are_shared_by_the_trucks() -> None:
    assert faded(8.0, age_h=24) == pytest.approx(4.0)
    assert balance_min([(10.0, 0.0), (-4.0, 24.0)], members=4) == pytest.approx(2.0)
    assert balance_min([], members=0) == 0.0
