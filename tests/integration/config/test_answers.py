"""What every answer of the web server carries, whatever the page."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest
import structlog
from django.conf import settings
from django.db.models import F
from django.test import AsyncClient, Client

from config.health import RELAY_SILENT
from config.logs import hide_private
from dispatch.services.outbox import beat
from fleet import clock
from fleet.models import Heartbeat
from telematics.services.partitions import keep_partitions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/livez", "/nowhere"])
def test_the_strict_policy_is_on_every_answer(client: Client, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_policies_hold_under_asgi() -> None:
    async def both() -> list[str]:
        client = AsyncClient()
        answers = [await client.get(path) for path in ("/livez", "/static/none", "/admin/login/")]
        assert all(answer.headers["X-Request-ID"] for answer in answers)
        return [answer.headers["Content-Security-Policy"] for answer in answers]

    strict, missing, admin = asyncio.run(both())
    assert "unsafe" not in strict + missing
    assert "unsafe-eval" in admin


def test_only_the_admin_may_evaluate(client: Client) -> None:
    assert "'unsafe-eval'" in client.get("/admin/login/").headers["Content-Security-Policy"]


def test_the_log_line_of_a_request_names_the_route_and_hides_the_path(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "yizhan.request"):
        answer = client.get("/nowhere/one-time-link")
    (record,) = [r for r in caplog.records if r.name == "yizhan.request"]
    line = json.loads(logging.getLogger().handlers[0].format(record))
    assert (line["event"], line["route"], line["status"]) == ("request", "(none)", 404)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert "one-time-link" not in json.dumps(line)


def test_values_with_private_names_are_hidden() -> None:
    line = hide_private(None, "info", {"event": "x", "latitude_deg": 39.6, "driver_phone": "1"})
    assert line == {"event": "x", "latitude_deg": "(hidden)", "driver_phone": "(hidden)"}
    assert structlog.is_configured()


def test_ready_says_which_part_is_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = client.get("/readyz")
    assert silent.status_code == 503
    assert silent.json()["parts"] == {
        "database": "ok",
        "migrations": "ok",
        "relay": "silent",
        "partitions": "0 days ahead",
        "broker": "ok",
        "web": "ok",
    }
    beat("relay", process="x")
    assert not client.get("/readyz").json()["ready"]
    keep_partitions(now=clock.now(), retention=timedelta(days=90))
    assert client.get("/readyz").json()["ready"]
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    assert client.get("/readyz").json()["parts"]["broker"] == "unreachable"
    Heartbeat.objects.update(beat_at=F("beat_at") - RELAY_SILENT)
    assert client.get("/readyz").json()["parts"]["relay"] == "silent"


def test_programs_that_name_no_language_are_answered_in_the_contracts() -> None:
    client, address = Client(), "/api/v1/driver/session"
    wrong = client.post(address, "{}", content_type="application/json")
    assert wrong.json()["errors"] == {"token": ["This field is required."]}
    nothing = client.put(address, "{}", content_type="application/json")
    assert nothing.json()["detail"] == 'Method "PUT" not allowed.'
    asked = {"Accept-Language": "zh-CN"}
    told = client.post(address, "{}", content_type="application/json", headers=asked)
    assert told.json()["errors"] == {"token": ["该字段是必填项。"]}
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    chosen = client.post(address, "{}", content_type="application/json")
    assert chosen.json() == told.json()
    assert 'lang="zh-hans"' in Client().get("/problems/").content.decode().lower()
