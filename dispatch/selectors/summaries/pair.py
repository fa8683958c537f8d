"""A summary beside the figures of the time before it."""

from datetime import datetime

from dispatch.selectors.summaries.figures import Figures
from dispatch.selectors.summaries.period import Kind, Period, last_over
from dispatch.selectors.summaries.read import Summary, read_summary, read_total
from dispatch.selectors.summaries.subject import Subject


def read_pair(subject: Subject, period: Period, *, now: datetime) -> tuple[Summary, Figures]:
    """Return the figures of a period and of the period before, as far as it was over by then.

    A period under way is beside the whole of the one before.
    """
    before = read_total(subject, period.previous, now=now)
    return read_summary(subject, period, now=now), before


def latest_period(subject: Subject, kind: Kind, *, now: datetime) -> Period:
    """Return the last period that is over, or the one under way if only there anything happened.

    A service that began today has no yesterday to report.
    """
    over = last_over(kind, now=now)
    if read_total(subject, over, now=now).is_empty:
        under_way = over.next
        if not read_total(subject, under_way, now=now).is_empty:
            return under_way
    return over
