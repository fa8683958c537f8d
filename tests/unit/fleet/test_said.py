"""Reasons that services write into rows are read in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import override

from fleet.selectors.said import CHOSEN, REASONS, detail_said, reason_said

PROJECT = Path(__file__).parents[3]
PLACES = ("fleet/services", "fleet/admin", "dispatch/services", "dispatch/api", "telematics")
WRITERS = {"told", "context", "Custody", "move_assignment", "_move_all", "_try_move", "open_lane"}


def written(tree: ast.AST) -> Iterator[str]:
    """Yield each reason a module writes itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            for keyword in node.keywords if name in WRITERS else ():
                value = keyword.value
                if keyword.arg in {"why", "reason"} and isinstance(value, ast.Constant):
                    yield str(value.value)


def test_every_reason_a_service_writes_is_said_in_chinese() -> None:
    files = [path for place in PLACES for path in (PROJECT / place).rglob("*.py")]
    reasons = {one for path in files for one in written(ast.parse(path.read_text())) if one}
    assert len(reasons) > 15
    assert reasons - REASONS - set(CHOSEN) == set()
    with override("zh-hans"):
        unsaid = [text for text in (*REASONS, *CHOSEN) if reason_said(text) == text]
    assert unsaid == []


def test_what_a_person_wrote_stays_as_it_is() -> None:
    with override("zh-hans"):
        assert reason_said("gripper rebuilt") == "gripper rebuilt"


def test_what_the_service_wrote_of_an_alarm_is_read_in_chinese_and_in_the_readers_hours() -> None:
    with override("zh-hans"):
        risk = detail_said("冀B10042D at 3 %: It can reach no station that could swap it.")
        assert risk == "冀B10042D 电量 3 %：没有可到达的换电站能为其换电。"
        assert detail_said("2026-11-22 23:47 UTC") == "2026-11-23 07:47"
        assert detail_said("3.3 ≤ 5") == "3.3 ≤ 5"
