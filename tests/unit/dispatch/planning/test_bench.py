import json
import subprocess
import sys
from pathlib import Path

from dispatch.planning.exchange import write_problem
from tests.benchmarks.yardsticks import YARDSTICKS, wanted
from tests.instances import swap_problem


def test_the_table_ends_with_one_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "few.json.gz"
    write_problem(swap_problem(11, trucks=4), path)
    limits = ["--time-limit-s", "0.2", "--workers", "1"]
    command = [sys.executable, "-m", "tests.benchmarks.plan", str(path), "/nowhere/x", *limits]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    *table, last = done.stdout.decode().splitlines()
    found = json.loads(last)
    row = found["rows"][0]
    assert found["missing"] == ["/nowhere/x"]
    assert len(table) == 3
    assert (row["instance"], row["bad"]) == ("few", 0)
    assert row["bound"] <= row["ours"] <= min(row["nearest"], row["greedy"])
    assert 10 < row["peak_mb"] < 2000
    assert 0 < row["import_s"] < 30
    assert row["build_s"] > 0


def test_each_known_instance_has_the_limits_asked_of_it_or_one_for_all() -> None:
    asked = {(stick.instance, stick.time_limit_s) for stick in wanted([], time_limit_s=None)}
    assert {("shuttle-1000x60-s1", 10), ("shuttle-1000x60-s1", 30)} < asked
    assert len(asked) == len(YARDSTICKS)
    quick = wanted([], time_limit_s=1)
    assert len(quick) == len({stick.instance for stick in YARDSTICKS})
    assert {stick.time_limit_s for stick in quick} == {1}
