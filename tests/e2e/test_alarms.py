"""A hot pack rings through the real processes: door, committer, relay, worker."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from fleet import clock
from fleet.models import Job, Operator, Truck
from telematics.models import Alarm
from tests.builders import bearer, make_device, make_operator, make_truck, make_user
from tests.e2e.test_steering import sign_in
from tests.stack import Stack

RINGS_WITHIN_S = 30  # on a machine that has more to do; mostly it is half a second


def say(stack: Stack, headers: dict[str, str], seq: int, heat_c: float, age_s: float = 0) -> None:
    report: dict[str, Any] = {
        "recorded_at": (clock.now() - timedelta(seconds=age_s)).isoformat(),
        "seq": seq,
        "boot_id": "one",
        "latitude_deg": 39.2,
        "longitude_deg": 119.0,
        "speed_kmh": 0,
        "soc_percent": 60,
        "pack_temperature_c": heat_c,
    }
    answer = stack.http.post("/api/v1/obu/reports", content=json.dumps(report), headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.browser
def test_a_hot_pack_rings_at_once_is_looked_after_and_falls_silent(
    stack: Stack, desktop: Page
) -> None:
    carrier: Operator = make_operator()
    truck: Truck = make_truck(carrier)
    headers = {**bearer(make_device(truck=truck)), "Content-Type": "application/json"}
    alarms = Alarm.objects.filter(truck=truck, kind=Alarm.Kind.BATTERY_HEAT)
    say(stack, headers, 1, 61.0, age_s=15)
    before = Job.objects.filter(key__startswith="breach:").count()
    began_s = time.monotonic()
    say(stack, headers, 2, 61.5)
    alarm = stack.wait_until(alarms.first, within_s=RINGS_WITHIN_S, what="the alarm")
    print(f"rang after {time.monotonic() - began_s:.2f} s")
    assert alarm.level == 3
    assert before >= 1, "the commit had it rung"

    sign_in(desktop, stack, make_user(carrier))
    row = desktop.locator(".concern", has_text=truck.plate).first
    expect(row).to_contain_text("60 °C")
    desktop.goto(stack.base_url + reverse("admin:telematics_alarm_changelist"))
    expect(desktop.get_by_text("open, nobody looks after it").first).to_be_visible()

    say(stack, headers, 3, 40.0)
    stack.wait_until(
        lambda: alarms.filter(closed_at__isnull=False).exists(),
        within_s=RINGS_WITHIN_S,
        what="the alarm is closed",
    )
