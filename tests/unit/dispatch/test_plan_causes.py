"""Whatever asks for a plan has words for people, and no words are left of what asks no more."""

import re
from pathlib import Path

from dispatch.admin.plan_causes import CAUSES
from dispatch.lifecycle import STATES
from dispatch.services.plans.runs import ROUTINE

ROOT = Path(__file__).resolve().parents[3]
ASKED = re.compile(r'\bcause="([^"]+)"')
OF_ONE_TRUCK = re.compile(r"promise_one_truck\([^\n]*")


def test_every_cause_of_a_plan_has_words_and_every_word_a_cause() -> None:
    source = "\n".join(
        OF_ONE_TRUCK.sub("", path.read_text())
        for room in ("dispatch", "telematics")
        for path in sorted((ROOT / room).rglob("*.py"))
    )
    asked = set(ASKED.findall(source)) | {ROUTINE}
    assert "lane_state" in asked
    assert asked - set(STATES) == set(CAUSES)
