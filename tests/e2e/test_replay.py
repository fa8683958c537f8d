"""Recorded telemetry played against the running service: the rows are those of the files.

Within half of what a column resolves: 0.1 km/h, 0.01 % of charge, 1 m of altitude.
"""

import csv
import gzip
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from fleet import clock
from fleet.models import Truck
from telematics.models import Device, TruckReport, TruckState
from telematics.services.keys import make_key
from tests.builders import make_truck
from tests.stack import Stack

SHARED = Path(__file__).parents[3] / "shared" / "data"
TWIZY = SHARED / "ev-telemetry-twizy" / "T3_05_25_2021_1.csv"
SEMI = SHARED / "etruck-pepsi-semi" / "cycles" / "pepsi_2_drive_cycle_14.csv.gz"
ROWS = 900

pytestmark = pytest.mark.shared


def truck_with_key() -> tuple[Truck, str]:
    truck = make_truck()
    device = Device.objects.create(kind=Device.Kind.OBU, serial=f"OBU-{truck.vin}", truck=truck)
    return truck, make_key(device, now=clock.now())


def play(stack: Stack, path: Path, *options: str) -> tuple[Sequence[TruckReport], str]:
    if not path.exists():
        pytest.skip(f"{path.name} is data outside the project")
    truck, key = truck_with_key()
    where = ("--url", stack.base_url, "--key", key, "--limit", str(ROWS), "--speed", "3000")
    said = stack.manage("replay_reports", str(path), *where, *options)
    return list(TruckReport.objects.filter(truck=truck).order_by("recorded_at", "seq")), said


def test_a_recorded_drive_is_in_the_database_as_it_was_recorded(stack: Stack) -> None:
    before = clock.now()
    reports, said = play(stack, TWIZY, "--format", "twizy")
    with TWIZY.open(newline="") as lines:
        rows = list(csv.DictReader(lines))[:ROWS]
    assert f"{ROWS}/{ROWS} reports (100 %)" in said
    assert len(reports) == ROWS
    for report, row in zip(reports, rows, strict=True):
        assert report.soc_percent == pytest.approx(float(row["Soc"]), abs=0.005)
        assert report.latitude_deg == pytest.approx(float(row["LAT"]))
        assert report.longitude_deg == pytest.approx(float(row["LON"]))
        assert report.speed_kmh == pytest.approx(float(row["Speed"]), abs=0.0501)
        assert report.altitude_m == pytest.approx(float(row["ALT"]), abs=0.5)
    lasted = reports[-1].recorded_at - reports[0].recorded_at
    hours, minutes, seconds = (
        int(last) - int(first)
        for first, last in zip(rows[0]["Time"].split(":"), rows[-1]["Time"].split(":"), strict=True)
    )
    assert lasted == timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert before - lasted <= reports[0].recorded_at <= clock.now()
    live = TruckState.objects.get(truck=reports[0].truck_id)
    assert live.recorded_at == reports[-1].recorded_at
    assert live.seq == ROWS - 1


def test_a_speed_trace_gets_charge_between_its_measured_ends_and_a_way(stack: Stack) -> None:
    reports, _ = play(stack, SEMI, "--format", "semi", "--every-s", "15")
    with (SEMI.parent.parent / "pepsi_2_drivecycle_data.csv").open(newline="") as lines:
        [event] = [row for row in csv.DictReader(lines) if row["Driving event"] == "14"]
    first, last = (float(event[f"{end} battery charge (%)"]) for end in ("Initial", "Final"))
    with gzip.open(SEMI, "rt") as lines:
        trace = {float(row[0]): float(row[1]) for row in list(csv.reader(lines))[1:]}
    assert len(reports) == ROWS
    assert reports[0].soc_percent == pytest.approx(first, abs=0.01)
    assert all(last - 0.5 <= report.soc_percent <= first + 0.5 for report in reports)
    assert reports[-1].soc_percent < reports[0].soc_percent
    begin = reports[0].recorded_at - timedelta(seconds=min(trace))
    for report in reports[:: ROWS // 20]:
        second = round((report.recorded_at - begin).total_seconds(), 3)
        assert report.speed_kmh == pytest.approx(max(0.0, trace[second]), abs=0.0501)
    assert reports[-1].longitude_deg < reports[0].longitude_deg
    assert reports[-1].latitude_deg == pytest.approx(reports[0].latitude_deg, abs=1e-6)


def test_a_wrong_key_ends_the_replay_with_the_services_own_sentence(
    stack: Stack, tmp_path: Path
) -> None:
    path = tmp_path / "drive.csv"
    path.write_text("at,lat,lon,v,soc\n0,39.6,118.2,50,80\n1,39.6,118.2,50,80\n")
    columns = "recorded_at=at,latitude_deg=lat,longitude_deg=lon,speed_kmh=v,soc_percent=soc"
    where = ("--url", stack.base_url, "--key", "yz_obu_nobody", "--map", columns)
    with pytest.raises(AssertionError, match=r"0/2 reports.*No device has this key"):
        stack.manage("replay_reports", str(path), *where)
