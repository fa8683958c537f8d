import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.travel import great_circle_m
from dispatch.services.roads.cells import drive_cells, moved

LATITUDES, LONGITUDES = st.floats(-85.0, 85.0), st.floats(-179.9, 179.9)
POINTS = st.tuples(LATITUDES, LONGITUDES)


@given(POINTS, POINTS, st.floats(-0.004, 0.004), st.floats(-0.004, 0.004))
def test_drives_of_one_pair_of_cells_begin_and_end_near_each_other(
    start: tuple[float, float], end: tuple[float, float], north: float, east: float
) -> None:
    starts = np.array([start, (start[0] + north, start[1] + east)])
    ends = np.array([end, end])
    from_cells, to_cells = drive_cells(starts, ends)
    assert to_cells[0] == to_cells[1]
    if from_cells[0] == from_cells[1]:
        drive_m = float(great_circle_m(start, end))
        apart_m = float(great_circle_m(starts[0], starts[1]))
        assert apart_m < max(80.0, 0.11 * drive_m)


def test_longer_drives_begin_in_coarser_cells_and_all_end_in_fine_ones() -> None:
    steps = np.arange(40) * 0.0005 + 1e-4
    grid = np.stack(np.meshgrid(39.0 + steps, 118.0 + steps), axis=-1).reshape(-1, 2)
    seen: set[int] = set()
    for away_deg, most in ((0.0, 1600), (0.06, 121), (0.2, 16), (1.0, 4)):
        from_cells, to_cells = drive_cells(grid, np.full_like(grid, (39.01 + away_deg, 118.01)))
        cells = set(from_cells.tolist())
        assert 0.7 * most <= len(cells) <= most
        assert len(set(to_cells.tolist())) == 1
        assert not cells & seen, "a cell's number holds its size"
        seen |= cells
    ends = drive_cells(np.full_like(grid, (39.5, 118.5)), grid)[1]
    assert len(set(ends.tolist())) == 1600


def test_the_asked_drive_itself_is_not_moved() -> None:
    metres, seconds = moved(
        np.array([12_000.0]),
        np.array([900.0]),
        crow_m=np.array([8e3]),
        asked_crow_m=np.array([8e3]),
    )
    assert (metres[0], seconds[0]) == (12_000.0, 900.0)


@given(st.floats(0, 3e4), st.floats(0, 1e4), st.floats(0, 3e4), st.floats(0, 3e4))
def test_a_moved_drive_is_no_shorter_than_the_crow_flies(
    road_m: float, road_s: float, crow_m: float, asked_m: float
) -> None:
    metres, seconds = moved(
        np.array([road_m]),
        np.array([road_s]),
        crow_m=np.array([crow_m]),
        asked_crow_m=np.array([asked_m]),
    )
    assert metres[0] >= crow_m
    assert np.isfinite(seconds[0])
    assert seconds[0] >= 0.0


def test_a_drive_that_begins_farther_off_is_longer() -> None:
    metres, seconds = moved(
        np.array([12_000.0] * 3),
        np.array([900.0] * 3),
        crow_m=np.array([7_900.0, 8_000.0, 8_100.0]),
        asked_crow_m=np.array([8_000.0] * 3),
    )
    assert metres.tolist() == pytest.approx([11_850.0, 12_000.0, 12_150.0])
    assert seconds.tolist() == pytest.approx([888.75, 900.0, 911.25])
