"""People change the plan on the workbench, in real Chromium with the real worker behind it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dispatch.models import PlanRun, SwapAssignment
from fleet import clock
from fleet.models import Operator, SwapStation, Truck
from fleet.selectors.changes import changes_of
from tests.browser import sign_in
from tests.builders import make_user
from tests.e2e.test_steering import PLAN_WITHIN_S, live
from tests.scenes import Scene
from tests.stack import Stack

WORKED_OUT_MS = 60_000


def promised(stack: Stack, truck: Truck) -> SwapAssignment:
    found: SwapAssignment = stack.wait_until(
        lambda: live(truck, "offered", "accepted"),
        within_s=PLAN_WITHIN_S,
        what="the truck is offered a swap",
    )
    return found


def bench(page: Page, stack: Stack, scene: Scene) -> None:
    page.goto(f"{stack.base_url}/admin/dispatch/planrun/workbench/{scene.region.pk}/")
    expect(page.locator("#bench-body")).to_contain_text("took", timeout=WORKED_OUT_MS)


def bar_of(page: Page, truck: Truck) -> Any:
    """Return the bar of a truck that stands there, or is proposed."""
    return page.locator(f'.bar.may[aria-label^="{truck.plate}"]').first


def row_of(page: Page, station: SwapStation) -> float:
    """Return how far down the picture the first lane of a station is."""
    name = page.locator(".bench-picture .station", has_text=station.name[:10])
    box = name.bounding_box()
    assert box is not None
    return float(box["y"] + box["height"] / 2)


def drag_to(page: Page, truck: Truck, station: SwapStation) -> None:
    page.locator(".bench-picture").scroll_into_view_if_needed()
    box = bar_of(page, truck).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 8, steps=3)
    page.mouse.move(x + 40, row_of(page, station), steps=5)
    expect(page.locator(".ghost-text")).to_contain_text(f"{truck.plate}: {station.name}")
    page.mouse.up()


def commit(page: Page, reason: str) -> None:
    page.fill("#bench-draft input[name=reason] >> nth=0", reason)
    page.get_by_role("button", name="Commit").click()
    expect(page.locator("body")).to_contain_text("1 change is written", timeout=WORKED_OUT_MS)


def standing(truck: Truck) -> SwapAssignment:
    return SwapAssignment.objects.get(truck=truck, ended_at__isnull=True)


@pytest.mark.browser
def test_a_truck_is_dragged_to_another_station_and_the_next_plans_obey(
    stack: Stack, desktop: Page
) -> None:
    scene = Scene(now=clock.now())
    stations = [scene.add_station(39.08, name="Kaiping"), scene.add_station(39.12, name="Luanzhou")]
    truck = scene.add_truck(soc_percent=32)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    first = promised(stack, truck)
    target = next(station for station in stations if station.pk != first.station_id)
    sign_in(desktop, stack, make_user(carrier))
    bench(desktop, stack, scene)

    drag_to(desktop, truck, target)
    draft = desktop.locator("#bench-draft")
    expect(draft).to_contain_text(f"{truck.plate} to {target.name}", timeout=WORKED_OUT_MS)
    expect(draft).to_contain_text("Costs the fleet", timeout=WORKED_OUT_MS)
    assert standing(truck).station_id == first.station_id, "a draft promises nothing"
    found = Axe().run(desktop, context="#workbench")
    assert found.violations_count == 0, found.generate_report()
    desktop.reload()
    expect(draft).to_contain_text(f"{truck.plate} to {target.name}")
    commit(desktop, "the near gate is blocked")

    sent = standing(truck)
    assert (sent.station_id, sent.is_pinned) == (target.pk, True)
    assert "the near gate is blocked" in {change.reason for change in changes_of(sent)}
    assert "the near gate is blocked" in {change.reason for change in changes_of(first)}
    since = clock.now()
    later = PlanRun.objects.filter(region=scene.region, state="done", started_at__gt=since)
    stack.wait_until(
        lambda: later.count() > 1,
        within_s=3 * PLAN_WITHIN_S,  # other tests' regions are planned too
        what="plans after the commit",
    )
    assert standing(truck).pk == sent.pk, "the plans after it leave it"


@pytest.mark.browser
def test_by_keyboard_alone_and_undone_from_the_same_page(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    scene.add_station(39.08, name="Kaiping")
    truck = scene.add_truck(soc_percent=32)
    first = promised(stack, truck)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    sign_in(desktop, stack, make_user(carrier))
    bench(desktop, stack, scene)

    bar_of(desktop, truck).focus()
    desktop.keyboard.press("Shift+ArrowRight")
    expect(desktop.locator("#bench-live")).to_contain_text(truck.plate)
    desktop.keyboard.press("Escape")
    expect(desktop.locator(".ghost")).to_have_count(0)
    bar_of(desktop, truck).focus()
    desktop.keyboard.press("Shift+ArrowRight")
    desktop.keyboard.press("Enter")
    draft = desktop.locator("#bench-draft")
    expect(draft).to_contain_text("not before", timeout=WORKED_OUT_MS)
    expect(draft).to_contain_text("Costs the fleet", timeout=WORKED_OUT_MS)
    commit(desktop, "later suits the driver")
    later = standing(truck)
    assert later.occupies.lower > first.occupies.lower
    assert later.is_pinned

    desktop.fill("#bench-draft input[name=reason] >> nth=-1", "no longer needed")
    desktop.get_by_role("button", name=f"Unpin {truck.plate}").click()
    expect(desktop.locator("body")).to_contain_text("Undone")
    assert not SwapAssignment.objects.get(pk=later.pk).is_pinned
