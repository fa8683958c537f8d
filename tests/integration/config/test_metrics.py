"""Who may read the metrics, what PostgreSQL's say, and that the page lists each of them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from dispatch.services.outbox import beat
from fleet import clock
from fleet.models import Job
from fleet.services.jobs import promise_job
from telematics.models import Alarm
from telematics.services.partitions import keep_partitions
from tests.builders import NOW, make_truck

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"


def read(**how: Any) -> dict[str, float]:
    answer = Client().get("/metrics", **how)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    lines = (line for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_without_a_token_only_this_machine_reads_and_not_through_a_proxy() -> None:
    assert read()["yizhan_database_up"] == 1
    for how in (
        {"REMOTE_ADDR": "10.1.2.3"},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"Forwarded": "for=203.0.113.9"}},
    ):
        answer = Client().get("/metrics", **how)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_with_a_token_whoever_shows_it_reads_and_nobody_else(settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-token"
    assert read(headers={"Authorization": "Bearer a-token"}, REMOTE_ADDR="10.1.2.3")
    for shown in ("", "Bearer", "Bearer a-token2", "Bearer \xff"):
        assert Client().get("/metrics", headers={"Authorization": shown}).status_code == 403


def test_what_postgresql_holds_is_told() -> None:
    before = read()
    assert before["yizhan_partitions_ahead_days"] == -1
    keep_partitions(now=clock.now(), retention=timedelta(days=90))
    Alarm.objects.create(kind="silent_truck", truck=make_truck(), detail="x", opened_at=NOW)
    Alarm.objects.create(
        kind="silent_truck", truck=make_truck(), detail="x", opened_at=NOW, closed_at=NOW
    )
    promise_job(name="x", key="1")
    Job.objects.create(name="x", key="2", state="failed")
    beat("relay", process="x")
    told = read()
    assert told["yizhan_partitions_ahead_days"] >= 1
    assert told["yizhan_default_partition_rows"] == 0
    assert told['yizhan_open_alarms{kind="silent_truck"}'] == 1
    assert told['yizhan_pending_jobs{queue="work"}'] == 1
    assert 0 <= told['yizhan_oldest_job_seconds{queue="work"}'] < 60
    assert told["yizhan_failed_jobs"] == 1
    assert 0 <= told['yizhan_heartbeat_age_seconds{process="relay"}'] < 60


def test_the_page_lists_every_metric_and_no_other() -> None:
    answer = Client().get("/metrics").text
    told = {*re.findall(r"(?m)^# TYPE (\S+) ", answer)}
    listed = {*re.findall(r"(?m)^\| `(yizhan_\w+)", PAGE.read_text())}
    assert listed == told


def test_alert_rules_ask_for_metrics_there_are() -> None:
    listed = {*re.findall(r"(?m)^\| `(yizhan_\w+)", PAGE.read_text())}
    rules = (PAGE.parent / "alert-rules.yaml").read_text()
    for name in {*re.findall(r"yizhan_\w+", rules)}:
        assert {name, *(name.removesuffix(end) for end in ("_bucket", "_count", "_sum"))} & listed
