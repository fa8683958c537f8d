"""Parts of the page alone in Chromium: day and night, the voice, what taps make of a promise."""

import base64
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FOLDER = Path("dispatch/driver/static/driver")
ADDRESS = "http://127.0.0.1:9/"  # answered by the test
SCRIPT = "text/javascript"
IS_DARK = "document.documentElement.hasAttribute('data-dark')"
SPEAKING = """<!doctype html><html lang="en"><template id="words"></template>
<script>self.said = []; speechSynthesis.speak = (words) => said.push(words.text);</script>
<script type="module">
  import { speak } from "./voice.js";
  speak("before");
  addEventListener("click", () => speak("after"));
</script></html>"""
CARD = {"id": 7, "state": "offered", "actions": ["accept", "decline"]}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(timezone_id="Asia/Shanghai", color_scheme="light")
    page.route(ADDRESS, lambda route: route.fulfill(content_type="text/html", body="<html></html>"))
    yield page
    page.close()


def theme_at(page: Page, hour: int, chosen: str = "auto") -> bool:
    page.clock.set_fixed_time(dt.datetime(2026, 11, 22, hour, 30, tzinfo=dt.UTC))
    page.goto(ADDRESS)
    page.evaluate("(name) => localStorage.setItem('yizhan.theme', name)", chosen)
    page.add_script_tag(content=(FOLDER / "theme.js").read_text())
    is_dark: bool = page.evaluate(IS_DARK)
    return is_dark


def test_it_is_dark_at_night_and_when_the_phone_or_its_driver_says_so(page: Page) -> None:
    in_utc = {hour: theme_at(page, hour) for hour in (3, 10, 11, 21, 22)}  # Shanghai: 8 h later
    assert in_utc == {3: False, 10: False, 11: True, 21: True, 22: False}
    assert theme_at(page, 3, "dark")
    assert not theme_at(page, 15, "light")
    page.emulate_media(color_scheme="dark")
    assert theme_at(page, 3)
    page.evaluate("theme.choose('light')")
    assert not page.evaluate(IS_DARK)


def expected(page: Page, *paths: str) -> Any:
    module = base64.b64encode((FOLDER / "expect.js").read_bytes()).decode()
    return page.evaluate(
        """async ([module, card, paths]) => {
          const { expected } = await import(`data:text/javascript;base64,${module}`);
          return expected(card, paths.map((path) => ({ path })));
        }""",
        [module, CARD, list(paths)],
    )


def test_taps_that_wait_are_shown_as_if_they_had_been_taken(page: Page) -> None:
    mine = "assignments/7"
    assert expected(page) == CARD
    assert expected(page, f"{mine}/accept")["state"] == "accepted"
    assert expected(page, f"{mine}/accept", f"{mine}/leave", f"{mine}/arrive")["state"] == "arrived"
    assert expected(page, f"{mine}/decline") is None
    assert expected(page, f"{mine}/arrive") == CARD  # not possible yet
    assert expected(page, "assignments/8/accept", "shifts/end") == CARD


def test_nothing_is_said_before_the_page_was_touched(page: Page) -> None:
    for name in ("voice.js", "words.js"):
        source = (FOLDER / name).read_text()
        page.route(ADDRESS + name, lambda r, _, s=source: r.fulfill(content_type=SCRIPT, body=s))
    page.route(ADDRESS, lambda route: route.fulfill(content_type="text/html", body=SPEAKING))
    page.goto(ADDRESS)
    page.mouse.click(5, 5)
    assert page.evaluate("said") == ["after"]
