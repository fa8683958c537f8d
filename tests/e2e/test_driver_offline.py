"""The driver's page without a line: it opens, keeps taps, explains, and forgets who signed out."""

import re

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import SwapAssignment
from dispatch.services.promises.moves import move_assignment
from fleet import clock
from tests.cab import Cab, made_cab
from tests.phone_line import phone_line
from tests.stack import Stack

pytestmark = pytest.mark.browser
KEPT = """async () =>
  [await caches.has("yizhan-kept"), localStorage.getItem("yizhan.last") !== null]"""
READY = """async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise((go) => setTimeout(go, 20));
}"""
SHOWN_MS = "() => performance.getEntriesByName('shown')[0]?.startTime ?? null"


def settle(page: Page) -> None:
    """Wait until the service worker holds the page and all that hangs on the promise."""
    page.evaluate(READY)
    page.wait_for_function(
        """async () => {
          const kept = (await (await caches.open("yizhan-kept")).keys()).map((one) => one.url);
          const has = (end) => kept.some((url) => url.endsWith(end));
          return ["/driver/", "navigate", "check-in.svg"].every(has);
        }"""
    )


def test_without_a_line_it_opens_with_the_last_promise_and_keeps_taps_in_order(
    stack: Stack, phone: Page
) -> None:
    with phone_line(stack.port) as line, made_cab(stack, phone) as cab:
        cab.base_url = line.base_url
        assignment = accepted_and_kept(cab)
        line.cut()
        page = reopened_without_a_line(cab)
        print(f"opened without a line in {page.evaluate(SHOWN_MS):.0f} ms")
        aged = re.compile(r"离线 · (刚刚更新|\d+ 分钟前更新)")
        expect(page.locator("#banner")).to_have_text(aged)
        assert (page.get_attribute("#go", "href") or "").startswith("https://uri.amap.com/")
        page.tap("#leave-now")
        page.wait_for_selector("[data-state=en_route][data-sending]")
        page.tap("#arrive")
        page.wait_for_selector("[data-state=arrived][data-sending]")
        assert page.inner_text("#state") == "尚未发出"
        assert page.eval_on_selector("#qr", "(qr) => qr.decode().then(() => qr.naturalWidth > 0)")
        page = reopened_without_a_line(cab, state="arrived")
        line.mend()
        cab.sees_state_of(assignment, "arrived")
        assert SwapAssignment.objects.get(pk=assignment.pk).version == 4


def accepted_and_kept(cab: Cab) -> SwapAssignment:
    cab.start_shift()
    assignment = cab.offer()
    cab.sees("offered")
    cab.page.tap("#accept")
    cab.sees_state_of(assignment, "accepted")
    cab.page.reload()
    cab.sees("accepted")
    settle(cab.page)
    return assignment


def reopened_without_a_line(cab: Cab, state: str = "accepted") -> Page:
    """Kill the page and open it again, as from the home screen."""
    context = cab.page.context
    cab.page.close()
    cab.page = context.new_page()
    cab.page.goto(f"{cab.address}/driver/")
    cab.page.wait_for_selector(f"[data-state={state}]")
    return cab.page


def test_an_answer_that_came_too_late_is_explained_once_in_a_sentence(
    stack: Stack, phone: Page
) -> None:
    with phone_line(stack.port) as line, made_cab(stack, phone) as cab:
        cab.base_url = line.base_url
        cab.start_shift()
        assignment = cab.offer()
        cab.sees("offered")
        cab.page.evaluate(READY)
        line.cut()
        cab.page.tap("#accept")
        cab.page.wait_for_selector("[data-state=accepted][data-sending]")
        cab.page.tap("#leave-now")
        cab.page.wait_for_selector("[data-state=en_route][data-sending]")
        move_assignment(assignment_id=assignment.pk, to="expired", now=clock.now(), replans=False)
        line.mend()
        cab.sees("ended")
        # The end and the refusal of what was tapped come by two ways: whichever is first is shown.
        title, text = cab.page.inner_text("#ended-title"), cab.page.inner_text("#ended-text")
        sentences = {"没有成功": "已过期", "安排已过期": "没有及时回答"}
        assert sentences[title] in text
        cab.page.tap("#understood")
        cab.sees("waiting")


def test_who_signed_out_leaves_nothing_behind(cab: Cab) -> None:
    accepted_and_kept(cab)
    page = cab.page
    assert page.evaluate(KEPT) == [True, True]
    page.tap("#open-menu")
    page.tap("#sign-out")
    page.wait_for_selector("body.plain")
    assert page.evaluate(KEPT) == [False, False]
    page.context.set_offline(True)
    with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.goto(f"{cab.address}/driver/")
    page.context.set_offline(False)


def test_a_new_version_is_offered_and_taken(stack: Stack, phone: Page) -> None:
    with phone_line(stack.port) as line, made_cab(stack, phone) as cab:
        cab.base_url = line.base_url
        cab.start_shift()
        cab.page.evaluate(READY)
        assert not cab.page.is_visible("#update")
        source = stack.http.get("/driver/sw.js").text
        version = re.search(r'"version": "(\w+)"', source)
        assert version
        old = f'"version": "{version[1]}"'.encode()
        line.rewrites.append((old, old.replace(version[1].encode(), b"f" * 12)))
        cab.page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
        cab.page.wait_for_selector("#update:visible")
        with cab.page.expect_navigation():
            cab.page.tap("#update")
        cab.sees("waiting")
        names = cab.page.evaluate("caches.keys()")
        assert [name for name in names if "shell" in name] == ["yizhan-shell-ffffffffffff"]


def test_what_the_phone_needs_to_install_it(stack: Stack) -> None:
    for language, name in (("zh-hans", "驿站"), ("en", "Yizhan")):
        answer = stack.http.get(f"/driver/manifest.{language}.webmanifest")
        assert answer.headers["Content-Type"] == "application/manifest+json"
        manifest = answer.json()
        assert name in manifest["short_name"]
        assert manifest["start_url"] == manifest["scope"] == manifest["id"] == "/driver/"
        assert manifest["display"] == "standalone"
        for icon in manifest["icons"]:
            image = stack.http.get(icon["src"])
            assert image.headers["Content-Type"] == icon["type"]
            if icon["type"] == "image/png":
                size = (
                    f"{int.from_bytes(image.content[16:20])}x{int.from_bytes(image.content[20:24])}"
                )
                assert size == icon["sizes"]
        assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    worker = stack.http.get("/driver/sw.js")
    assert (worker.status_code, worker.headers["Cache-Control"]) == (200, "no-cache")
    policy = worker.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    assert "unsafe" not in policy


def test_files_of_the_page_are_packed_and_kept_for_ever(stack: Stack) -> None:
    page = stack.http.get("/driver/").text
    files = set(re.findall(r"/driver/shell/\w+/[\w.-]+", page))
    assert files
    for path in files:
        answer = stack.http.get(path)
        assert "immutable" in answer.headers["Cache-Control"], path
        if not path.endswith(".png"):
            assert answer.headers["Content-Encoding"] == "gzip", path
    old = re.sub(r"shell/\w+/", "shell/000000000000/", next(iter(files)))
    assert stack.http.get(old).headers["Cache-Control"] == "no-store"
