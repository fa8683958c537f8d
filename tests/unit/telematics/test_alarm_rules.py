"""Rules against values: the quick way says what each rule says by itself."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.services.alarm_rules import BreachSpan, Threshold, bits_of, breach_spans, masks_of
from tests.builders import NOW

METRICS = ("soc_percent", "pack_temperature_c", "insulation_kohm")
pytestmark = pytest.mark.hypothesis
whole = st.integers(-5, 5).map(float)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Threshold]:
    bits = draw(st.lists(st.integers(0, 62), unique=True, max_size=6))
    rules = []
    for bit in bits:
        metric, is_above = draw(st.sampled_from(METRICS)), draw(st.booleans())
        threshold, width = draw(whole), draw(st.integers(0, 3))
        clear_at = threshold - width if is_above else threshold + width
        rules.append(Threshold(bit, metric, is_above, threshold, clear_at))
    return rules


values = st.fixed_dictionaries({metric: st.none() | whole for metric in METRICS})


def breached_by_the_book(rule: Threshold, value: float | None, before: bool) -> bool:
    """As the model says it: at the threshold or beyond it, and then until past clearing."""
    if value is None:
        return before
    up = value if rule.is_above else -value
    threshold = rule.threshold if rule.is_above else -rule.threshold
    clear_at = rule.clear_at if rule.is_above else -rule.clear_at
    if up >= threshold:
        return True
    return before and up >= clear_at


@given(rule_sets(), st.lists(values, max_size=12))
def test_masks_over_time_are_each_rule_by_itself(
    rules: list[Threshold], series: list[dict[str, float | None]]
) -> None:
    masks, breached = masks_of(rules), 0
    by_itself = {rule.bit: False for rule in rules}
    for each in series:
        raised, hold = masks(SimpleNamespace(**each))
        assert raised & hold == 0
        breached = raised | (breached & hold)
        for rule in rules:
            by_itself[rule.bit] = breached_by_the_book(rule, each[rule.metric], by_itself[rule.bit])
        assert set(bits_of(breached)) == {bit for bit, is_up in by_itself.items() if is_up}


@given(rule_sets(), st.lists(values, max_size=12), st.integers(0, 2**63 - 1))
def test_spans_cover_exactly_the_reports_that_breach(
    rules: list[Threshold], series: list[dict[str, float | None]], before: int
) -> None:
    before &= sum(1 << rule.bit for rule in rules)
    reports = [
        (NOW + timedelta(seconds=i), SimpleNamespace(**each)) for i, each in enumerate(series)
    ]
    masks, breached = masks_of(rules), before
    said: set[tuple[int, Any]] = set()
    for at, report in reports:
        raised, hold = masks(report)
        breached = raised | (breached & hold)
        said |= {(bit, at) for bit in bits_of(breached)}
    spans = list(breach_spans(reports, masks, before=before))
    covered = {
        (span.bit, at)
        for span in spans
        for at, _ in reports
        if span.since <= at <= span.last_at and (span.until is None or at < span.until)
    }
    assert covered == said
    for span in spans:
        assert span.until is None or span.until > span.last_at or span.until == span.since


def test_a_span_tells_since_when_and_until_when() -> None:
    masks = masks_of([Threshold(4, "soc_percent", False, 10, 12)])
    socs = [20, 10, 11, 12, 13, 9]
    reports = [
        (NOW + timedelta(minutes=i), SimpleNamespace(soc_percent=s)) for i, s in enumerate(socs)
    ]
    at = [at for at, _ in reports]
    assert list(breach_spans(reports, masks)) == [
        BreachSpan(4, at[1], at[3], at[4]),
        BreachSpan(4, at[5], at[5], None),
    ]


def test_no_rules_breach_nothing() -> None:
    assert masks_of([])(object()) == (0, 0)


@given(st.sets(st.integers(0, 62)))
def test_bits_come_lowest_first(bits: set[int]) -> None:
    assert list(bits_of(sum(1 << bit for bit in bits))) == sorted(bits)
