import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.roads import SPEED_KMH, RoadClass, haul_travel_s, road_split_m


@given(st.lists(st.floats(0.0, 2e6), min_size=1, max_size=8))
def test_the_kinds_of_road_add_up(distances: list[float]) -> None:
    parts = road_split_m(distances)
    assert set(parts) == set(RoadClass)
    assert all(np.all(metres >= 0.0) for metres in parts.values())
    assert np.sum(list(parts.values()), axis=0) == pytest.approx(distances)


@given(st.floats(0.0, 1e6), st.floats(1.0, 1e5))
def test_a_longer_haul_takes_longer_and_is_faster_on_the_mean(start: float, more: float) -> None:
    shorter, longer = haul_travel_s([start, start + more])
    assert longer > shorter
    if start > 1.0:
        assert (start + more) / longer >= start / shorter * (1 - 1e-9)


def test_a_short_haul_is_urban_and_a_long_one_nears_the_expressway() -> None:
    assert haul_travel_s(5_000.0) == pytest.approx(5 * 3600 / SPEED_KMH[RoadClass.URBAN])
    hours = float(haul_travel_s(300_000.0)) / 3600
    assert 60 < 300 / hours < SPEED_KMH[RoadClass.LONG_HAUL]


def test_empty_trucks_are_a_little_faster() -> None:
    loaded, empty = haul_travel_s([40_000.0, 40_000.0], is_loaded=[True, False])
    assert loaded / empty == pytest.approx(1.05)
