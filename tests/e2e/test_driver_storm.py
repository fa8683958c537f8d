"""Taps through cuts of the line and kills of page and browser: none lost, none twice, in order."""

import contextlib
import os
import random
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from dispatch.models import DriverAction, SwapAssignment, Trip
from fleet import clock
from tests.builders import make_assignment
from tests.cab import Cab, made_cab
from tests.chromium import FLAGS, find_chromium
from tests.e2e.test_driver_offline import READY
from tests.phone_line import PhoneLine, phone_line
from tests.stack import Stack

pytestmark = pytest.mark.browser
TAPS = ("accept", "leave", "arrive")
KINDS = ("down", "lost", "closed", "crashed", "killed")
SENT_WITHIN_S, A_TAP_S = 60.0, 3.0  # a shared machine, and each accepted offer is a plan
APART = timedelta(minutes=30)
TAP = """async (path) => {
  const shell = document.querySelector("script[type=module]").src.replace(/[^/]*$/, "");
  await (await import(`${shell}queue.js`)).enqueue(path);
}"""


class Phone:
    """A browser with a profile on the disk, so that it can be killed and started again."""

    def __init__(self, browser: Browser, profile: Path) -> None:
        self.browser, self.profile = browser, profile
        self.context, self.page = self._start()

    def _start(self) -> tuple[BrowserContext, Page]:
        context = self.browser.browser_type.launch_persistent_context(
            self.profile,
            executable_path=find_chromium(),
            args=FLAGS,
            viewport={"width": 360, "height": 640},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        return context, context.pages[0]

    def restart(self, *, kills: bool) -> None:
        """Close the browser, or kill all its processes at once, and start it again."""
        if kills:
            mark = f"--user-data-dir={self.profile}".encode()
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if mark in (process / "cmdline").read_bytes():
                        os.kill(int(process.name), signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)
        self.context, self.page = self._start()

    def reopen(self, *, crashes: bool) -> None:
        """Close the page, or crash it, and open a new one."""
        old, self.page = self.page, self.context.new_page()
        if crashes:
            with contextlib.suppress(Error):
                old.goto("chrome://crash", timeout=1000)
        with contextlib.suppress(Error):
            old.close()


@pytest.fixture
def storm(
    stack: Stack, chromium: Browser, tmp_path: Path
) -> Iterator[tuple[Cab, Phone, PhoneLine]]:
    phone = Phone(chromium, tmp_path / "profile")
    with phone_line(stack.port) as line, made_cab(stack, phone.page) as cab:
        cab.base_url = line.base_url
        Trip.objects.filter(truck=cab.truck).delete()  # nothing to plan: the promises stay
        cab.start_shift()
        cab.page.evaluate(READY)
        phone.restart(kills=False)  # now its cookies are on the disk
        yield cab, phone, line
        with contextlib.suppress(Error):
            phone.context.close()


def weather(cab: Cab, phone: Phone, line: PhoneLine, *, taps: int, cuts: int) -> None:
    """Tap through `cuts` cuts and kills, and compare what the service did with what was tapped."""
    dice = random.Random(cuts)  # noqa: S311  a seeded test
    promises = [promise(cab, place) for place in range(taps // len(TAPS))]
    paths = [f"assignments/{one.pk}/{tap}" for one in promises for tap in TAPS]
    kinds = [KINDS[i % len(KINDS)] for i in range(cuts)]
    dice.shuffle(kinds)
    phone.page.goto(f"{line.base_url}/driver/")
    for place, kind in enumerate(kinds):
        burst = paths[place * len(paths) // cuts : (place + 1) * len(paths) // cuts]
        if kind != "lost" and dice.random() < 0.8:
            line.cut()
        for path in burst[: len(burst) // 2]:
            phone.page.evaluate(TAP, path)
        if kind == "lost":
            line.cut(loses_answers=True)
        for path in burst[len(burst) // 2 :]:
            phone.page.evaluate(TAP, path)
        if kind in {"closed", "crashed"}:
            phone.reopen(crashes=kind == "crashed")
        if kind == "killed":
            phone.restart(kills=True)
        if kind in {"closed", "crashed", "killed"}:
            phone.page.goto(f"{line.base_url}/driver/")
        line.mend()
    done = DriverAction.objects.filter(driver=cab.driver, kind__in=TAPS).order_by("pk")
    within_s = SENT_WITHIN_S + A_TAP_S * len(paths)
    cab.stack.wait_until(
        lambda: done.count() >= len(paths), within_s=within_s, what="all taps to arrive"
    )
    arrived = [f"assignments/{row.body['assignment']}/{row.kind}" for row in done]
    assert arrived == paths
    assert set(done.values_list("status", flat=True)) == {200}
    ends = SwapAssignment.objects.filter(driver=cab.driver)
    assert set(ends.values_list("state", "version")) == {("arrived", 1 + len(TAPS))}
    print(f"{len(paths)} taps, {cuts} cuts and kills: 0 lost, 0 twice, in order")


def promise(cab: Cab, place: int) -> SwapAssignment:
    """A promise far enough ahead to stand until its turn comes."""
    now = clock.now()
    return make_assignment(
        cab.truck,
        cab.station,
        cab.driver,
        start=now + timedelta(hours=3) + place * APART,
        leave_by_at=now + timedelta(hours=2),
        offered_at=now,
        offer_expires_at=now + timedelta(hours=2),
        why={"code": "least_delay"},
    )


def test_thirty_taps_through_five_cuts_and_kills(storm: tuple[Cab, Phone, PhoneLine]) -> None:
    weather(*storm, taps=30, cuts=5)


@pytest.mark.long
def test_a_thousand_taps_through_a_hundred_cuts_and_kills(
    storm: tuple[Cab, Phone, PhoneLine],
) -> None:
    weather(*storm, taps=1000 - 1000 % len(TAPS) + len(TAPS), cuts=100)
