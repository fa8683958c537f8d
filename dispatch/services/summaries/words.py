"""What a summary is called, and what is said of its age."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from dispatch.selectors.summaries import Period, Subject, Summary

gettext_noop("Asia/Shanghai")  # zones with a name people use; others are called by their own


def title_of(subject: Subject, period: Period) -> str:
    """Return what the report is called."""
    names = {"day": _("Daily report"), "week": _("Weekly report"), "month": _("Monthly report")}
    return f"{names[period.kind]} · {subject.called(get_language() or 'en')}"


def span_of(period: Period) -> str:
    """Return the period, and its days."""
    first, last = period.first.isoformat(), period.last.isoformat()
    return first if first == last else f"{period.name} ({first} – {last})"


def age_of(summary: Summary) -> str:
    """Return how fresh the figures are, and whether they still change."""
    at = date_format(localtime(summary.as_of), "Y-m-d H:i")
    told = _("As of %(at)s (%(zone)s).") % {"at": at, "zone": _(settings.TIME_ZONE)}
    if summary.is_settled:
        return f"{told} " + _("Reports that come later still change these figures.")
    return f"{told} " + _("Not final: the period is not over, or not all of its data is in.")


def file_name(subject: Subject, period: Period, ending: str) -> str:
    """Return a name for a file, in plain letters."""
    return f"yizhan-{subject.code}-{period.name}.{ending}"
