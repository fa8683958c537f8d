"""`simulate_day`: the table, the figures, and refusals in a sentence."""

import json
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dispatch.management.day import figures, pool
from dispatch.management.day.table import gap, table
from dispatch.simulation.day.runs import DayResult, DayTask

TASK = DayTask(policy="planner")


def result(policy: str, wait_min: float, *, lost_min: float = 900.0) -> DayResult:
    return DayResult(
        task=replace(TASK, policy=policy),
        lost_min=lost_min,
        swaps=50,
        swapping_min=250.0,
        detour_min=8.0,
        wait_min=wait_min,
        waits_min=(0.0, wait_min, 2 * wait_min),
        lines=((0, 0, 9), (150, 3, 4)),
    )


def test_the_table_says_how_far_the_planner_is_from_each() -> None:
    said = table(
        [
            result("nearest", 22.0),
            result("planner", 1.0),
            result("foresight", 0.5, lost_min=880.0),
            result("bound", 0, lost_min=850),
        ]
    )
    assert "| nearest | 30.00 | 22.00 | 50 |" in said
    assert "planner against nearest: detour + wait -70.0%, queueing -95.5%" in said
    assert "planner above the bound: 8.3% of detour + wait" in said
    assert "foresight above the bound: 5.0% of detour + wait" in said
    assert "planner against foresight" not in said, "they do not know the same"


def test_the_gap_takes_the_swaps_off_both() -> None:
    assert gap(result("planner", 1.0), 850.0) == pytest.approx(50.0 / 600.0)


def test_the_bar_says_how_far() -> None:
    assert pool.bar(0.5, 2, 4) == f"[{'#' * 15}{'.' * 15}]  50%  2 of 4 days"


def test_figures_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    files = figures.draw_all([result("nearest", 9.0), result("planner", 1.0)], tmp_path)
    assert [file.name for file in files] == [
        "day-waits-moderate-chance-60.png",
        "day-queue-moderate-chance-60.png",
        "day-stock-moderate-chance-60.png",
    ]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_without_matplotlib_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(figures.FiguresError, match="extra `figures`"):
        figures.draw_all([result("planner", 1.0)], tmp_path)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"policies": "fastest"}, "no policy 'fastest'"),
        ({"policies": "bound"}, "give --as-expected"),
        ({"seeds": "one"}, "numbers with commas"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("simulate_day", **options)


def test_a_small_day_is_run_and_written(tmp_path: Path) -> None:
    out = StringIO()
    call_command(
        "simulate_day",
        load=["moderate"],
        policies="nearest,planner",
        trucks=12,
        stations=6,
        hours=1,
        work_limit=5,
        bound_steps=2,
        known_steps=2,
        as_expected=True,
        no_figures=True,
        out=tmp_path,
        stdout=out,
        stderr=StringIO(),
    )
    rows = json.loads((tmp_path / "results.json").read_text())
    assert [row["task"]["policy"] for row in rows] == ["nearest", "planner", "known", "bound"]
    assert "| planner |" in (tmp_path / "table.md").read_text()
    assert "planner above the bound" in out.getvalue()
    assert "known above the bound" in out.getvalue()
