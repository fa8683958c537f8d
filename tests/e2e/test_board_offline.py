"""The line to a station is cut and comes back: what people did meanwhile happens, and once."""

import random
from io import BytesIO

import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from fleet import clock
from fleet.models import SwapStation, User
from telematics.models import StationEvent
from tests.browser import sign_in
from tests.builders import make_user
from tests.e2e.test_station_screens import BOARD
from tests.scenes import Scene
from tests.stack import Stack

pytestmark = pytest.mark.browser
WAITING = "Object.keys(localStorage).filter((key) => key.startsWith('board/')).length"
# As the page's own code does it: into the queue, not awaited.
DO = "([what, verb, reason]) => { document.getElementById('board').acts.add({what, verb, reason}) }"


def _board(stack: Stack, page: Page) -> SwapStation:
    station = Scene(now=clock.now()).add_station(packs=4, slots=8)
    sign_in(page, stack, make_user(station.operator, User.Role.STATION_OPERATOR))
    page.goto(f"{stack.base_url}{BOARD}/{station.pk}/")
    expect(page.locator("#row-slot-1")).to_be_visible()
    return station


def _happened(station: SwapStation) -> list[tuple[str, str]]:
    events = StationEvent.objects.filter(station=station).order_by("pk")
    return [(event.kind, event.body["reason"]) for event in events]


def test_what_is_done_while_the_line_is_cut_waits_and_happens(stack: Stack, desktop: Page) -> None:
    station = _board(stack, desktop)
    desktop.context.set_offline(True)
    for slot in (5, 6):
        desktop.locator(f"#row-slot-{slot}").click()
        desktop.get_by_role("button", name="maintenance").click()
    expect(desktop.locator("#board-cut")).to_contain_text("2 actions wait")
    assert _happened(station) == []

    plan = desktop.pdf(prefer_css_page_size=True)
    reader = PdfReader(BytesIO(plan))
    assert len(reader.pages) == 1
    assert station.name in reader.pages[0].extract_text()

    desktop.context.set_offline(False)
    expect(desktop.locator("#row-slot-6[data-closed]")).to_be_visible()
    expect(desktop.locator("#board-cut")).to_be_hidden()
    assert _happened(station) == [("board_close", "maintenance")] * 2


def test_what_was_done_offline_outlives_its_tab_and_happens_once(
    stack: Stack, desktop: Page
) -> None:
    station = _board(stack, desktop)
    context = desktop.context
    context.set_offline(True)
    for slot in (5, 6):
        desktop.locator(f"#row-slot-{slot}").click()
        desktop.get_by_role("button", name="maintenance").click()
    expect(desktop.locator("#board-said")).to_contain_text("2 actions wait")
    desktop.close()

    context.set_offline(False)
    pages = [context.new_page() for _ in range(2)]  # both find what waits
    for page in pages:
        page.goto(f"{stack.base_url}{BOARD}/{station.pk}/")
    for page in pages:
        expect(page.locator("#row-slot-6[data-closed]")).to_be_visible()
        page.wait_for_function(f"{WAITING} === 0")
    assert _happened(station) == [("board_close", "maintenance")] * 2


def test_what_waits_is_sent_after_signing_in_anew_in_another_window(
    stack: Stack, desktop: Page
) -> None:
    station = _board(stack, desktop)
    people = User.objects.filter(operator=station.operator, role=User.Role.STATION_OPERATOR)
    desktop.context.clear_cookies()
    sign_in(desktop.context.new_page(), stack, people.latest("pk"))
    desktop.bring_to_front()
    desktop.locator("#row-slot-5").click()
    desktop.get_by_role("button", name="maintenance").click()
    expect(desktop.locator("#row-slot-5[data-closed]")).to_be_visible()
    assert _happened(station) == [("board_close", "maintenance")]


def _cut_and_mend(stack: Stack, page: Page, *, acts: int, seed: int) -> None:
    """Do `acts` while the line is cut at random, before and after the service hears a request."""
    station = _board(stack, page)
    luck = random.Random(seed)  # noqa: S311  which requests are lost

    def line(route: Route) -> None:
        fate = luck.random()
        if fate < 0.3:
            route.abort()
        elif fate < 0.5:
            route.fetch()  # heard, but the answer is lost
            route.abort()
        else:
            route.continue_()

    page.route("**/act/", line)
    for k in range(acts):
        verb = "close" if k // 3 % 2 == 0 else "open"
        page.evaluate(DO, [f"slot-{5 + k % 3}", verb, f"act {k}"])
    _until_sent(page)
    done = _happened(station)
    verbs = ["board_close", "board_open"]
    assert done == [(verbs[k // 3 % 2], f"act {k}") for k in range(acts)]
    changes = stack.sql(
        "SELECT count(*) FROM fleet_slotevent e JOIN fleet_slot s ON s.id = e.pgh_obj_id"
        " WHERE s.station_id = %s AND e.pgh_label = 'update'",
        station.pk,
    )
    assert changes == [(acts,)]


def _until_sent(page: Page) -> None:
    send = "document.getElementById('board').acts.send()"
    while not page.evaluate(f"async () => {{ await {send}; return {WAITING} === 0; }}"):
        page.wait_for_timeout(10)


def test_no_act_is_lost_or_done_twice_over_many_cuts(stack: Stack, desktop: Page) -> None:
    _cut_and_mend(stack, desktop, acts=40, seed=1)


@pytest.mark.long
def test_no_act_of_a_thousand_is_lost_or_done_twice(stack: Stack, desktop: Page) -> None:
    _cut_and_mend(stack, desktop, acts=1000, seed=2)
