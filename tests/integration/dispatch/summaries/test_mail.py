"""Reports by mail, over a real socket: each once, to whom may read it, with the page's figures."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from smtplib import SMTPException
from typing import Any

import pytest
from openpyxl.reader.excel import load_workbook
from pypdf import PdfReader

from dispatch.models import SummarySending, SummarySubscription
from dispatch.services.summaries import mail
from dispatch.services.summaries.mail import SEND_TASK, promise_summaries, send_summary
from fleet.models import Job, Operator, SwapStation, User
from tests.builders import make_assignment, make_operator, make_station, make_user
from tests.integration.dispatch.summaries.month import ZONE
from tests.smtp_sink import Sink, smtp_sink

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
DONE = MONDAY - timedelta(hours=5)
MORNING = MONDAY + timedelta(hours=6)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink() as sink:
        settings.MAILERS, settings.MAIL_IS_ON = sink.mailers, True
        settings.DEFAULT_FROM_EMAIL = "yizhan@yizhan.example"
        yield sink


@pytest.fixture
def station() -> SwapStation:
    station = make_station(make_operator(Operator.Kind.STATION_OPERATOR), name="East")
    for wait_min in (2, 4, 12):
        make_assignment(
            station=station,
            state="done",
            arrived_at=DONE - timedelta(minutes=wait_min),
            swapping_at=DONE,
            ended_at=DONE + timedelta(minutes=5),
        )
    return station


def person(station: SwapStation, email: str = "a@x.example", **fields: Any) -> User:
    return make_user(station.operator, User.Role.STATION_OPERATOR, email=email, **fields)


def subscribe(station: SwapStation, *people: User, **fields: Any) -> SummarySubscription:
    values = {"kind": "day", "form": "both", "language": "en", **fields}
    created_at = MONDAY - timedelta(days=1, hours=2)
    row = SummarySubscription.objects.create(
        held_by=station.operator, station=station, **{"created_at": created_at, **values}
    )
    row.recipients.set(people)
    return row


def send_all(now: datetime = MORNING) -> None:
    for job in Job.objects.filter(name=SEND_TASK, state="pending"):
        send_summary(job.payload["sending_id"], now=now)


def test_a_day_goes_out_once_with_its_figures(sink: Sink, station: SwapStation) -> None:
    subscribe(station, person(station), person(station, "b@x.example"))
    assert promise_summaries(now=MONDAY + timedelta(minutes=59)) == 1  # Saturday's, ordered then
    assert promise_summaries(now=MORNING) == 1  # Sunday's, once no reading may still come
    assert promise_summaries(now=MORNING) == 0
    send_all()
    send_all()
    assert len(sink.mails) == 2
    assert sink.receivers[1] == ["a@x.example", "b@x.example"]
    told = sink.mails[1]
    assert "Daily report · East 2026-11-22" in told["Subject"]
    parts: Any = told.iter_attachments()
    pdf, xlsx = (part.get_payload(decode=True) for part in parts)
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    figures = {row[0]: row[1] for row in load_workbook(BytesIO(xlsx))["Figures"].values if row[0]}
    assert (figures["swaps"], figures["mean wait"], figures["longest wait"]) == (3, 6, 12)
    assert "6.0 min" in text
    body: Any = told.get_body()
    assert "swaps: 3" in body.get_content()
    assert f"?who=station-{station.pk}&kind=day&day=2026-11-22" in body.get_content()
    sent = SummarySending.objects.get(first="2026-11-22")
    assert (sent.state, sent.recipients) == ("sent", "a@x.example, b@x.example")
    assert told["Message-ID"] == sent.message_id


def test_what_the_server_refused_is_tried_again_as_the_same_mail(
    sink: Sink, station: SwapStation
) -> None:
    subscribe(station, person(station), created_at=MONDAY - timedelta(hours=2))
    promise_summaries(now=MORNING)
    sink.refuses = 1
    with pytest.raises(SMTPException):
        send_all()
    row = SummarySending.objects.get()
    assert row.state == "sending"
    send_all()
    assert [one["Message-ID"] for one in sink.mails] == [row.message_id]


def test_a_kill_before_the_mail_loses_nothing_and_one_after_it_is_told_by_the_message_id(
    sink: Sink, station: SwapStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(station, person(station), created_at=MONDAY - timedelta(hours=2))
    promise_summaries(now=MORNING)

    def killed(*_args: Any, **_kwargs: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mail, "make_mail", killed)
        with pytest.raises(KeyboardInterrupt):
            send_all()
    assert not sink.mails
    send_all()
    assert len(sink.mails) == 1
    SummarySending.objects.update(state="sending", sent_at=None)  # killed before the row was marked
    send_all(MORNING + timedelta(minutes=2))
    assert len({one["Message-ID"] for one in sink.mails}) == 1
    assert SummarySending.objects.get().state == "sent"


def test_nobody_gets_what_they_could_not_read(sink: Sink, station: SwapStation) -> None:
    moved = person(station, "moved@x.example")
    gone = person(station, "gone@x.example")
    stays = person(station, "stays@x.example")
    subscribe(station, moved, gone, stays, created_at=MONDAY - timedelta(hours=2))
    alone = subscribe(station, moved, created_at=MONDAY - timedelta(hours=2))
    moved.operator = make_operator()
    moved.save()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    promise_summaries(now=MORNING)
    send_all()
    assert sink.receivers == [["stays@x.example"]]
    assert alone.sendings.get().state == "refused"


def test_weeks_and_months_go_out_when_they_are_over(sink: Sink, station: SwapStation) -> None:
    week = subscribe(station, person(station), kind="week", form="pdf", language="zh-hans")
    month = subscribe(station, person(station), kind="month", form="xlsx")
    promise_summaries(now=MORNING)
    assert week.sendings.get().first.isoformat() == "2026-11-16"
    assert not month.sendings.exists()
    send_all()
    assert "周报" in sink.mails[0]["Subject"]
    assert [part.get_content_type() for part in sink.mails[0].iter_attachments()] == [
        "application/pdf"
    ]
    promise_summaries(now=datetime(2026, 12, 1, 2, tzinfo=ZONE))
    assert month.sendings.get().first.isoformat() == "2026-11-01"


def test_after_an_outage_the_days_missed_are_sent(sink: Sink, station: SwapStation) -> None:
    row = subscribe(station, person(station), created_at=MONDAY - timedelta(hours=2))
    promise_summaries(now=MORNING + timedelta(days=3))
    days = [one.first.day for one in row.sendings.order_by("first")]
    assert days == [22, 23, 24, 25]


def test_without_a_mail_server_nothing_is_promised(station: SwapStation) -> None:
    subscribe(station, person(station))
    assert promise_summaries(now=MORNING) == 0
    assert not SummarySending.objects.exists()
