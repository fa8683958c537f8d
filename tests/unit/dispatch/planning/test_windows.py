"""Windows are as narrow as they may be, as sure as they say, and follow what was measured."""

from random import Random

import pytest

from dispatch.planning.spreads import (
    CHARGE_PRIOR,
    DRIVE_PRIOR,
    LANE_PRIOR,
    Spread,
    came_share,
    measured,
    share_of,
)
from dispatch.planning.windows import (
    MOST_S,
    Approach,
    Spreads,
    narrowest_window,
    probability_by,
)
from tests.window_world import NOISES, Habits, Promised, Region, judge

PUNCTUAL = Spread((0.0,) * 40)
SURE = Spreads(drive=DRIVE_PRIOR, lane=PUNCTUAL, charge=CHARGE_PRIOR)


def approach(way_s: float = 1800, slack_s: float = 0, **more: float) -> Approach:
    return Approach(start_s=way_s + slack_s, arrival_s=way_s, way_s=way_s, **more)


def drawn(at: Approach, spreads: Spreads, *, seed: int = 1, count: int = 4000) -> list[float]:
    """Draw when swaps begin, the plain way."""
    chance = Random(seed)  # noqa: S311  a world, not a secret

    def error(spread: Spread, predicted_s: float) -> float:
        return float(chance.choice(spread.errors_s(predicted_s)))

    begun = []
    for _ in range(count):
        there_s = max(at.start_s, at.arrival_s + error(spreads.drive, at.way_s))
        if at.packs_s is not None:
            there_s = max(there_s, at.packs_s + error(spreads.charge, at.charging_s))
        begun.append(there_s + error(spreads.lane, 0.0))
    return begun


@pytest.mark.parametrize("slack_s", [0, 240])
@pytest.mark.parametrize("packs_s", [None, 1750.0])
def test_a_window_holds_what_is_drawn_at_random(slack_s: int, packs_s: float | None) -> None:
    spreads = Spreads(drive=DRIVE_PRIOR, lane=LANE_PRIOR, charge=CHARGE_PRIOR)
    at = Approach(
        start_s=1800 + slack_s, arrival_s=1800, way_s=1800, packs_s=packs_s, charging_s=1750
    )
    window = narrowest_window(at, spreads)
    begun = drawn(at, spreads)
    inside = sum(window.from_s <= t <= window.to_s for t in begun) / len(begun)
    assert inside == pytest.approx(window.probability, abs=0.03)
    assert window.probability >= 0.9


def test_a_window_grows_with_the_way_and_shrinks_with_slack() -> None:
    lengths = [narrowest_window(approach(way_s), SURE).length_s for way_s in (1200, 2400, 3600)]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2] / 2
    assert narrowest_window(approach(slack_s=200), SURE).length_s < lengths[1]


def test_slack_that_is_certain_leaves_the_narrowest_window_there_is() -> None:
    window = narrowest_window(approach(slack_s=3000), SURE)
    assert (window.from_s, window.length_s) == (4800, 180)
    assert window.probability == 1.0


def test_a_late_truck_is_not_taken_to_be_as_likely_as_an_early_one() -> None:
    late = Spread(tuple(k / 200 if k < 30 else k / 40 for k in range(-10, 30)))
    skew = narrowest_window(approach(), Spreads(drive=late, lane=PUNCTUAL, charge=PUNCTUAL))
    eta_s = approach().arrival_s
    assert skew.to_s - eta_s > eta_s - skew.from_s


def test_packs_that_charge_late_move_the_window() -> None:
    window = narrowest_window(approach(packs_s=2700.0, charging_s=2700.0), SURE)
    assert window.from_s > 1800
    assert window.to_s > 2700


def test_a_window_that_cannot_be_kept_says_so() -> None:
    spreads = Spreads(drive=DRIVE_PRIOR, lane=PUNCTUAL, charge=PUNCTUAL, came=0.6)
    window = narrowest_window(approach(), spreads)
    assert 0.55 < window.probability < 0.61
    assert window.length_s <= MOST_S


def test_what_is_left_of_a_promise_falls_as_the_truck_slips() -> None:
    chances = [
        probability_by(2100, Approach(start_s=1800, arrival_s=late, way_s=600), SURE)
        for late in (1500, 1900, 2100, 2600)
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    assert chances[-1] < 0.05
    assert probability_by(1700, approach(), SURE) == 0.0


def test_few_samples_stay_near_the_prior_and_many_speak_for_themselves() -> None:
    late = [share_of(600, predicted_s=1800)] * 5
    few, many = measured(late, prior=DRIVE_PRIOR), measured(late * 100, prior=DRIVE_PRIOR)
    middle = [sorted(spread.points)[20] for spread in (DRIVE_PRIOR, few, many)]
    assert middle[0] < middle[1] < middle[2]
    assert middle[2] == pytest.approx(late[0])
    assert measured([], prior=DRIVE_PRIOR) is DRIVE_PRIOR
    assert (few.samples, many.samples) == (5, 500)


def test_a_spread_is_of_its_way() -> None:
    assert 280 <= DRIVE_PRIOR.sd_s(1800) <= 340
    assert 1.9 < DRIVE_PRIOR.sd_s(3900) / DRIVE_PRIOR.sd_s(1800) < 2.1
    assert came_share(0, 0) == pytest.approx(0.98)
    assert came_share(50, 100) < 0.6


def day(**habits: object) -> list[Promised]:
    return [p for seed in (1, 2) for p in Region(Habits(**habits), seed=seed).run()]  # type: ignore[arg-type]  # each by its name


@pytest.mark.parametrize("noise", ["log-normal 15 %", "normal 15 %", "within 15 %"])
def test_nine_in_ten_windows_are_kept_and_they_are_short(noise: str) -> None:
    kept = judge(day(noise=NOISES[noise]))
    assert kept.promises > 500
    assert 88 <= kept.kept_percent <= 95
    assert kept.window_min <= 12
    assert kept.told_percent == pytest.approx(kept.kept_percent, abs=4)


def test_roads_that_are_late_at_times_get_longer_windows() -> None:
    late, punctual = (judge(day(noise=NOISES[n])) for n in ("late at times", "within 15 %"))
    assert late.window_min > 1.2 * punctual.window_min
    assert late.kept_percent >= 85


def test_a_planner_that_is_too_sure_is_found_out() -> None:
    def halved(spread: Spread) -> Spread:
        return Spread(tuple(point / 2 for point in spread.points), spread.samples)

    kept = judge(day(distort=halved))
    assert kept.kept_percent < 85
    assert kept.told_percent - kept.kept_percent > 5
