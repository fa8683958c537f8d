"""Take the pictures of README and docs anew from a running demo: `make pictures`.

Each picture is one line of PICTURES. They are kept with a palette, so that a page stays small;
tests/architecture/test_pictures.py sees to it that each is used and none is made by hand.
"""

import argparse
import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, find_chromium

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
OFFICE, PHONE = (1366, 768), (360, 640)
CARD_WAIT_MS = 60_000
SETTLE_MS = 2_500
COLOURS = 256
ASSIGNMENTS = "/admin/dispatch/swapassignment/"
MAP, BOARD = f"{ASSIGNMENTS}map/", f"{ASSIGNMENTS}board/"
WORKBENCH = "/admin/dispatch/planrun/workbench/"
REPORT = "/admin/dispatch/summarysubscription/summary/"
EN_ROUTE = f"{ASSIGNMENTS}?state__exact=en_route"
DONE = f"{ASSIGNMENTS}?state__exact=done"
SHEET = """
<body style="margin:0;background:#eef2f1;display:grid;gap:20px;padding:20px;
             grid-template-columns:1000px 316px;align-items:start">
  <div style="display:grid;gap:20px">
    <img src="data:image/png;base64,{map}" style="width:1000px;border-radius:10px">
    <img src="data:image/png;base64,{board}" style="width:1000px;border-radius:10px">
  </div>
  <div style="display:grid;gap:20px">
    <img src="data:image/png;base64,{driver}" style="width:316px;border-radius:18px">
    <img src="data:image/png;base64,{phone}" style="width:316px;border-radius:18px">
  </div>
</body>
"""
SHEET_SIZE = (1376, 1186)


def choose_truck(page: Page) -> None:
    """Open the truck that is worst off, on the map."""
    page.locator("#map-rows button").first.click()
    page.locator("#map-detail dl").wait_for()


def open_first(page: Page) -> None:
    """Open the first row of a list."""
    page.locator("#result_list tbody a").first.click()


def open_why(page: Page) -> None:
    """Open why the first promise of a list is as it is."""
    open_first(page)
    page.locator("a[href*='/why/']").first.click()


def open_wall(page: Page) -> None:
    """Open the wall board of the station whose day board is shown."""
    page.locator("a[href$='/screens/']").first.click()
    page.locator("a[href$='/wall/']").first.click()


def see_preview(page: Page) -> None:
    """Wait for the next plan as a difference, and bring its picture into view."""
    page.locator("#bench-picture svg").wait_for(timeout=CARD_WAIT_MS)
    page.locator("#bench-picture").scroll_into_view_if_needed()


def open_list(page: Page) -> None:
    """Open the list of the map on a phone."""
    page.click("#map-open-list")


def nothing(page: Page) -> None:
    """Take the page as it opens."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Where, as whom, how large, in which language, and what to do before."""

    name: str
    login: str
    path: str
    size: tuple[int, int] = OFFICE
    locale: str = "en-US"
    prepare: Callable[[Page], None] = nothing


PICTURES = [
    Picture("start", "manager", "/admin/"),
    Picture("map", "manager", MAP, prepare=choose_truck),
    Picture("map-phone", "manager", MAP, PHONE, "zh-CN", open_list),
    Picture("why", "manager", DONE, prepare=open_why),
    Picture("workbench", "manager", WORKBENCH, prepare=see_preview),
    Picture("report", "manager", REPORT),
    Picture("wall", "station", BOARD, prepare=open_wall),
    Picture("board", "station", BOARD),
    Picture("driver", "driver", "", PHONE, "zh-CN"),
    Picture("api", "", "/api/v1/docs"),
    Picture("map-zh", "manager", MAP, OFFICE, "zh-CN", choose_truck),
    Picture("board-zh", "station", BOARD, OFFICE, "zh-CN"),
]
SHEETS = {  # made of other pictures
    "first-screen": {"map": "map", "board": "board", "driver": "driver", "phone": "map-phone"},
    "first-screen-zh": {
        "map": "map-zh",
        "board": "board-zh",
        "driver": "driver",
        "phone": "map-phone",
    },
}


