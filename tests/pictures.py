"""Take the pictures of the README anew from a running demo: `make pictures`."""

import argparse
import base64
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import FLAGS, find_chromium

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 640}
BOARD = "/admin/dispatch/swapassignment/board/"
DONE = "/admin/dispatch/swapassignment/?state__exact=done"
CARD_WAIT_MS = 60_000
EN_ROUTE = "/admin/dispatch/swapassignment/?state__exact=en_route"
SHEET = """
<body style="margin:0;background:#eef2f1;display:flex;gap:24px;padding:24px;align-items:flex-start">
  <img src="data:image/png;base64,{board}" style="width:980px;border-radius:10px">
  <img src="data:image/png;base64,{driver}" style="width:330px;border-radius:18px">
</body>
"""


def signed_in(browser: Browser, base_url: str, login: dict[str, str]) -> Page:
    """Open the admin as a person of the demo, in English."""
    context = browser.new_context(viewport=DESKTOP, locale="en-US")  # type: ignore[arg-type]  # a dict
    page = context.new_page()
    page.goto(f"{base_url}/admin/login/?next=/admin/")
    page.fill("input[name=username]", login["username"])
    page.fill("input[name=password]", login["password"])
    page.click("button[type=submit]")
    page.wait_for_load_state()
    return page


def sign_in_address(manager: Page, base_url: str) -> str:
    """Make a one-time link, as a manager does, for a driver who is on the way to a station."""
    manager.goto(f"{base_url}{EN_ROUTE}")
    manager.click("#result_list tbody a >> nth=0")
    manager.click("a[href*='/admin/fleet/driver/'][href$='/change/']")
    manager.get_by_role("link", name="Sign in").click()
    manager.locator("main form button, #content form button").first.click()
    address = manager.locator("text=/driver/enter/").first.inner_text()
    return address.strip()


def shoot(page: Page, name: str) -> bytes:
    """Keep what the page shows as `docs/images/NAME.png`."""
    page.wait_for_timeout(1_000)
    return page.screenshot(path=IMAGES / f"{name}.png")


def take(browser: Browser, base_url: str, world: dict[str, Any]) -> None:
    """Take every picture."""
    logins = {login["username"]: login for login in world["logins"]}
    manager = signed_in(browser, base_url, logins["manager"])
    shoot(manager, "start")
    manager.goto(f"{base_url}{DONE}")
    manager.click("#result_list tbody a >> nth=0")
    shoot(manager, "why")
    enter = sign_in_address(manager, base_url)
    phone = browser.new_context(viewport=PHONE, locale="zh-CN", device_scale_factor=2)  # type: ignore[arg-type]  # a dict
    driver = phone.new_page()
    driver.goto(enter)
    driver.wait_for_selector("main#promise:visible", timeout=CARD_WAIT_MS)
    station = signed_in(browser, base_url, logins["station"])
    station.goto(f"{base_url}{BOARD}")
    pictures = {"board": shoot(station, "board"), "driver": shoot(driver, "driver")}
    sheet = browser.new_page(viewport={"width": 1382, "height": 630})
    sheet.set_content(
        SHEET.format(**{name: base64.b64encode(png).decode() for name, png in pictures.items()})
    )
    shoot(sheet, "first-screen")


def main() -> None:
    """Read where the demo runs and take its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--world", type=Path, default=Path("var/demo/world.json"))
    options = parser.parse_args()
    world = json.loads(options.world.read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        take(browser, options.base_url, world)
        browser.close()


if __name__ == "__main__":
    main()
