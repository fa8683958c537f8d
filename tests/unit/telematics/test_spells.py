"""A breach that would have rung: it lasts, and a late report has a part in it."""

from datetime import timedelta
from typing import Any

from telematics.models import Mark
from telematics.services.alarm_rules import BreachSpan
from telematics.services.late.anew import marks_in_order
from telematics.services.late.said import Said
from telematics.services.late.spells import Gate, spell_of
from tests.builders import NOW

MINUTE = timedelta(minutes=1)
GATE = Gate("pack_temperature_c", is_above=True, duration=2 * MINUTE, max_age=5 * MINUTE)
LATE = Mark.LATE.value
POSITION = Mark.IMPLAUSIBLE_POSITION.value


def said(minute: float, **fields: Any) -> Said:
    at = NOW + minute * MINUTE
    values: dict[str, Any] = dict.fromkeys(Said._fields)
    values |= {"recorded_at": at, "received_at": at, "seq": int(minute), "marks": 0}
    values |= {"latitude_deg": 39.0, "longitude_deg": 118.0, "speed_kmh": 50.0}
    values |= {"soc_percent": 50.0, "alarm_level": 0, "pack_temperature_c": 60.0 + minute}
    return Said(**{**values, **fields})


def span(first: float, last: float, until: float | None = None) -> BreachSpan:
    end = None if until is None else NOW + until * MINUTE
    return BreachSpan(3, NOW + first * MINUTE, NOW + last * MINUTE, end)


def test_a_breach_shorter_than_its_rule_asks_would_not_have_rung() -> None:
    reports = [said(n, marks=LATE) for n in range(5)]
    assert spell_of(span(1, 2.9, 4), reports, gate=GATE) is None
    assert spell_of(span(1, 3, 4), reports, gate=GATE) is not None


def test_the_worst_value_is_that_of_the_breach_alone() -> None:
    reports = [said(n) for n in range(8)]
    spell = spell_of(span(2, 5, 6), reports, gate=GATE)
    assert spell is not None
    assert (spell.worst, spell.began_at) == (65.0, NOW + 2 * MINUTE)
    assert (spell.ended_at, spell.is_over) == (NOW + 6 * MINUTE, True)


def test_one_that_goes_on_ends_with_its_last_report() -> None:
    spell = spell_of(span(2, 5), [said(n) for n in range(6)], gate=GATE)
    assert spell is not None
    assert (spell.ended_at, spell.is_over) == (NOW + 5 * MINUTE, False)


def test_found_late_is_what_could_ring_nothing_when_it_came() -> None:
    def found(**fields: Any) -> bool:
        reports = [said(n) for n in range(6)]
        reports[3] = said(3, **fields)
        spell = spell_of(span(2, 5), reports, gate=GATE)
        assert spell is not None
        return spell.is_found_late

    assert not found()
    assert found(marks=LATE)
    assert not found(received_at=NOW + 8 * MINUTE)
    assert found(received_at=NOW + 8.1 * MINUTE)


def test_a_late_report_outside_the_breach_finds_nothing() -> None:
    reports = [said(n, marks=LATE if n < 2 else 0) for n in range(6)]
    spell = spell_of(span(2, 5), reports, gate=GATE)
    assert spell is not None
    assert not spell.is_found_late


def test_marks_rest_on_the_credible_report_before() -> None:
    far = {"latitude_deg": 40.0}
    island = {"latitude_deg": 0.0, "longitude_deg": 0.0}
    ahead = {**far, "received_at": NOW - 60 * MINUTE}
    reports = [said(0), said(1, **island), said(2), said(3, **ahead), said(4), said(5, **far)]
    assert marks_in_order(reports, before=None) == [0, POSITION, 0, POSITION, 0, POSITION]
    assert marks_in_order(reports[:1], before=said(-1, **far)) == [POSITION]
    assert marks_in_order(reports[:1], before=said(-60, **far)) == [0]


def test_marks_of_the_arrival_stay_and_those_of_old_neighbours_go() -> None:
    before = LATE | Mark.CLOCK_BEHIND.value | Mark.IMPLAUSIBLE_SPEED.value
    reports = [said(0, marks=before | POSITION | Mark.IMPLAUSIBLE_CHARGE.value)]
    assert marks_in_order(reports, before=None) == [before]
