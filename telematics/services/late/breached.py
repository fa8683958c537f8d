"""What the rules say of a truck's history, in the order of its own time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telematics.models import AlarmRule
from telematics.models.alarm_rule import REPORTED
from telematics.services.alarm_rules import Masks, Threshold, breach_spans, masks_of
from telematics.services.late.said import Said, read_said
from telematics.services.late.spells import Gate, Spell, spell_of
from telematics.services.plausibility import is_credible

A_DAY = timedelta(days=1)
FOLLOWED_DAYS = 7  # how far a breach is followed, either way, from the day it was found on


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force that look at reports, by their bits."""

    by_bit: Mapping[int, AlarmRule]
    masks: Masks

    def gate(self, bit: int) -> Gate:
        """Return when a breach rings."""
        rule = self.by_bit[bit]
        return Gate(
            metric=rule.metric,
            is_above=rule.comparison == AlarmRule.Comparison.ABOVE,
            duration=timedelta(seconds=rule.duration_s),
            max_age=timedelta(seconds=rule.max_age_s),
        )


def rules_in_force() -> Rules:
    """Return the rules that present reports are held against."""
    rules = AlarmRule.objects.filter(is_enabled=True, metric__in=[each.value for each in REPORTED])
    by_bit = {rule.bit: rule for rule in rules}
    above = AlarmRule.Comparison.ABOVE
    thresholds = [
        Threshold(bit, rule.metric, rule.comparison == above, rule.threshold, rule.clear_at)
        for bit, rule in by_bit.items()
    ]
    return Rules(by_bit, masks_of(thresholds))


def read_spells(
    truck_id: int, rules: Rules, *, start: datetime, end: datetime, is_known: bool
) -> list[Spell]:
    """Return what would have rung of breaches that have a report in [start, end).

    Reports that may not move a live state breach nothing, as on arrival. If none breaches, no
    breach begins here, and only one that `is_known` can end here: nothing more is read.
    """
    reports = _credible(truck_id, start=start, end=end)
    if not is_known and not any(rules.masks(report)[0] for report in reports):
        return []
    reports = _with_days_before(truck_id, rules, reports, start=start)
    reports = _with_days_after(truck_id, rules, reports, end=end)
    timed = [(report.recorded_at, report) for report in reports]
    found = [
        spell_of(span, reports, gate=rules.gate(span.bit))
        for span in breach_spans(timed, rules.masks)
        if span.since < end and span.last_at >= start
    ]
    return [spell for spell in found if spell]


def _credible(truck_id: int, *, start: datetime, end: datetime) -> list[Said]:
    reports = read_said(truck_id, start=start, end=end)
    return [report for report in reports if is_credible(report, now=report.received_at)]


def _with_days_before(
    truck_id: int, rules: Rules, reports: list[Said], *, start: datetime
) -> list[Said]:
    """Put days in front, one at least, until one does not begin with a breach."""
    for _ in range(FOLLOWED_DAYS):
        earlier = _credible(truck_id, start=start - A_DAY, end=start)
        reports, start = earlier + reports, start - A_DAY
        if not earlier or not rules.masks(earlier[0])[0]:
            break
    return reports


def _with_days_after(
    truck_id: int, rules: Rules, reports: list[Said], *, end: datetime
) -> list[Said]:
    """Put days behind until no breach is open at the end."""
    for _ in range(FOLLOWED_DAYS):
        if not _breached_at_end(reports, rules):
            break
        reports, end = reports + _credible(truck_id, start=end, end=end + A_DAY), end + A_DAY
    return reports


def _breached_at_end(reports: Sequence[Said], rules: Rules) -> int:
    breached = 0
    for report in reports:
        raised, hold = rules.masks(report)
        breached = raised | (breached & hold)
    return breached
