"""Nobody is shut out: axe-core finds nothing against WCAG 2.2 A and AA on any page of the admin.

In `make test` each page is looked at in one of light and dark, English and Chinese, in turn; all
four of each are looked at in `make test-long`.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.browser import watched
from tests.pages import Book, superuser
from tests.stack import Stack
from tests.worlds import World

pytestmark = pytest.mark.browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RUN = """async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ["violations"]}))
  .violations.flatMap((one) => one.nodes.map((node) =>
    `${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`))"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = list(product(("en", "zh-hans"), ("light", "dark")))
type Look = tuple[str, str]


def faults_of(page: Page) -> list[str]:
    """Return what axe holds against what a page shows."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, TAGS)
    return found


def looked_at(
    chromium: Browser, stack: Stack, client: Client, look: Look, pages: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    """Return the faults of these pages, seen in one language and one light."""
    language, theme = look
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale=language, reduced_motion="reduce"
    )
    cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
    context.add_cookies(
        [{"name": name, "value": value, "url": stack.base_url} for name, value in cookies.items()]
    )
    keep = f"localStorage.setItem('adminTheme', JSON.stringify('{theme}'))"
    context.add_init_script(f"location.protocol === 'http:' && {keep}")
    faults: dict[str, list[str]] = {}
    with watched(context) as page:
        for name, address in pages:
            page.goto(stack.base_url + address)
            if found := faults_of(page):
                faults[name] = found
    return faults


@pytest.fixture
def pages(stack: Stack) -> tuple[Client, list[tuple[str, str]]]:
    world = World("A")
    client = Client(headers={"accept-language": "en"})
    client.force_login(superuser(world))
    return client, sorted(Book(world).pages(client).items())


def told(faults: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}\n    " + "\n    ".join(found) for name, found in faults.items())


def test_every_page_is_accessible_in_one_of_its_looks(
    chromium: Browser, stack: Stack, pages: Any
) -> None:
    client, all_pages = pages
    faults: dict[str, list[str]] = {}
    for number, look in enumerate(LOOKS):
        faults |= looked_at(chromium, stack, client, look, all_pages[number :: len(LOOKS)])
    assert len(all_pages) > 100
    assert not faults, told(faults)


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_every_page_is_accessible_in_every_look(
    chromium: Browser, stack: Stack, pages: Any, look: Look
) -> None:
    client, all_pages = pages
    faults = looked_at(chromium, stack, client, look, all_pages)
    assert not faults, told(faults)


def test_a_picture_without_words_is_noticed(desktop: Page) -> None:
    desktop.set_content('<html lang="en"><title>t</title><main><img src="data:,"></main></html>')
    assert [fault.partition(":")[0] for fault in faults_of(desktop)] == ["image-alt"]
