"""Real Chromium for tests: a phone and a desktop, with no way out of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from fleet.models import User
from tests.chromium import FLAGS, find_chromium
from tests.stack import Stack

expect.set_options(timeout=30_000)  # this machine is shared
HOME = {"127.0.0.1", "localhost"}
PASSWORD = "open sesame"


def is_outside(url: str) -> bool:
    """Whether a request to this address would leave the machine."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in HOME


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a module; ask for `phone` or `desktop` instead where they fit.

    Not for longer: no other test could run a loop of its own beside Playwright's.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """Open a page; afterwards fail if it asked an outside host, broke its CSP or threw."""
    faults: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def asked(url: str) -> None:
        if is_outside(url):
            faults.append(f"asked an outside host: {url}")

    context.on("request", lambda request: asked(request.url))
    context.on("console", hear)
    context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
    page = context.new_page()
    try:
        yield page
    finally:
        context.close()
    assert not faults, faults


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page on a small Chinese phone, 360x640, touch."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 640},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    with watched(context) as page:
        yield page


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    """A page on an office screen, 1366x768, in English."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="en", timezone_id="Asia/Shanghai"
    )
    with watched(context) as page:
        yield page


def sign_in(page: Page, stack: Stack, user: User) -> None:
    """Sign a user of the office in, by the page where people do."""
    # The service hashes as in production, unlike the settings of the tests.
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")
    user.save()
    page.goto(f"{stack.base_url}/admin/login/?next=/admin/")
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{stack.base_url}/admin/")
