"""The page and a truck that moves: locked by real reports, and at the gate without a tap."""

import re
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import SwapAssignment
from fleet import clock
from telematics.models import TruckState
from tests.builders import bearer, make_device
from tests.cab import Cab

pytestmark = pytest.mark.browser
LISTEN = """
  window.said = [];
  window.speechSynthesis.speak = (words) => window.said.push(words.text);
"""
SHOWN = """() => [...document.querySelectorAll("button, a, input")]
  .filter((one) => one.checkVisibility()).map((one) => one.id)"""
NUMBERS = count(1)
WAY = re.compile(r"^https://uri\.amap\.com/navigation\?to=")


def report(cab: Cab, headers: dict[str, str], **fields: Any) -> None:
    """Let the onboard unit post where it is and how fast, as it does on the road."""
    body = {
        "recorded_at": clock.now().isoformat(),
        "seq": next(NUMBERS),
        "boot_id": "b1",
        "latitude_deg": 39.0,
        "longitude_deg": 118.4,
        "soc_percent": 34.0,
        "speed_kmh": 0.0,
        **fields,
    }
    answer = cab.stack.http.post("/api/v1/obu/reports", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


def is_locked(page: Page, *, locked: bool) -> None:
    page.wait_for_selector("body[data-moving]" if locked else "body:not([data-moving])")


def test_a_truck_that_drives_locks_its_page_and_its_gate_is_arrival(cab: Cab) -> None:
    unit = bearer(make_device(truck=cab.truck))
    TruckState.objects.filter(truck=cab.truck).delete()
    cab.page.add_init_script(LISTEN)
    cab.start_shift()
    report(cab, unit, speed_kmh=62.0)
    is_locked(cab.page, locked=True)
    assert cab.page.evaluate(SHOWN) == []
    assignment = cab.offer()
    cab.sees("offered")
    expect(cab.page.locator("#go")).to_have_attribute("href", WAY)
    assert cab.page.evaluate(SHOWN) == ["go"]
    assert cab.page.inner_text("#stop-first") == "停车后再答复。"
    [said] = cab.page.evaluate("window.said")
    assert "曹妃甸港东换电站" in said
    assert said.endswith("停车后再答复。")

    report(cab, unit, speed_kmh=4.0)
    is_locked(cab.page, locked=False)
    cab.page.tap("#accept")
    cab.sees_state_of(assignment, "accepted")
    gate = {"latitude_deg": cab.station.latitude_deg, "longitude_deg": cab.station.longitude_deg}
    for _ in range(2):
        report(cab, unit, **gate)
    cab.sees_state_of(assignment, "arrived")
    assert SwapAssignment.objects.get(pk=assignment.pk).version == 3  # offered, accepted, arrived


def test_each_task_takes_as_few_taps_as_it_may(cab: Cab) -> None:
    cab.start_shift()
    first = cab.offer()
    cab.sees("offered")
    assert taps(cab, "#decline", "[data-reason=too_far]") == 2
    assert cab.page.locator("[data-reason]").count() <= 6
    cab.page.wait_for_selector("[data-state=waiting]:not([data-sending])")
    assert SwapAssignment.objects.get(pk=first.pk).state == "declined"
    second = cab.offer()
    cab.sees("offered")
    assert taps(cab, "#accept") == 1
    cab.sees_state_of(second, "accepted")
    # One tap on a link that opens the map leaves the page.
    assert (cab.page.get_attribute("#go", "href") or "").startswith("https://uri.amap.com/")
    assert taps(cab, "#arrive") == 1
    cab.sees_state_of(second, "arrived")
    assert cab.page.locator("input:visible").count() == 0


def taps(cab: Cab, *targets: str) -> int:
    """Tap one after the other and return how many clicks the page felt."""
    cab.page.evaluate(
        """() => {
          window.felt = 0;
          window.feel ??= addEventListener("click", () => { window.felt += 1; }, true) || true;
        }"""
    )
    for target in targets:
        cab.page.tap(target)
    felt: int = cab.page.evaluate("window.felt")
    return felt