class Studio:
    """A browser before the demo, with one context for each person, size and language."""

    def __init__(self, browser: Browser, base_url: str, world: dict[str, Any]) -> None:
        self.browser, self.base_url = browser, base_url
        self.logins = {login["username"]: login for login in world["logins"]}
        self.pages: dict[tuple[Any, ...], Page] = {}

    def page(self, login: str, size: tuple[int, int], locale: str) -> Page:
        """Return a page of that person, signed in."""
        key = (login, size, locale)
        if key not in self.pages:
            self.pages[key] = self._open(login, size, locale)
        return self.pages[key]

    def _open(self, login: str, size: tuple[int, int], locale: str) -> Page:
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            timezone_id="Asia/Shanghai",
            device_scale_factor=2 if size == PHONE else 1,
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
        )
        page = context.new_page()
        if login == "driver":
            page.goto(self.sign_in_address())
            page.wait_for_selector("main#promise:visible", timeout=CARD_WAIT_MS)
        elif login:
            page.goto(f"{self.base_url}/admin/login/?next=/admin/")
            page.fill("input[name=username]", self.logins[login]["username"])
            page.fill("input[name=password]", self.logins[login]["password"])
            page.click("button[type=submit]")
            page.wait_for_load_state()
        return page

    def sign_in_address(self) -> str:
        """Make a one-time link, as a manager does, for a driver who is on the way to a station."""
        manager = self.page("manager", OFFICE, "en-US")
        manager.goto(f"{self.base_url}{EN_ROUTE}")
        open_first(manager)
        manager.click("a[href*='/admin/fleet/driver/'][href$='/change/']")
        manager.get_by_role("link", name="Sign in").click()
        manager.locator("main form button, #content form button").first.click()
        return manager.locator("text=/driver/enter/").first.inner_text().strip()

    def take(self, picture: Picture) -> bytes:
        """Take one picture and keep it."""
        page = self.page(picture.login, picture.size, picture.locale)
        if picture.path:
            page.goto(f"{self.base_url}{picture.path}")
        page.wait_for_timeout(SETTLE_MS)
        picture.prepare(page)
        page.mouse.move(0, 0)
        page.wait_for_timeout(SETTLE_MS)
        return page.screenshot()

    def compose(self, parts: dict[str, bytes]) -> bytes:
        """Lay pictures side by side."""
        width, height = SHEET_SIZE
        sheet = self.browser.new_page(viewport={"width": width, "height": height})
        coded = {name: base64.b64encode(png).decode() for name, png in parts.items()}
        sheet.set_content(SHEET.format(**coded))
        return sheet.screenshot()


def keep(name: str, png: bytes) -> None:
    """Write a picture as `docs/images/NAME.png`, in as many colours as a page needs."""
    small = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    small.save(IMAGES / f"{name}.png", optimize=True)
    print(f"{name}.png  {(IMAGES / f'{name}.png').stat().st_size / 1000:.0f} kB", flush=True)


def main() -> None:
    """Read where the demo runs and take its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--world", type=Path, default=Path("var/demo/world.json"))
    parser.add_argument("--only", nargs="*", help="names; without them all")
    options = parser.parse_args()
    wanted = set(options.only or [*SHEETS, *(each.name for each in PICTURES)])
    parts = {part for name in wanted & SHEETS.keys() for part in SHEETS[name].values()}
    taken: dict[str, bytes] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        studio = Studio(browser, options.base_url, json.loads(options.world.read_text()))
        for picture in PICTURES:
            if picture.name in wanted | parts:
                taken[picture.name] = studio.take(picture)
                if picture.name in wanted:
                    keep(picture.name, taken[picture.name])
        for name in wanted & SHEETS.keys():
            made_of = {place: taken[part] for place, part in SHEETS[name].items()}
            keep(name, studio.compose(made_of))
        browser.close()


if __name__ == "__main__":
    main()
