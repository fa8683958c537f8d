"""Reports by mail: whose figures, whose business, which are due."""

from datetime import datetime

from django.db.models import QuerySet

from dispatch.models import SummarySending, SummarySubscription
from dispatch.selectors.summaries.period import Period, last_over, period_of
from dispatch.selectors.summaries.read import is_settled
from dispatch.selectors.summaries.subject import Subject, subject_of
from fleet.access import Viewer, operators_for, sees_everything
from fleet.models import Operator, User

CATCHES_UP = 7
"""So many periods back a report is still sent after an outage."""


def subscriptions_for(user: Viewer) -> QuerySet[SummarySubscription]:
    """Return the reports by mail of the user's operator."""
    if sees_everything(user):
        return SummarySubscription.objects.all()
    return SummarySubscription.objects.filter(held_by__in=operators_for(user))


def subject_of_subscription(row: SummarySubscription) -> Subject:
    """Return whose figures a report by mail tells."""
    if row.station is not None:
        return Subject("station", row.station.pk, row.station.name, row.station.name_zh)
    assert row.operator is not None  # noqa: S101  dispatch_summary_is_of_one_subject
    is_fleet = row.operator.kind == Operator.Kind.CARRIER
    return Subject("fleet" if is_fleet else "stations", row.operator.pk, row.operator.name)


def readers_of(row: SummarySubscription) -> list[User]:
    """Return the recipients who may read the report now and have an address."""
    code = subject_of_subscription(row).code
    people = row.recipients.filter(is_active=True).exclude(email="").order_by("pk")
    return [one for one in people if may_read(one, code)]


def may_read(user: User, code: str) -> bool:
    """Say whether a user could open the report's page."""
    is_let_in = user.is_superuser or (user.is_staff and user.role != User.Role.DRIVER)
    return is_let_in and subject_of(user, code) is not None


def due_periods(row: SummarySubscription, *, now: datetime) -> list[Period]:
    """Return the periods whose report is to be sent: over, settled and not promised yet."""
    subject = subject_of_subscription(row)
    periods = [last_over(row.kind, now=now)]  # type: ignore[arg-type]  # dispatch_summary_has_a_known_kind
    for _ in range(CATCHES_UP - 1):
        periods.append(periods[-1].previous)
    sent = set(row.sendings.filter(first__gte=periods[-1].first).values_list("first", flat=True))
    wanted = [one for one in periods if one.end > row.created_at and one.first not in sent]
    return [one for one in reversed(wanted) if is_settled(subject, one, now=now)]


def period_of_sending(row: SummarySending) -> Period:
    """Return the period a sent report tells of."""
    return period_of(row.subscription.kind, row.first)  # type: ignore[arg-type]  # as above
