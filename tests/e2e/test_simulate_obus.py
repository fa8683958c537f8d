"""`manage.py simulate_obus` against the running service: nothing lost, whatever goes wrong."""

from pathlib import Path

import pytest

from tests.stack import Stack

FAULTS = [
    *("--drop", "0.05", "--duplicate", "0.1", "--reorder", "0.1", "--cut", "0.1"),
    *("--skew-s", "20", "--offline", "0.2", "--offline-s", "3"),
]
LOAD = ["--units", "12", "--seconds", "12", "--every-s", "0.5", "--seed", "7"]
MINE = (
    "SELECT {} FROM {} t JOIN fleet_truck k ON k.id = t.truck_id"
    " JOIN fleet_region r ON r.id = k.region_id WHERE r.code = 'simulated-obus'"
)


def figures(table: str) -> dict[str, str]:
    return {row[:20].strip(): row[20:] for row in table.splitlines() if len(row) > 20}


def test_every_report_that_was_sent_is_there_once(stack: Stack, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    said = figures(
        stack.manage("simulate_obus", "--url", stack.base_url, *LOAD, *FAULTS, "--keys", str(keys))
    )
    sent, stored, late = (int(said[name]) for name in ("reports sent", "stored", "late"))
    assert keys.stat().st_mode & 0o77 == 0
    rows = stack.sql(
        MINE.format("count(*), count(DISTINCT (truck_id, seq))", "telematics_truckreport")
    )
    # An answer that was cut off on purpose may have been kept: then its report is a duplicate.
    cut = int(said["connections cut"])
    assert rows[0][0] == rows[0][1] == sent
    assert sent - cut <= stored + late <= sent
    assert int(said["duplicate"]) > 0
    assert (said["refused"], said["given up"]) == ("0", "0")
    dropped = stack.sql(
        MINE.format("count(*)", "telematics_boot")
        + " AND (SELECT count(*) FROM unnest(t.seqs)) > 1"
    )
    assert dropped[0][0] > 0, "what was never sent is a hole of the ledger"
    again = figures(
        stack.manage(
            "simulate_obus", "--url", stack.base_url, *LOAD, "--seed", "8", "--keys", str(keys)
        )
    )
    # The first run may have gone on longer than its reports say: then some of these come late.
    assert int(again["stored"]) + int(again["late"]) == int(again["reports sent"]) == 12 * 24


def test_it_fails_when_the_service_refuses(stack: Stack, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("# nobody's\nyz_obu_nobody\n")
    with pytest.raises(AssertionError, match="unknown_key"):
        stack.manage(
            *("simulate_obus", "--url", stack.base_url, "--units", "1", "--every-s", "0.2"),
            *("--seconds", "1", "--keys", str(keys)),
        )
