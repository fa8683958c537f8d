"""People see and steer in the admin, in real Chromium against the running service."""

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import PlanRun, SwapAssignment
from fleet import clock
from fleet.models import Operator, Truck, User
from telematics.models import Alarm
from tests.browser import sign_in
from tests.builders import make_user
from tests.scenes import Scene
from tests.stack import Stack

PLAN_WITHIN_S = 60.0


def live(truck: Truck, *states: str) -> SwapAssignment | None:
    return SwapAssignment.objects.filter(truck=truck, state__in=states).first()


@pytest.mark.browser
def test_an_operator_closes_a_station_and_the_next_plan_obeys(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    near, far = scene.add_station(39.08), scene.add_station(39.12)
    truck = scene.add_truck(soc_percent=32)
    first = stack.wait_until(
        lambda: live(truck, "offered"), within_s=PLAN_WITHIN_S, what="the truck is offered a swap"
    )
    chosen, other = (near, far) if first.station_id == near.pk else (far, near)
    sign_in(desktop, stack, make_user(chosen.operator, User.Role.STATION_OPERATOR))

    desktop.goto(f"{stack.base_url}/admin/dispatch/swapassignment/board/{chosen.pk}/")
    expect(desktop.locator(".board-arrivals")).to_contain_text(truck.plate)
    desktop.get_by_role("button", name="Close the station").click()
    desktop.get_by_role("button", name="power cut").click()
    expect(desktop.get_by_role("button", name="Undo")).to_be_visible()
    expect(desktop.locator(".board-closed")).to_contain_text("power cut")

    stack.wait_until(
        lambda: SwapAssignment.objects.filter(truck=truck, station=other, state="offered").exists(),
        within_s=PLAN_WITHIN_S,
        what="the truck is offered the other station",
    )
    expect(desktop.locator(".board-arrivals")).not_to_contain_text(truck.plate, timeout=20_000)


@pytest.mark.browser
def test_a_manager_sees_why_and_cancels_and_assigns_by_hand(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    stations = [scene.add_station(39.08), scene.add_station(39.12)]
    truck = scene.add_truck(soc_percent=32)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    offer = stack.wait_until(
        lambda: live(truck, "offered"), within_s=PLAN_WITHIN_S, what="the truck is offered a swap"
    )
    sign_in(desktop, stack, make_user(carrier))

    desktop.goto(f"{stack.base_url}/admin/dispatch/swapassignment/{offer.pk}/change/")
    table = desktop.get_by_role("table").first
    for station in stations:
        expect(table).to_contain_text(station.name)
    expect(table).to_contain_text("chosen")
    desktop.get_by_role("link", name="The plan run that decided this").click()
    expect(
        desktop.get_by_role("link", name=f"{truck.plate} → {offer.station.name}")
    ).to_be_visible()

    desktop.goto(f"{stack.base_url}/admin/dispatch/livetruck/?q={truck.plate}")
    desktop.get_by_role("link", name="assign by hand").click()
    wanted = next(station for station in stations if station.pk != offer.station_id)
    desktop.select_option("select[name=station]", str(wanted.pk))
    desktop.fill("input[name=reason]", "customer waits there")
    desktop.get_by_role("button", name="Promise the swap").click()
    expect(desktop.get_by_text("Promised. The driver is asked now.")).to_be_visible()
    mine = SwapAssignment.objects.get(truck=truck, station=wanted, state="offered")
    assert mine.is_pinned

    runs = PlanRun.objects.filter(region=truck.region).count()
    stack.wait_until(
        lambda: PlanRun.objects.filter(region=truck.region).count() > runs,
        within_s=PLAN_WITHIN_S,
        what="another plan",
    )
    mine.refresh_from_db()
    assert (mine.state, mine.station_id) == ("offered", wanted.pk)

    desktop.fill("input[name=reason]", "load cancelled")
    desktop.get_by_role("button", name="Cancel the swap").click()
    expect(desktop.get_by_text("Done. The driver is told")).to_be_visible()
    mine.refresh_from_db()
    assert (mine.state, mine.end_reason) == ("cancelled", "load cancelled")


@pytest.mark.browser
def test_a_truck_out_of_reach_stands_on_top_of_the_start_page(stack: Stack, desktop: Page) -> None:
    scene = Scene(now=clock.now())
    scene.add_station(42.5)  # some 400 km away
    truck = scene.add_truck(soc_percent=18)
    carrier = Operator.objects.get(truck_tenures__truck=truck, truck_tenures__role="carrier")
    stack.wait_until(
        lambda: Alarm.objects.filter(
            truck=truck, kind=Alarm.Kind.STRANDED_RISK, closed_at__isnull=True
        ).exists(),
        within_s=PLAN_WITHIN_S,
        what="the alarm of the stranded risk",
    )

    sign_in(desktop, stack, make_user(carrier))

    top = desktop.locator(".concern").first
    expect(top).to_contain_text(truck.plate)
    top.get_by_role("link").click()
    expect(desktop.locator("#result_list")).to_contain_text(truck.plate)
