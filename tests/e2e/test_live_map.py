"""The live map in real Chromium: trucks move as they report; they are found, followed, replayed."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from fleet import clock
from fleet.models import Operator, Truck
from telematics.models import TruckState
from tests.browser import sign_in
from tests.builders import bearer, make_assignment, make_device, make_user
from tests.scenes import Scene
from tests.stack import Stack

MAP = "/admin/dispatch/swapassignment/map/"
PIXELS_WITHIN_MS = 6_000  # the goal is 2 s; a test gives three times as much


class Unit:
    """An onboard unit of a truck that says where it is."""

    def __init__(self, stack: Stack, truck: Truck) -> None:
        self.stack, self.truck = stack, truck
        self.headers = bearer(make_device(truck=truck))
        self.seq = 0

    def say(self, latitude_deg: float, longitude_deg: float = 118.5, **fields: Any) -> None:
        self.seq += 1
        report = {
            "recorded_at": clock.now().isoformat(),
            "seq": self.seq,
            "boot_id": "b1",
            "latitude_deg": latitude_deg,
            "longitude_deg": longitude_deg,
            "speed_kmh": 50,
            "soc_percent": 60,
            **fields,
        }
        url = f"{self.stack.base_url}/api/v1/obu/reports"
        assert httpx.post(url, json=report, headers=self.headers).status_code == 200


def drawn(page: Page) -> dict[str, Any]:
    """Return what the canvas shows: trucks by id."""
    script = (
        "() => Object.fromEntries(document.getElementById('map').layer.seen"
        ".map(([id]) => [id, document.getElementById('map').layer.trucks.get(id)]))"
    )
    shown: dict[str, Any] = page.evaluate(script)
    return shown


def wait_until_drawn(page: Page, truck: Truck, condition: str) -> None:
    script = (
        "([id, condition]) => { const layer = document.getElementById('map').layer;"
        " const truck = layer.trucks.get(id);"
        " return layer.seen?.some(([seen]) => seen === id)"
        " && new Function('truck', `return ${condition}`)(truck); }"
    )
    page.wait_for_function(script, arg=[truck.pk, condition], timeout=PIXELS_WITHIN_MS)


@pytest.mark.browser
def test_a_truck_moves_on_the_map_as_it_reports(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    station = scene.add_station(39.08)
    truck, other = scene.add_truck(soc_percent=60), scene.add_truck(soc_percent=12)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    strange = Scene(now=clock.now()).add_truck(soc_percent=60)
    unit = Unit(stack, truck)
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}{MAP}")
    expect(desktop.locator(".is-station b", has_text=station.name)).to_be_attached()
    unit.say(39.05)
    wait_until_drawn(desktop, truck, "truck.lat === 3905000 && truck.soc === 60")
    unit.say(39.07, soc_percent=59, heading_deg=90)
    wait_until_drawn(desktop, truck, "truck.lat === 3907000 && truck.heading === 90")
    assert str(strange.pk) not in drawn(desktop), "of another carrier"

    desktop.uncheck("[name=band][value=low]")
    desktop.wait_for_function(
        "id => !document.getElementById('map').layer.seen.some(([seen]) => seen === id)",
        arg=other.pk,
    )
    desktop.fill("#map-find", truck.plate)
    desktop.press("#map-find", "Tab")
    expect(desktop.locator("#map-detail")).to_contain_text(truck.plate)
    expect(desktop.locator("#map-detail")).to_contain_text("59 %")
    expect(desktop.locator("#map-count")).to_have_text("1")

    desktop.check("#map-follow")
    unit.say(39.30)
    wait_until_drawn(desktop, truck, "truck.lat === 3930000")
    desktop.wait_for_function(
        "() => { const map = document.getElementById('map');"
        " return Math.abs(map.layer._map.getCenter().lat - 39.3) < 0.01; }"
    )


@pytest.mark.browser
def test_every_truck_is_reached_by_keyboard_the_worst_first(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())  # without a station nothing is promised by the planner
    well, low = (scene.add_truck(soc_percent=soc) for soc in (80, 14))
    carrier = Operator.objects.get(truck_tenures__truck=well, truck_tenures__role="carrier")
    near = Scene(now=clock.now(), carrier=carrier)
    station, promised = near.add_station(39.08), near.add_truck(soc_percent=11)
    start = clock.now() + timedelta(minutes=30)
    make_assignment(promised, station, start=start, state="accepted")
    silent = scene.add_truck(soc_percent=70)
    TruckState.objects.filter(truck=silent).update(
        recorded_at=clock.now() - timedelta(minutes=5)  # more than two intervals, not yet stale
    )
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}{MAP}")
    names = desktop.locator("#map-rows b")
    expect(names).to_have_text([each.plate for each in (low, silent, promised, well)])
    rows = desktop.locator("#map-rows button")
    expect(rows.nth(1)).to_contain_text(re.compile(r"not heard of · \d min ago"))
    expect(rows.nth(2)).to_contain_text(f"on its way to swap · {station.name}")

    desktop.keyboard.press("/")
    desktop.keyboard.press("ArrowDown")
    desktop.keyboard.press("ArrowDown")
    desktop.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    desktop.keyboard.press("Enter")
    detail = desktop.locator("#map-detail")
    expect(detail).to_be_focused()
    expect(detail).to_contain_text(promised.plate)
    for name in ("truck", "its day", "why there", "assign by hand"):
        address = detail.get_by_role("link", name=name, exact=True).get_attribute("href")
        assert desktop.request.get(f"{stack.base_url}{address}").ok, name
    desktop.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    expect(rows.nth(2)).to_be_focused()
    for is_dark in (False, True):
        desktop.evaluate("on => document.documentElement.classList.toggle('dark', on)", is_dark)
        assert Axe().run(desktop, context="#map-page").violations_count == 0


@pytest.mark.browser
def test_a_line_leads_to_the_truck_that_drives_it(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    station, truck = scene.add_station(39.40), scene.add_truck(soc_percent=30)
    start = clock.now() + timedelta(minutes=30)
    make_assignment(truck, station, start=start, state="en_route")
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}{MAP}")
    where = desktop.wait_for_function(
        """id => { const layer = document.getElementById('map').layer;
        const line = layer.lines?.find(([each]) => each === id);
        if (!line) return null;
        const box = layer.canvas.getBoundingClientRect();
        const middle = (axis) => (line[1][axis] + line[2][axis]) / 2;
        return [box.x + middle('x'), box.y + middle('y')]; }""",
        arg=truck.pk,
    ).json_value()
    desktop.mouse.click(*where)
    expect(desktop.locator("#map-detail")).to_contain_text(truck.plate)
    expect(desktop.locator("#map-detail")).to_contain_text(station.name)


@pytest.mark.browser
def test_on_a_phone_no_name_covers_another(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    for step in range(6):
        scene.add_station(39.08 + step * 0.004)
    sign_in(desktop, stack, make_user(is_superuser=True))
    desktop.set_viewport_size({"width": 360, "height": 640})
    desktop.goto(f"{stack.base_url}{MAP}")
    expect(desktop.locator("#map")).to_be_visible()
    overlapping = desktop.evaluate(
        """() => { const boxes = [...document.querySelectorAll('.map-mark[data-side] > span')]
          .map((each) => each.getBoundingClientRect()).filter((box) => box.width);
        const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
          && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        const covered = boxes.filter((a, i) => boxes.some((b, j) => i < j && meets(a, b)));
        return [boxes.length, covered.length]; }"""
    )
    assert overlapping[0] > 0
    assert overlapping[1] == 0
    for name in ("#map-open-tools", "#map-open-list", "#map-find", "#map-play"):
        assert desktop.locator(name).bounding_box()["height"] >= 48, name  # type: ignore[index]
    desktop.click("#map-open-tools")
    expect(desktop.locator("[name=state][value=late]")).to_be_in_viewport()
    assert desktop.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
def test_what_was_can_be_played_back(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    truck = scene.add_truck(soc_percent=60)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    unit = Unit(stack, truck)
    for minutes, latitude_deg in ((40, 39.01), (20, 39.02), (0, 39.03)):
        at = clock.now() - timedelta(minutes=minutes)
        unit.say(latitude_deg, recorded_at=at.isoformat())
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}{MAP}")
    wait_until_drawn(desktop, truck, "truck.lat === 3903000")
    for minutes, lat in ((-30, 3901000), (-10, 3902000)):
        desktop.evaluate(
            "minutes => { const back = document.getElementById('map-back'); back.value = minutes;"
            " back.dispatchEvent(new Event('input')); }",
            minutes,
        )
        wait_until_drawn(desktop, truck, f"truck.lat === {lat}")
    expect(desktop.locator("#map-when")).to_contain_text("as it was at")
    desktop.get_by_role("button", name="Back to now").click()
    wait_until_drawn(desktop, truck, "truck.lat === 3903000")
    expect(desktop.locator("#map-when")).to_contain_text("as of")


@pytest.mark.browser
def test_it_says_when_the_line_is_cut(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    truck = scene.add_truck(soc_percent=60)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}{MAP}")
    wait_until_drawn(desktop, truck, "truck.soc === 60")
    desktop.context.set_offline(True)
    expect(desktop.locator("#map-cut")).to_be_visible()
    desktop.context.set_offline(False)
    expect(desktop.locator("#map-cut")).to_be_hidden()


def test_a_promise_is_a_line_and_a_refresh_is_small(stack: Stack) -> None:
    scene = Scene(now=clock.now())
    station = scene.add_station(39.08)
    truck = scene.add_truck(soc_percent=60)
    start = clock.now() + timedelta(minutes=30)
    make_assignment(truck, station, start=start, state="accepted")
    user = make_user(is_superuser=True)
    with httpx.Client(base_url=stack.base_url, follow_redirects=True) as http:
        http.cookies = cookies(stack, user)
        now = http.get(f"{MAP}now/").json()
        assert [truck.pk, station.pk, 1] in now["swaps"]
        again = http.get(f"{MAP}now/", params={"since": now["cursor"]})
        assert len(again.content) <= len(json.dumps(now))


def cookies(stack: Stack, user: Any) -> httpx.Cookies:
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(user)
    return httpx.Cookies({"sessionid": client.cookies["sessionid"].value})
