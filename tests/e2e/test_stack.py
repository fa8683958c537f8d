"""The stack that every other end-to-end test stands on."""

import pytest
from playwright.sync_api import Browser, Error, Page

from fleet.models import Operator
from tests.browser import is_outside, watched
from tests.stack import Stack


def test_the_service_is_ready_and_the_test_writes_to_its_database(stack: Stack) -> None:
    stack.wait_until(lambda: stack.answers("/readyz"), within_s=60, what="/readyz answers 200")
    before = stack.sql("SELECT count(*) FROM fleet_operator")[0][0]
    assert Operator.objects.count() == before


def test_a_phone_opens_the_sign_in_page(stack: Stack, phone: Page) -> None:
    answer = phone.goto(stack.base_url + "/admin/login/")
    assert answer
    assert answer.ok
    assert phone.viewport_size == {"width": 360, "height": 640}


def test_a_page_that_asks_an_outside_host_fails(chromium: Browser) -> None:
    assert is_outside("https://cdn.example/x.js")
    assert is_outside("wss://live.example/")
    assert not is_outside("http://127.0.0.1:8000/")
    assert not is_outside("data:text/plain,x")
    with pytest.raises(AssertionError, match="outside host"):
        wander(chromium, "http://outside.example/")


def wander(chromium: Browser, url: str) -> None:
    with watched(chromium.new_context()) as page, pytest.raises(Error, match="NAME_NOT_RESOLVED"):
        page.goto(url)  # nothing leaves in any case


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/docs"])
def test_a_planted_picture_from_outside_is_caught(
    stack: Stack, chromium: Browser, path: str
) -> None:
    with pytest.raises(AssertionError, match=r"Content Security Policy|outside host"):
        plant(chromium, stack.base_url + path)


def plant(chromium: Browser, url: str) -> None:
    with watched(chromium.new_context()) as page:
        page.goto(url)
        with page.expect_event("console"):  # the browser says what it refused
            page.evaluate("document.body.innerHTML += '<img src=https://cdn.example/x.png>'")
