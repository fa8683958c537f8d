"""Alarms of rules over time: whatever comes, in whatever order, they live as the oracle says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from hypothesis import example, given
from hypothesis import strategies as st

from telematics.models import Alarm, AlarmRule, Breach, Device, TruckState
from telematics.services.alarms import ring
from telematics.services.alarms.people import acknowledge_alarm
from telematics.services.alarms.ring import ring_breaches
from tests.alarm_life import Level, Oracle, Step
from tests.builders import NOW, make_alarm_rule, make_device, make_user
from tests.obu import post, report

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.hypothesis,
    pytest.mark.usefixtures("standing_clock"),
]
MAX_AGE_S = 300
WARM = Level(threshold=55, clear_at=50, level=1, duration_s=60, escalate_after_s=400)
HOT = Level(threshold=60, clear_at=58, level=2, duration_s=0, escalate_after_s=200)

waits = st.sampled_from([0, 10, 60, 150, 301])
reports = st.builds(
    Step,
    wait_s=waits,
    age_s=st.sampled_from([0, 0, 0, 30, 299, 300, 301, 900]),
    value=st.sampled_from([None, 40, 49.9, 50, 54, 55, 57.9, 58, 60, 70]),
)
others = st.builds(
    Step, wait_s=waits, is_report=st.just(False), acknowledges=st.booleans(), age_s=st.just(0)
)
days = st.lists(reports | reports | others, min_size=1, max_size=10)
# Each of these is a day that goes wrong without one of the rules of alarms.
FLICKER = [Step(10, 0, 60), Step(10, 0, 57.9), Step(10, 0, 60)]
TOO_SHORT = [Step(10, 0, 55), Step(50, 0, 55), Step(10, 0, 49.9)]
LATE = [Step(10, 0, 40), Step(10, 30, 70), Step(10, 30, 70)]
OLD_BUFFER = [Step(10, 900, 70), Step(10, 301, 70)]
FELL_SILENT = [Step(10, 0, 70), Step(301, is_report=False), Step(10, 0, 40)]
GONE = [Step(10, 0, 70), Step(301, is_report=False)]
GRAVER = [
    Step(10, 0, 55),
    Step(60, 0, 55),
    Step(10, is_report=False, acknowledges=True),
    Step(10, 0, 60),
]
NOBODY_LOOKS = [
    Step(10, 0, 55),
    Step(150, 0, 55),
    Step(150, 0, 55),
    Step(150, 0, 55),
    Step(150, 0, 55),
]
HARD_DAYS = {
    "flicker": FLICKER,
    "too_short": TOO_SHORT,
    "late": LATE,
    "old_buffer": OLD_BUFFER,
    "fell_silent": FELL_SILENT,
    "gone": GONE,
    "graver": GRAVER,
    "nobody_looks": NOBODY_LOOKS,
}


def rules(*levels: Level) -> None:
    AlarmRule.objects.all().delete()
    for each in levels:
        make_alarm_rule(
            threshold=each.threshold,
            clear_at=each.clear_at,
            level=each.level,
            duration_s=each.duration_s,
            escalate_after_s=each.escalate_after_s,
            max_age_s=MAX_AGE_S,
        )


def live(settings: LazySettings, day: Sequence[Step]) -> tuple[list[Any], list[Any]]:
    """Live a day through the API and the product's alarms, and through the oracle."""
    for left_over in (Alarm, Breach, TruckState):
        left_over.objects.all().delete()
    rules(WARM, HOT)
    device, oracle, now = make_device(), Oracle([WARM, HOT], MAX_AGE_S), NOW
    user = make_user()
    for seq, step in enumerate(day):
        now += timedelta(seconds=step.wait_s)
        settings.CLOCK_AT_S = now.timestamp()
        if step.is_report:
            hear(device, seq, now - timedelta(seconds=step.age_s), step.value)
            oracle.hear(now - timedelta(seconds=step.age_s), step.value)
        elif step.acknowledges:
            for alarm in Alarm.objects.filter(closed_at=None, acknowledged_at=None):
                acknowledge_alarm(alarm.pk, by=user, reason="on it", now=now)
            oracle.acknowledge()
        ring_breaches(now=now)
        oracle.ring(now)
    return lives(), [life.told() for life in oracle.lives]


def hear(device: Device, seq: int, at: datetime, value: float | None) -> None:
    sent = {**report(seq, boot_id="one"), "recorded_at": at.isoformat()}
    post(device, sent if value is None else {**sent, "pack_temperature_c": value})


def lives() -> list[Any]:
    return [
        (
            alarm.opened_at,
            alarm.closed_at,
            alarm.level,
            alarm.acknowledged_at is not None,
            alarm.escalated_at,
            alarm.stale_since is not None,
        )
        for alarm in Alarm.objects.order_by("opened_at", "pk")
    ]


@given(day=days)
@example(day=FLICKER)
@example(day=TOO_SHORT)
@example(day=LATE)
@example(day=OLD_BUFFER)
@example(day=FELL_SILENT)
@example(day=GRAVER)
@example(day=NOBODY_LOOKS)
def test_alarms_live_as_the_oracle_says(settings: LazySettings, day: list[Step]) -> None:
    told, expected = live(settings, day)
    assert told == expected


FAULTS = {
    "age": ("s.recorded_at >= %(now)s - make_interval(secs => f.max_age_s)", "true", "old_buffer"),
    "duration": (
        "s.recorded_at - greatest(b.since, f.changed_at) >= make_interval(secs => f.duration_s)",
        "true",
        "too_short",
    ),
    "stale": ("s.since IS NOT NULL OR", "false OR", "gone"),
    "graver": (
        "acknowledged_at = CASE WHEN NOT n.is_graver THEN a.acknowledged_at END,",
        "",
        "graver",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_oracle_sees_a_fault_that_is_planted(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    good, bad, name = FAULTS[fault]
    day = HARD_DAYS[name]
    told, expected = live(settings, day)
    assert told == expected
    planted = 0
    for statement in ("OPEN", "CHANGE", "CLOSE", "STALE"):
        sql = getattr(ring, statement)
        planted += good in sql
        monkeypatch.setattr(ring, statement, sql.replace(good, bad))
    assert planted
    told, expected = live(settings, day)
    assert told != expected
