"""Send reports by mail, each once: a row before the mail, the row again after it.

What is promised is sent, whatever is killed. A kill in the instant between the server's word and
ours sends the same mail again, with the same Message-ID: SMTP knows no better.
"""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dispatch.models import SummarySending, SummarySubscription
from dispatch.selectors.summaries import Period
from dispatch.selectors.summaries.pair import read_pair
from dispatch.selectors.summaries.read import Summary
from dispatch.selectors.summaries.subscriptions import (
    due_periods,
    period_of_sending,
    readers_of,
    subject_of_subscription,
)
from dispatch.services.summaries.columns import columns_of
from dispatch.services.summaries.paper import make_paper
from dispatch.services.summaries.words import age_of, file_name, span_of, title_of
from dispatch.services.summaries.workbook import make_workbook
from fleet.services.jobs import promise_job

SEND_TASK = "dispatch.send_summary"
State = SummarySending.State
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def promise_summaries(*, now: datetime) -> int:
    """Promise the reports whose period is over and settled, if mail is on; return how many.

    `dispatch_summary_is_sent_once` decides when two processes promise the same.
    """
    if not settings.MAIL_IS_ON:
        return 0
    rows = SummarySubscription.objects.filter(is_active=True)
    promised = 0
    for row in rows.select_related("operator", "station"):
        promised += sum(_promise(row, period, now) for period in due_periods(row, now=now))
    return promised


def _promise(row: SummarySubscription, period: Period, now: datetime) -> bool:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    with transaction.atomic():
        sending, is_new = SummarySending.objects.get_or_create(
            subscription=row,
            first=period.first,
            defaults={
                "message_id": f"<report-{row.pk}-{period.name}-{uuid4().hex[:12]}@{host}>",
                "promised_at": now,
            },
        )
        if is_new:
            promise_job(name=SEND_TASK, key=str(sending.pk), sending_id=sending.pk)
    return is_new


def send_summary(sending_id: int, *, now: datetime) -> None:
    """Send a promised report to those who may read it now; nothing if it was sent already.

    Raises
    ------
    OSError, smtplib.SMTPException
        The server did not take it; the row stays `sending` and its job is rung again.
    """
    rows = SummarySending.objects.filter(pk=sending_id)
    if not rows.filter(state__in=[State.DUE, State.SENDING]).update(
        state=State.SENDING, tried_at=now
    ):
        return
    sending = rows.select_related("subscription__operator", "subscription__station").get()
    readers = readers_of(sending.subscription)
    if not readers:
        rows.filter(state=State.SENDING).update(state=State.REFUSED)
        return
    addresses = [one.email for one in readers]
    with translation.override(sending.subscription.language):
        make_mail(sending, addresses, now=now).send()
    rows.filter(state=State.SENDING).update(
        state=State.SENT, sent_at=now, recipients=", ".join(addresses)
    )


def make_mail(sending: SummarySending, addresses: list[str], *, now: datetime) -> EmailMessage:
    """Return the mail with its report, in the active language."""
    row = sending.subscription
    subject, period = subject_of_subscription(row), period_of_sending(sending)
    summary, before = read_pair(subject, period, now=now)
    message = EmailMessage(
        subject=f"{title_of(subject, period)} {period.name}",
        body=_body(summary),
        to=addresses,
        headers={"Message-ID": sending.message_id, "Auto-Submitted": "auto-generated"},
    )
    if row.form in {row.Form.PDF, row.Form.BOTH}:
        name = file_name(subject, period, "pdf")
        message.attach(name, make_paper(summary, before), "application/pdf")
    if row.form in {row.Form.XLSX, row.Form.BOTH}:
        message.attach(file_name(subject, period, "xlsx"), make_workbook(summary), "/".join(XLSX))
    return message


def _body(summary: Summary) -> str:
    subject, period = summary.subject, summary.period
    query = f"?who={subject.code}&kind={period.kind}&day={period.first.isoformat()}"
    figures = [
        f"{column.label}: {column.text(summary.total)} {column.unit}".rstrip()
        for column in columns_of(subject, first_only=True)
    ]
    link = settings.PUBLIC_URL + reverse("admin:dispatch_summary") + query
    page = _("The newest figures: %(link)s") % {"link": link}
    return "\n".join([span_of(period), "", *figures, "", age_of(summary), page, ""])
