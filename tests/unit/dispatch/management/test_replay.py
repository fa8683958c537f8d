from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dispatch.management.replay.columns import read_columns, read_instant, read_mapping
from dispatch.management.replay.formats import FORMATS
from dispatch.management.replay.record import Record, RecordError, begin_s, thinned
from dispatch.management.replay.semi import charge_between, read_semi, straight_on
from dispatch.simulation.leg import road_m

UTC = ZoneInfo("UTC")
TWIZY = """Date,Time,Soc,Speed,Mode,LAT,LON,ALT,GpsSpeed,Temperature
03/29/2021,11:13:46,87.4,12.5,D,33.9863,-6.7256,141.0,12.1,20.0
6/7/2021,16:06:28,77.2,0.0,N,33.9536,-6.8514,86.0,0.05,
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_columns_become_reports_with_their_own_clock(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", TWIZY)
    mapping = read_mapping(FORMATS["twizy"].mapping)
    first, second = read_columns(path, mapping, timezone=ZoneInfo("Africa/Casablanca"))
    # Morocco keeps UTC+1 all year but in Ramadan; neither day is in it.
    assert first.at_s == read_instant("2021-03-29T10:13:46Z", timezone=UTC, where="")
    assert first.values == {
        "soc_percent": 87.4,
        "speed_kmh": 12.5,
        "latitude_deg": 33.9863,
        "longitude_deg": -6.7256,
        "altitude_m": 141.0,
        "ambient_temperature_c": 20.0,
    }
    assert "ambient_temperature_c" not in second.values


def test_what_cannot_be_read_is_named_by_file_row_and_column(tmp_path: Path) -> None:
    mapping = read_mapping(FORMATS["twizy"].mapping)
    path = write(tmp_path / "t.csv", TWIZY.replace("77.2", "full"))
    with pytest.raises(RecordError, match=r"t.csv, row 3: Soc is 'full'"):
        read_columns(path, mapping, timezone=UTC)
    path = write(tmp_path / "t.csv", TWIZY.replace("11:13:46", "noon"))
    with pytest.raises(RecordError, match="noon"):
        read_columns(path, mapping, timezone=UTC)
    path = write(tmp_path / "t.csv", TWIZY.replace("LAT", "Breite"))
    with pytest.raises(RecordError, match="no column LAT"):
        read_columns(path, mapping, timezone=UTC)
    path = write(tmp_path / "t.csv", TWIZY.splitlines()[0])
    with pytest.raises(RecordError, match="has no rows"):
        read_columns(path, mapping, timezone=UTC)
    with pytest.raises(RecordError, match="lacks soc_percent"):
        read_columns(
            path,
            read_mapping("recorded_at=Time,latitude_deg=LAT,longitude_deg=LON,speed_kmh=Speed"),
            timezone=UTC,
        )
    with pytest.raises(RecordError, match="charge=Soc"):
        read_mapping("charge=Soc")


def test_a_fast_replay_begins_in_the_past_and_ends_now_a_slow_one_begins_now() -> None:
    records = [Record(0.0), Record(3600.0)]
    assert begin_s(records, now_s=10_000.0, rate=1.0, speed=10.0) == 10_000.0 - 3600 * 0.9
    assert begin_s(records, now_s=10_000.0, rate=10.0, speed=10.0) == 10_000.0
    assert begin_s(records, now_s=10_000.0, rate=1.0, speed=0.5) == 10_000.0


def test_thinning_keeps_the_first_and_the_last() -> None:
    records = [Record(float(second)) for second in range(12)]
    assert [record.at_s for record in thinned(records, every_s=5)] == [0.0, 5.0, 10.0, 11.0]


def test_charge_between_two_ends_falls_as_the_model_spends_and_holes_spend_nothing() -> None:
    times = np.array([0.0, 1, 2, 3, 4000, 4001, 4002])
    speeds = np.array([60.0, 60, 60, 60, 60, 60, 60])
    soc = charge_between(times, speeds, first_percent=90.0, last_percent=80.0)
    assert (soc[0], soc[-1]) == (90.0, 80.0)
    assert soc[3] == soc[4] == pytest.approx(84.0)


def test_a_straight_drive_covers_the_distance_of_its_speeds() -> None:
    times = np.arange(0.0, 3601.0)
    lat, lon = straight_on(
        times, np.full_like(times, 72.0), start=(39.63, 118.18), heading_deg=270.0
    )
    there = (float(lat[-1]), float(lon[-1]))
    assert road_m((39.63, 118.18), there) / 1.393 == pytest.approx(72_000, rel=0.005)


def test_a_trace_without_its_table_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="not called"):
        read_semi(tmp_path / "a.csv", start=(0, 0), heading_deg=0)
    with pytest.raises(RecordError, match="is missing"):
        read_semi(tmp_path / "x" / "pepsi_1_drive_cycle_2.csv", start=(0, 0), heading_deg=0)
