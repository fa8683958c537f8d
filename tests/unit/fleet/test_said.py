"""Reasons that services write into rows are read in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import override

from fleet.selectors.said import CHOSEN, REASONS, reason_said

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
    assert reasons - REASONS == set()
    with override("zh-hans"):
        unsaid = [text for text in (*REASONS, *CHOSEN) if reason_said(text) == text]
    assert unsaid == []


def test_what_a_person_wrote_stays_as_it_is() -> None:
    with override("zh-hans"):
        assert reason_said("gripper rebuilt") == "gripper rebuilt"
