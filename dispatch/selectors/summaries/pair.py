"""A summary beside the one before it."""

from datetime import datetime

from dispatch.selectors.summaries.period import Period
from dispatch.selectors.summaries.read import Summary, read_summary
from dispatch.selectors.summaries.subject import Subject


def read_pair(subject: Subject, period: Period, *, now: datetime) -> tuple[Summary, Summary]:
    """Return the figures of a period and of the period before, as far as it was over by then.

    A period under way is beside the whole of the one before.
    """
    before = read_summary(subject, period.previous, now=now)
    return read_summary(subject, period, now=now), before
