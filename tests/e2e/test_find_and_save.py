"""Ctrl-K, saved views, actions on many rows and stale forms, in real Chromium by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from fleet.models import Driver, Operator, Truck
from tests.browser import sign_in
from tests.builders import make_driver, make_operator, make_truck, make_user, number
from tests.stack import Stack

pytestmark = pytest.mark.browser
MOST_TABS = 150


def faults(page: Page, part: str) -> list[str]:
    found = Axe().run(page, context=part).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


def carrier_with_trucks(count: int) -> tuple[Operator, list[Truck]]:
    carrier = make_operator()
    return carrier, [make_truck(carrier, plate=f"冀Q{number():05d}D") for _ in range(count)]


def test_ctrl_k_finds_and_opens_by_keyboard_alone(stack: Stack, desktop: Page) -> None:
    carrier, (first, second) = carrier_with_trucks(2)
    sign_in(desktop, stack, make_user(carrier))
    desktop.keyboard.press("Control+k")
    desktop.keyboard.type(second.plate[2:7])
    expect(desktop.locator("#find-list [role=option]").first).to_contain_text(second.plate)
    assert faults(desktop, "#find") == []
    desktop.keyboard.press("Enter")
    desktop.wait_for_url(f"**/fleet/truck/{second.pk}/change/")

    desktop.keyboard.press("Control+k")  # what was opened lately
    expect(desktop.locator("#find-list [aria-selected=true]")).to_contain_text(second.plate)
    desktop.keyboard.type("地图")
    expect(desktop.locator("#find-list [role=option]").first).to_contain_text("Live map")
    desktop.keyboard.press("Escape")
    expect(desktop.locator("#find")).to_be_hidden()
    desktop.keyboard.press("Control+k")
    desktop.keyboard.type(first.plate[:2])
    expect(desktop.locator("#find-list [role=option]").nth(1)).to_be_visible()
    desktop.keyboard.press("ArrowDown")
    expect(desktop.locator("#find-list [role=option]").nth(1)).to_have_attribute(
        "aria-selected", "true"
    )


def test_the_lens_finds_on_a_phone_in_chinese(stack: Stack, phone: Page) -> None:
    carrier, (truck,) = carrier_with_trucks(1)
    sign_in(phone, stack, make_user(carrier))
    phone.locator(".find-open.small").tap()
    phone.keyboard.type(truck.plate[2:7])
    hit = phone.locator("#find-list [role=option]").first
    expect(hit).to_contain_text(truck.plate)
    expect(hit).to_contain_text("车辆")
    assert faults(phone, "#find") == []
    assert phone.evaluate("document.getElementById('find').scrollWidth <= innerWidth")
    hit.tap()
    phone.wait_for_url(f"**/fleet/truck/{truck.pk}/change/")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus, as one does who has no mouse."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"not reached by {MOST_TABS} tabs: {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def test_a_view_is_saved_and_rows_are_acted_on_after_a_look(stack: Stack, desktop: Page) -> None:
    carrier, trucks = carrier_with_trucks(3)
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}/admin/fleet/truck/?is_active__exact=1")
    press(desktop, desktop.get_by_text("Save this view…"))
    assert faults(desktop, ".views") == []
    press(desktop, desktop.locator(".views input[name=columns][value=vin]"), "Space")
    tab_to(desktop, desktop.locator(".views input[name=name]"))
    desktop.keyboard.type("on the road")
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".views [aria-current=page]")).to_have_text("on the road")
    expect(desktop.locator("#result_list")).to_contain_text(trucks[0].plate)
    expect(desktop.locator("#result_list")).not_to_contain_text(trucks[0].vin)

    chosen = [page_row(desktop, truck) for truck in trucks[:2]]
    for row in sorted(chosen, key=lambda row: int(row.evaluate("e => e.closest('tr').rowIndex"))):
        press(desktop, row, "Space")
    tab_to(desktop, desktop.locator("select[name=action]"))
    desktop.keyboard.type("Put out")
    press(desktop, desktop.locator("button[name=index]"))
    expect(desktop.get_by_role("heading", name="Put out of service · 2 rows")).to_be_visible()
    assert faults(desktop, "form.page") == []
    tab_to(desktop, desktop.locator("input[name=reason]"))
    desktop.keyboard.type("sold")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("Put out of service: 2 done.")).to_be_visible()
    assert Truck.objects.filter(pk__in=[t.pk for t in trucks], is_active=True).count() == 1


def page_row(page: Page, truck: Truck) -> Locator:
    return page.locator(f"input[name=_selected_action][value='{truck.pk}']")


def test_a_stale_form_shows_the_difference_and_saves_the_choice(
    stack: Stack, desktop: Page
) -> None:
    carrier = make_operator()
    driver = make_driver(carrier, name="Zhao Min", phone="111")
    sign_in(desktop, stack, make_user(carrier))
    desktop.goto(f"{stack.base_url}/admin/fleet/driver/{driver.pk}/change/")
    Driver.objects.filter(pk=driver.pk).update(phone="222")
    tab_to(desktop, desktop.locator("input[name=phone]"))
    desktop.keyboard.type("333")  # a field reached by Tab is chosen as a whole
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("row", name="333")).to_contain_text("222")
    assert faults(desktop, "#content") == []
    assert Driver.objects.get(pk=driver.pk).phone == "222"
    press(desktop, desktop.locator("input[type=radio][value=theirs]"), "ArrowDown")
    expect(desktop.locator("input[type=radio][value=mine]")).to_be_checked()
    press(desktop, desktop.get_by_role("button", name="Save with what is chosen"))
    expect(desktop.get_by_text("changed successfully").first).to_be_visible()
    assert Driver.objects.get(pk=driver.pk).phone == "333"
