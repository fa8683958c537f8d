import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.demo_state import UNSEEN_S, Clock, DemoState, OtherScenarioError, next_clock

SCENARIO = {"trucks": 60, "stations": 6, "seed": 1}
rates = st.floats(1, 100)
gaps = st.floats(0, 1e6)


@given(rates, rates, gaps, gaps, st.floats(0, UNSEEN_S))
def test_the_clock_never_goes_back_at_a_second_start(
    rate: float, next_rate: float, ran_s: float, away_s: float, unseen_s: float
) -> None:
    first = next_clock(last=None, seen_wall_s=0, wall_s=1e9, rate=rate)
    assert first.reading_s(1e9) == 1e9
    seen = 1e9 + ran_s
    last_used = first.reading_s(seen + unseen_s)
    wall = seen + unseen_s + away_s
    second = next_clock(last=first, seen_wall_s=seen, wall_s=wall, rate=next_rate)
    assert second.reading_s(wall) >= last_used
    assert second.reading_s(wall) >= wall


def test_the_state_of_a_first_start_is_read_at_the_second(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    first = DemoState.open(file, scenario=SCENARIO, wall_s=1000.0, rate=10)
    first.save(file, wall_s=1060.0)
    assert file.stat().st_mode & 0o077 == 0
    second = DemoState.open(file, scenario=SCENARIO, wall_s=1070.0, rate=2)
    assert second.secret_key == first.secret_key
    assert second.clock == Clock(2, 1070.0, 1000.0 + (60 + UNSEEN_S) * 10)


def test_another_scenario_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    DemoState.open(file, scenario=SCENARIO, wall_s=0, rate=1).save(file, wall_s=0)
    kept = file.read_text()
    with pytest.raises(OtherScenarioError, match="TRUCKS=60 STATIONS=6 SEED=1"):
        DemoState.open(file, scenario=SCENARIO | {"trucks": 61}, wall_s=0, rate=1)
    assert json.loads(file.read_text()) == json.loads(kept)
