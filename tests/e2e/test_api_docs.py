"""The contract in a browser without an outside network, under the strict content policy."""

from playwright.sync_api import Page

from tests.stack import Stack


def test_the_contract_can_be_read_offline(desktop: Page, stack: Stack) -> None:
    answer = desktop.goto(f"{stack.base_url}/api/v1/docs")
    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    desktop.get_by_text("/api/v1/obu/reports").first.click()
    desktop.get_by_text("answered after the commit").wait_for()
    desktop.get_by_text("Bearer").or_(desktop.get_by_text("Authorize")).first.wait_for()


def test_a_problem_leads_to_its_page(desktop: Page, stack: Stack) -> None:
    refused = stack.http.post("/api/v1/obu/reports", json={})
    desktop.goto(refused.json()["type"])
    assert desktop.locator("h1").inner_text() == "no_key"
    assert "Bearer <key>" in desktop.locator("main").inner_text()
