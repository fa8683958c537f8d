"""The need is predicted with its uncertainty."""

from random import Random
from statistics import NormalDist

import pytest

from dispatch.planning.notice import NOTICE_S, swap_notice

LEFT_WH, MEAN_W, SD = 60_000.0, 60_000.0, 0.1


def meets(sds: float) -> int | None:
    """Meet the reserve at 60 kW +- 10 % with 60 kWh left: about an hour from now."""
    return int(LEFT_WH / (MEAN_W * (1 + sds * SD)) * 3_600)


def test_the_moments_are_in_order() -> None:
    notice = swap_notice(meets)
    assert notice.earliest_s is not None
    assert notice.likely_s == 3_600
    assert notice.latest_s is not None
    assert 3_100 < notice.earliest_s < 3_600 < notice.latest_s < 4_200


def test_the_probability_is_that_of_the_drives() -> None:
    assert swap_notice(meets).within == pytest.approx(0.5, abs=0.01)
    assert swap_notice(meets, notice_s=3_300).within == pytest.approx(
        1 - NormalDist().cdf((3_600 / 3_300 - 1) / SD), abs=0.01
    )


def test_eight_of_ten_drawn_drives_are_between_the_moments() -> None:
    notice, chance = swap_notice(meets), Random(7)  # noqa: S311 - not for secrets
    assert notice.earliest_s is not None
    assert notice.latest_s is not None
    drawn = [meets(chance.gauss(0, 1)) or 0 for _ in range(4_000)]
    inside = sum(notice.earliest_s <= at_s <= notice.latest_s for at_s in drawn) / len(drawn)
    assert inside == pytest.approx(0.8, abs=0.02)
    within = sum(at_s <= NOTICE_S for at_s in drawn) / len(drawn)
    assert within == pytest.approx(notice.within, abs=0.02)


def test_a_way_that_is_too_short_needs_nothing() -> None:
    notice = swap_notice(lambda _: None)
    assert (notice.earliest_s, notice.likely_s, notice.latest_s, notice.within) == (
        None,
        None,
        None,
        0.0,
    )


def test_only_a_thirsty_truck_needs_it() -> None:
    """A way that holds in the middle but not in the worst tenth is known as such."""
    notice = swap_notice(lambda sds: 1_800 if sds > 1.0 else None)
    assert (notice.earliest_s, notice.likely_s) == (1_800, None)
    assert notice.within == pytest.approx(1 - NormalDist().cdf(1.0), abs=0.001)


def test_a_truck_below_its_reserve_is_certain() -> None:
    assert swap_notice(lambda _: 0).within == 1.0
