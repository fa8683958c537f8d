import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.travel import (
    CIRCUITY,
    DUMPER_LOADED,
    TRACTOR_EMPTY,
    TRACTOR_LOADED,
    GeoPoint,
    GreatCircleTravel,
    TravelProvider,
    great_circle_m,
    nearest_indices,
    positions,
)

CAOFEIDIAN = GeoPoint(38.9629, 118.4412)
JINGTANG = GeoPoint(38.9537, 118.5034)
QIANAN = GeoPoint(39.9767, 118.5588)
LATITUDES = st.floats(-89.0, 89.0)
LONGITUDES = st.floats(-180.0, 180.0)
PROVIDER: TravelProvider = GreatCircleTravel()


def test_the_crow_flies_as_far_as_on_paper() -> None:
    quarter = great_circle_m([0.0, 0.0], [90.0, 0.0])
    assert quarter == pytest.approx(10_007_557, rel=1e-6)
    assert great_circle_m([0.0, 179.5], [0.0, -179.5]) == pytest.approx(111_195, rel=1e-4)

    assert great_circle_m([38.9537, 118.5034], [39.9767, 118.5588]) == pytest.approx(
        113_850, rel=0.001
    )


def test_a_matrix_has_a_row_for_each_origin() -> None:
    drives = PROVIDER.travel(
        positions([CAOFEIDIAN, JINGTANG]),
        positions([JINGTANG, QIANAN, CAOFEIDIAN]),
        truck=TRACTOR_LOADED,
    )
    assert drives.distance_m.shape == drives.travel_s.shape == (2, 3)
    assert drives.distance_m[1, 0] == drives.travel_s[1, 0] == 0
    assert drives.distance_m[0, 0] == drives.distance_m[1, 2]
    crow = great_circle_m([38.9537, 118.5034], [39.9767, 118.5588])
    assert drives.distance_m[1, 1] == pytest.approx(float(crow) * CIRCUITY, abs=1)


def test_pairs_are_the_diagonal_of_the_matrix() -> None:
    starts, ends = positions([CAOFEIDIAN, JINGTANG]), positions([QIANAN, CAOFEIDIAN])
    matrix = PROVIDER.travel(starts, ends, truck=TRACTOR_EMPTY)
    pairs = PROVIDER.travel_pairs(starts, ends, truck=TRACTOR_EMPTY)
    assert pairs.distance_m.tolist() == np.diag(matrix.distance_m).tolist()
    assert pairs.travel_s.tolist() == np.diag(matrix.travel_s).tolist()


def test_short_hauls_are_slower_and_loads_slow_down() -> None:
    def speed_kmh(to: GeoPoint) -> float:
        drive = PROVIDER.travel_pairs(
            positions([CAOFEIDIAN]), positions([to]), truck=TRACTOR_LOADED
        )
        return float(drive.distance_m[0] / drive.travel_s[0] * 3.6)

    assert 25 < speed_kmh(JINGTANG) < 40
    assert 50 < speed_kmh(QIANAN) < 67
    times = [
        int(
            PROVIDER.travel_pairs(
                positions([CAOFEIDIAN]), positions([QIANAN]), truck=truck
            ).travel_s[0]
        )
        for truck in (TRACTOR_EMPTY, TRACTOR_LOADED, DUMPER_LOADED)
    ]
    assert times == sorted(times)
    assert len(set(times)) == 3


@given(
    st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=5),
    st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=7),
    st.integers(0, 9),
)
def test_the_nearest_are_the_nearest(
    origins: list[tuple[float, float]], destinations: list[tuple[float, float]], count: int
) -> None:
    chosen = nearest_indices(origins, destinations, count=count)
    assert chosen.shape == (len(origins), min(count, len(destinations)))
    for origin, row in zip(origins, chosen, strict=True):
        metres = [float(great_circle_m(origin, there)) for there in destinations]
        assert [metres[index] for index in row] == sorted(metres)[:count]


def test_nothing_to_drive_is_an_empty_matrix() -> None:
    drives = PROVIDER.travel([], positions([QIANAN]), truck=TRACTOR_LOADED)
    assert drives.travel_s.shape == (0, 1)


def test_positions_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no place on earth"):
        GeoPoint(118.5, 38.9)
    with pytest.raises(ValueError, match="latitude first"):
        PROVIDER.travel([(118.5, 38.9)], [(38.9, 118.5)], truck=TRACTOR_LOADED)
    with pytest.raises(ValueError, match="rows"):
        PROVIDER.travel([1.0, 2.0, 3.0], [(38.9, 118.5)], truck=TRACTOR_LOADED)
    with pytest.raises(ValueError, match="as many"):
        PROVIDER.travel_pairs([(38.9, 118.5)], [], truck=TRACTOR_LOADED)
    with pytest.raises(ValueError, match="negative"):
        nearest_indices([], [], count=-1)
