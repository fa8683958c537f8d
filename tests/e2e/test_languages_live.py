"""What scripts write is in the reader's language: map, board, wall, workbench, start, Ctrl-K."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from dispatch.services.gate.wall_screens import make_wall_screen
from dispatch.services.news import tell_driver
from fleet import clock
from fleet.models import SwapStation, Truck, User
from tests.browser import watched
from tests.builders import make_assignment, make_hold, make_user
from tests.e2e.test_start_and_why import REFRESH
from tests.e2e.test_station_screens import BOARD
from tests.reading import data_values, foreign_words
from tests.scenes import Scene
from tests.stack import Stack

pytestmark = pytest.mark.browser
PLAIN = {"en": "en", "zh-hans": "zh-CN"}
# What a script has up its sleeve: sentences it may still write.
WORDS = """() => [...document.querySelectorAll('script[type="application/json"]')]
  .map((one) => JSON.parse(one.textContent)).map((one) => one.words ?? one)"""
LANGUAGE = "document.documentElement.lang"
TIMES_OF_12_H = re.compile(r"\b(a\.m\.|p\.m\.|AM|PM)\b|[上下]午")


@pytest.fixture
def busy(stack: Stack) -> tuple[SwapStation, Truck]:
    """A station with a promise ahead, somewhat late, whose driver has not looked."""
    now = clock.now()
    scene = Scene(now=now)
    station = scene.add_station(packs=6, slots=8, lanes=2)
    station.name_zh = f"换电站{station.pk}"
    station.save()
    truck = scene.add_truck(trips=0)
    offer = make_assignment(
        truck=truck,
        station=station,
        driver=scene.shift_of(truck).driver,
        start=now + timedelta(minutes=25),
        eta=now + timedelta(minutes=40),
        state="accepted",
        is_pinned=True,
    )
    make_hold(offer, station.slots.get(number=1).packs.get())
    tell_driver(offer, kind="offered", now=now)
    return station, truck


def texts_of(words: object) -> Iterator[str]:
    """Yield every sentence in what a script was given."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, dict | list):
        for each in words.values() if isinstance(words, dict) else words:
            yield from texts_of(each)


def map_page(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    page.goto(f"{stack.base_url}/admin/dispatch/swapassignment/map/")
    expect(page.locator(".is-station").first).to_be_attached()
    page.fill("#map-find", truck.plate)
    expect(page.locator("#map-rows")).to_contain_text(truck.plate)
    page.press("#map-find", "Tab")
    expect(page.locator("#map-detail")).to_contain_text(truck.plate)


def board_page(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    page.goto(f"{stack.base_url}{BOARD}/{station.pk}/")
    page.locator("#row-slot-2").click()
    expect(page.locator("#board-dialog")).to_be_visible()


def board_cut(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    page.goto(f"{stack.base_url}{BOARD}/{station.pk}/")
    page.context.set_offline(True)
    page.locator("#row-slot-3").click()
    page.locator("#board-dialog button").nth(1).click()
    expect(page.locator("#board-cut")).to_be_visible()


def wall_page(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    person = make_user(station.operator, User.Role.STATION_OPERATOR)
    _, token = make_wall_screen(station, name="hall", by=person, now=clock.now())
    page.goto(f"{stack.base_url}/wall/{token}/?lang={page.evaluate(LANGUAGE)}")
    page.context.set_offline(True)
    expect(page.locator("#wall-cut")).to_be_visible()


def bench_page(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    page.goto(f"{stack.base_url}/admin/dispatch/planrun/workbench/{station.region_id}/")
    expect(page.locator("#bench-body .bar").first).to_be_visible()


def start_page(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    page.goto(f"{stack.base_url}/admin/")
    with page.expect_response("**/start/body/**"):
        page.evaluate(REFRESH)
    page.context.set_offline(True)
    page.evaluate(REFRESH)
    expect(page.locator("#start-cut")).to_be_visible()


def find_box(page: Page, stack: Stack, station: SwapStation, truck: Truck) -> None:
    page.goto(f"{stack.base_url}/admin/")
    page.keyboard.press("Control+k")
    page.keyboard.type(truck.plate[1:])
    expect(page.locator("#find-list")).to_contain_text(truck.plate)


SCENES: tuple[Callable[[Page, Stack, SwapStation, Truck], None], ...] = (
    map_page,
    board_page,
    board_cut,
    wall_page,
    bench_page,
    start_page,
    find_box,
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_scripts_write_is_in_the_readers_language(
    chromium: Browser, stack: Stack, busy: tuple[SwapStation, Truck], language: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale=PLAIN[language], timezone_id="Asia/Shanghai"
    )
    client = Client()
    client.force_login(make_user(is_superuser=True, language=language))
    cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
    context.add_cookies(
        [{"name": name, "value": value, "url": stack.base_url} for name, value in cookies.items()]
    )
    data = data_values()
    odd: dict[str, set[str]] = {}
    with watched(context) as page:
        for scene in SCENES:
            scene(page, stack, *busy)
            written = page.content()
            words = " ".join(
                f"<p>{text}</p>" for text in texts_of(page.evaluate(WORDS)) if " " in text
            )
            odd[scene.__name__] = foreign_words(written + words, language=language, data=data)
            assert not TIMES_OF_12_H.search(page.inner_text("body")), scene.__name__
            page.context.set_offline(False)
    assert not any(odd.values()), json.dumps(
        {name: sorted(words) for name, words in odd.items() if words}, ensure_ascii=False, indent=1
    )
