"""The motion lock against a plain model of its rule, over any trace of speeds."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SOURCE = Path("dispatch/driver/static/driver/lock.js").read_bytes()
PLAY = """async ([module, trace]) => {
  const { newLock, heardSpeed, passed } = await import(module);
  let lock = newLock();
  return trace.map(([now, source, speed, at]) => {
    if (source) lock = heardSpeed(lock, source, speed, at);
    lock = passed(lock, now);
    return lock.isLocked;
  });
}"""
STEP_MS = 500
HELD_MS, DRIVING_MS = 3000, 600_000
FRESH_MS = {"obu": 60_000, "phone": 10_000}
type Step = tuple[int, str | None, float, int]


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def played(page: Page, trace: Sequence[Step]) -> list[bool]:
    module = "data:text/javascript;base64," + base64.b64encode(SOURCE).decode()
    said: list[bool] = page.evaluate(PLAY, [module, trace])
    return said


@dataclass
class Model:
    """Remembers every speed heard and looks at the last three seconds step by step."""

    heard: dict[str, list[tuple[int, float]]] = field(
        default_factory=lambda: {"obu": [], "phone": []}
    )
    is_locked: bool = False

    def speed_at(self, moment: int) -> float | None:
        for source in ("obu", "phone"):
            known = [row for row in self.heard[source] if row[0] <= moment]
            if known and moment - known[-1][0] <= FRESH_MS[source]:
                return known[-1][1]
        return None

    def step(self, step: Step) -> bool:
        now, source, speed, at = step
        if source and all(at > row[0] for row in self.heard[source]):
            self.heard[source].append((at, speed))
        if self.speed_at(now) is None:
            rows = [rows[-1] for rows in self.heard.values() if rows]
            last = max(rows, key=lambda row: row[0], default=None)
            self.is_locked = last is not None and last[1] > 15 and now - last[0] <= DRIVING_MS
            return self.is_locked
        past = [self.speed_at(moment) for moment in range(now - HELD_MS, now + 1, STEP_MS)]
        if all(speed is not None and speed > 15 for speed in past):
            self.is_locked = True
        if all(speed is not None and speed < 10 for speed in past):
            self.is_locked = False
        return self.is_locked


@st.composite
def traces(draw: st.DrawFn) -> list[Step]:
    """Half-second steps; some bring a speed; silences of up to fifteen minutes in between."""
    steps: list[Step] = []
    now = 1_000_000
    for _ in range(draw(st.integers(1, 60))):
        pause = draw(st.sampled_from([1, 1, 1, 1, 1, 1, 2, 15, 25, 130, 1300]))
        for _ in range(pause - 1):
            now += STEP_MS
            steps.append((now, None, 0.0, 0))
        now += STEP_MS
        source = draw(st.sampled_from(["obu", "obu", "obu", "phone", None]))
        speed = draw(st.sampled_from([0.0, 5.0, 9.9, 10.0, 12.0, 15.0, 15.1, 40.0, 80.0]))
        steps.append((now, source, speed, now))
    return steps


@given(trace=traces())
def test_it_follows_its_rule_on_any_trace(blank: Page, trace: list[Step]) -> None:
    model = Model()
    assert played(blank, trace) == [model.step(step) for step in trace]


def drive(*speeds: float, every_ms: int = STEP_MS, source: str = "obu") -> list[Step]:
    return [(t := 1_000_000 + i * every_ms, source, speed, t) for i, speed in enumerate(speeds)]


def test_three_seconds_above_fifteen_lock_and_three_below_ten_open(blank: Page) -> None:
    up = drive(*[15.1] * 8, *[9.9] * 8)
    assert played(blank, up) == [False] * 6 + [True] * 8 + [False] * 2
    assert not any(played(blank, drive(*[15.0] * 40)))
    assert not any(played(blank, drive(*[15.1, 15.1, 15.1, 15.1, 15.1, 15.0] * 8)))
    assert all(played(blank, drive(*[40.0] * 8, *[12.0] * 60))[6:])


def test_what_was_measured_three_seconds_ago_locks_at_once(blank: Page) -> None:
    assert played(blank, [(1_000_000, "obu", 62.0, 996_000)]) == [True]


def test_an_older_speed_that_comes_late_changes_nothing(blank: Page) -> None:
    late: list[Any] = [(1_000_000, "obu", 62.0, 996_000), (1_000_500, "obu", 0.0, 990_000)]
    assert played(blank, late) == [True, True]


def test_a_silent_unit_that_said_driving_keeps_the_lock_for_ten_minutes(blank: Page) -> None:
    fell_silent = [*drive(62.0), (1_061_000, None, 0.0, 0), (1_599_000, None, 0.0, 0)]
    assert played(blank, [*fell_silent, (1_601_000, None, 0.0, 0)]) == [False, True, True, False]
    parked = [*drive(0.0), (1_061_000, None, 0.0, 0)]
    assert played(blank, parked) == [False, False]


def test_the_phone_stands_in_only_while_the_unit_is_silent(blank: Page) -> None:
    slow_unit = drive(0.0)
    fast_phone: list[Step] = [
        (1_000_500 + i * STEP_MS, "phone", 62.0, 1_000_500 + i * STEP_MS) for i in range(20)
    ]
    assert not any(played(blank, [*slow_unit, *fast_phone]))
    assert played(blank, fast_phone)[-1]


def test_the_model_would_notice_a_wrong_rule(blank: Page) -> None:
    trace = drive(*[15.0] * 20)
    model = Model()
    model.heard["obu"].append((0, 0.0))
    wrong = SOURCE.replace(b"FAST_KMH = 15", b"FAST_KMH = 14")
    module = "data:text/javascript;base64," + base64.b64encode(wrong).decode()
    assert blank.evaluate(PLAY, [module, trace]) != [model.step(step) for step in trace]
