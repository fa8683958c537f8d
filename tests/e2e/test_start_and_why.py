"""The start page and the why page in real Chromium: at a glance, fresh, honest, two clicks."""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.plans.explanations import explain_run
from fleet import clock
from fleet.models import User
from telematics.models import Alarm
from tests.browser import sign_in
from tests.builders import make_user
from tests.e2e.test_steering import PLAN_WITHIN_S
from tests.scenes import Scene
from tests.stack import Stack

pytestmark = pytest.mark.browser
REFRESH = "document.dispatchEvent(new Event('visibilitychange'))"
RUN_AXE = """async (selector) => {
  const found = await axe.run(selector, { rules: { region: { enabled: false } } });
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`);
}"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def _bottom(page: Page, selector: str) -> float:
    boxes = [one.bounding_box() for one in page.locator(selector).all()]
    assert boxes
    return max(box["y"] + box["height"] for box in boxes if box)


def _faults(page: Page, selector: str) -> list[str]:
    """Return what axe finds in our own part of a page."""
    if page.evaluate("typeof axe") == "undefined":
        place = find_spec("axe_playwright_python")
        assert place is not None
        assert place.origin is not None
        page.evaluate((Path(place.origin).parent / "axe.min.js").read_text())
    found: list[str] = page.evaluate(RUN_AXE, selector)
    return found


def test_the_start_page_is_whole_fresh_and_honest(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    station = scene.add_station()
    boss = make_user(is_superuser=True)
    DriverNotice.objects.update(seen_at=clock.now(), look_at=None)  # nobody is left to call
    sign_in(desktop, stack, boss)
    assert desktop.locator(".need").count() == 6
    assert desktop.locator(".figure").count() == 5
    assert _bottom(desktop, ".need, .figure") <= 768
    assert _faults(desktop, ".start") == []

    link = desktop.locator("#need-blocked h3 a")
    link.focus()
    figure = desktop.locator("#figure-swaps").element_handle()
    detail = f"made up for {station.name}"
    Alarm.objects.create(
        kind="vehicle", level=2, station=station, detail=detail, opened_at=clock.now()
    )
    desktop.evaluate(REFRESH)
    expect(desktop.locator("#need-alarms")).to_contain_text(station.name)
    expect(desktop.locator("#need-blocked h3 a")).to_be_focused()
    assert figure.evaluate("it => it.isConnected")  # what did not change was left alone
    assert "Other alarms: " in (desktop.locator("#start-summary").text_content() or "")

    desktop.context.set_offline(True)
    desktop.evaluate(REFRESH)
    expect(desktop.locator("#start-cut")).to_be_visible()
    expect(desktop.locator("#need-alarms")).to_contain_text(station.name)
    desktop.context.set_offline(False)
    desktop.evaluate(REFRESH)
    expect(desktop.locator("#start-cut")).to_be_hidden()

    desktop.locator("#need-alarms .concern a", has_text=station.name).press("Enter")
    expect(desktop.get_by_text(detail).first).to_be_visible()


def test_why_a_truck_goes_there_is_two_clicks_from_the_start_page(
    stack: Stack, desktop: Page, phone: Page
) -> None:
    scene = Scene(now=clock.now())
    for latitude in (39.06, 39.1, 39.16, 39.22):
        scene.add_station(latitude)
    truck = scene.add_truck(soc_percent=33)
    offer = stack.wait_until(
        lambda: SwapAssignment.objects.filter(truck=truck, state="offered").first(),
        within_s=PLAN_WITHIN_S,
        what="the truck is offered a swap",
    )
    explain_run(offer.plan_run_id)
    SwapAssignment.objects.filter(pk=offer.pk).update(
        offered_at=clock.now() - timedelta(minutes=2),
        offer_expires_at=clock.now() + timedelta(hours=1),
    )
    manager = make_user(scene.carrier, User.Role.FLEET_MANAGER)
    sign_in(desktop, stack, manager)
    desktop.locator("#need-offers .concern a", has_text=truck.plate).click()
    desktop.get_by_role("link", name="Why: map, minutes by part").click()

    expect(desktop.locator(".why-bars li")).to_have_count(4)
    expect(desktop.locator("#why-map .why-place")).to_have_count(4)
    expect(desktop.locator("#why-map .why-place.is-chosen")).to_contain_text(offer.station.name)
    expect(desktop.locator("#why-map .why-truck")).to_contain_text(truck.plate)
    said = desktop.locator(".why-bars .is-chosen svg").get_attribute("aria-label") or ""
    assert said.startswith(f"{offer.station.name}: {_said(offer)}")
    assert _faults(desktop, ".why") == []
    desktop.evaluate("document.documentElement.classList.add('dark')")
    assert _faults(desktop, ".why") == []

    phone.context.add_cookies(desktop.context.cookies())  # type: ignore[arg-type]  # as given
    phone.goto(desktop.url)
    expect(phone.locator("#why-map .why-place")).to_have_count(4)
    wide, seen = phone.evaluate(WIDTHS)
    assert wide <= seen
    phone.goto(f"{stack.base_url}/admin/")
    wide, seen = phone.evaluate(WIDTHS)
    assert wide <= seen
    assert _faults(phone, ".start") == []


def _said(offer: SwapAssignment) -> str:
    """Return the minutes by part as the bar of the chosen way says them."""
    offer.refresh_from_db()
    chosen = offer.options[0]
    names = {"leave": "own route", "to": "drive there", "wait": "wait"}
    names |= {"swap": "swap", "on": "drive on"}
    parts = [(name, chosen[f"{part}_min"]) for part, name in names.items()]
    return ", ".join(f"{name} {minutes} min" for name, minutes in parts if minutes)
