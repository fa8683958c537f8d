"""Every screen of the driver's page, in both languages: hit by thumbs, read in one look."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.cab import Cab
from tests.driver_screens import screens

pytestmark = pytest.mark.browser
MEASURE = (Path(__file__).parents[1] / "driver_measure.js").read_text()
MAIN_PX, TARGET_PX, GAP_PX, TEXT_PX, KEY_PX = 76, 48, 8, 24, 32
CONTRAST = 7.0
CARD = ("offered", "accepted", "en-route")  # and the same while moving or offline
FACTS = ("state", "station", "lane", "lead", "eta", "distance", "window", "soc", "soc-then", "why")
KEY_FACTS = ("lane", "lead", "eta", "distance", "soc", "soc-then")
GROWN_KEY, GROWN_FACT = 1.4, 1.15  # with the phone's text at 200 %
DIALOGS = ("reasons", "maps", "menu")  # scroll by themselves where the text is far up
LATIN = re.compile(r"[A-Za-z]{2,}")
NOT_WORDS = re.compile(r"EN|TSTPB\w+|\b[A-Z]*\d\w+")  # the switch to English, pack codes, plates


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_screen_is_hit_and_read(cab: Cab, language: str) -> None:
    cookie = {"name": "django_language", "value": language, "url": cab.stack.base_url}
    cab.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict will do
    seen: list[str] = []
    grown: dict[str, list[float]] = {}
    for name in screens(cab):
        seen.append(name)
        usual = measured(cab.page)
        check(name, usual)
        if language == "zh-hans":
            assert not LATIN.findall(NOT_WORDS.sub("", usual["words"])), (name, usual["words"])
        check_with_large_text(cab.page, name, usual, grown)
        for is_dark in (False, True):
            check_colours(cab.page, name, is_dark=is_dark)
    assert len(seen) == 19, seen
    for fact, times in grown.items():
        least_times = GROWN_KEY if fact in KEY_FACTS else GROWN_FACT
        assert min(times) >= least_times, (fact, times)
    least = {fact: round(min(times), 2) for fact, times in grown.items()}
    print(f"{language}: text at 200 % is so many times as large: {least}")


def measured(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(MEASURE)
    assert found["texts"]
    return found


def check(name: str, found: dict[str, Any]) -> None:
    """One screen: no scrolling; targets large and apart; text large; all facts of a card there."""
    assert found["size"] == found["view"], (name, found["size"])
    check_targets(name, found)
    for one in found["texts"]:
        assert one["size"] >= TEXT_PX, (name, one)
        assert not one["cut"], (name, one)
        assert one["right"] <= found["view"][0] + 0.5, (name, one)
    check_facts(name, found)


def check_targets(name: str, found: dict[str, Any]) -> None:
    """What is tapped is large, and apart."""
    targets = found["targets"]
    for one in targets:
        size = min(one["right"] - one["left"], one["bottom"] - one["top"])
        assert size >= (MAIN_PX if one["main"] else TARGET_PX) - 0.01, (name, one)
    for i, one in enumerate(targets):
        for other in targets[i + 1 :]:
            assert gap(one, other) >= GAP_PX - 0.01, (name, one["name"], other["name"])


def check_facts(name: str, found: dict[str, Any]) -> None:
    """A card says everything on the first screen, the numbers large."""
    if not name.startswith(CARD):
        return
    shown = {one["name"]: one for one in found["texts"]}
    assert set(FACTS) <= set(shown), (name, set(FACTS) - set(shown))
    for fact in FACTS:
        one = shown[fact]
        assert one["top"] >= 0, (name, one)
        assert one["bottom"] <= found["view"][1] + 0.5, (name, one)
        assert one["size"] >= (KEY_PX if fact in KEY_FACTS else TEXT_PX), (name, one)
    facts = [shown[fact] for fact in FACTS]
    for i, one in enumerate(facts):
        for other in facts[i + 1 :]:
            assert gap(one, other) >= -4, (
                name,
                one,
                other,
            )  # lines may touch, not cover each other


def gap(one: dict[str, Any], other: dict[str, Any]) -> float:
    across = max(one["left"], other["left"]) - min(one["right"], other["right"])
    down = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
    return float(max(across, down))


@contextmanager
def twice_the_text(page: Page) -> Iterator[None]:
    """The phone's own text size at 200 %: as its setting does it, 32 px for 16."""
    line = page.context.new_cdp_session(page)
    wait = "getComputedStyle(document.documentElement).fontSize === '{}px'"
    try:
        line.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        page.wait_for_function(wait.format(32))
        yield
    finally:
        line.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
        page.wait_for_function(wait.format(16))
        line.detach()


def check_with_large_text(
    page: Page, name: str, usual: dict[str, Any], grown: dict[str, list[float]]
) -> None:
    """Still one screen, everything on it, and truly larger."""
    with twice_the_text(page):
        found = measured(page)
    assert found["size"][0] == found["view"][0], (name, found["size"])
    if name not in DIALOGS:
        assert found["size"] == found["view"], (name, found["size"])
    check_targets(name, found)
    check_facts(name, found)
    sizes = {one["name"]: one["size"] for one in usual["texts"]}
    for one in found["texts"]:
        assert not one["cut"], (name, one)
        assert one["right"] <= found["view"][0] + 0.5, (name, one)
        assert one["size"] >= sizes.get(one["name"], TEXT_PX), (name, one)
        is_fact = one["name"] in (KEY_FACTS if "offline" in name else FACTS)
        if is_fact and name.startswith(CARD):
            grown.setdefault(one["name"], []).append(one["size"] / sizes[one["name"]])


def test_with_twice_the_text_another_map_is_chosen_in_the_menu(cab: Cab) -> None:
    cab.start_shift()
    cab.offer(state="accepted")
    cab.sees("accepted")
    with twice_the_text(cab.page):
        assert not cab.page.is_visible("#choose-map")
        cab.page.click("#open-menu")
        cab.page.click("#other-map")
        cab.page.wait_for_selector("#map-list a")


def check_colours(page: Page, name: str, *, is_dark: bool) -> None:
    """Seven to one for every text, and nothing axe has against it."""
    page.evaluate("(on) => document.documentElement.toggleAttribute('data-dark', on)", is_dark)
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finish()))")
    for one in measured(page)["texts"]:
        assert one["contrast"] >= CONTRAST, (name, is_dark, one)
    answer = Axe().run(page)
    assert answer.violations_count == 0, (name, is_dark, answer.generate_report())
    page.evaluate("document.documentElement.removeAttribute('data-dark')")
