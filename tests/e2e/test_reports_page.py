"""The reports' page in real Chromium: one period after another, and what it hands on says the same.

Page, workbook and paper are read as the person gets them, in both languages.
"""

import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from openpyxl.reader.excel import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dispatch.models import StationQuarter, SummarySubscription
from fleet import clock
from fleet.models import User
from tests.builders import make_assignment, make_outcome, make_truck_day, make_user
from tests.e2e.test_accessible import faults_of
from tests.scenes import Scene
from tests.stack import Stack

ZONE = ZoneInfo("Asia/Shanghai")
WORDS = {
    "en": ("Weekly report", "Monthly report", "By mail"),
    "zh-hans": ("周报", "月报", "邮件"),
}
SWAPS, KM, KWH, WAIT_MIN = 3, 412.5, 618.75, 7


def lived(day: date) -> tuple[Scene, User]:
    """Return a fleet's world in which a day had three swaps, one of them late."""
    noon = datetime.combine(day, time(12), ZONE)
    scene = Scene(now=clock.now())
    station = scene.add_station()
    truck = scene.add_truck(soc_percent=90)
    for at in range(SWAPS):
        ended = noon + timedelta(hours=at)
        swapping = ended - timedelta(minutes=5)
        swap = make_assignment(
            truck, station, state="done", start=swapping, swapping_at=swapping, ended_at=ended,
            arrived_at=swapping - timedelta(minutes=WAIT_MIN),
        )  # fmt: skip
        make_outcome(swap, ended_at=ended, is_kept=at > 0)
    make_truck_day(truck, day=day, distance_km=KM, used_kwh=KWH)
    StationQuarter.objects.create(station=station, starts_at=noon, energy_wh=98_765)
    manager = make_user(scene.carrier, User.Role.FLEET_MANAGER, email="m@carrier.example")
    return scene, manager


def opened(page: Page, stack: Stack, user: User, language: str, query: str) -> None:
    """Open the reports as a person who has signed in."""
    client = Client()
    client.force_login(user)
    told = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": stack.base_url} for name, value in told.items()]
    )
    page.goto(f"{stack.base_url}/admin/dispatch/summarysubscription/summary/{query}")


def cards_of(page: Page) -> dict[str, str]:
    """Return the figures of the cards by their names, without units."""
    found = page.locator(".summary .card").evaluate_all(
        "cards => cards.map(card => [card.querySelector('span').textContent.trim(),"
        " card.querySelector('b').firstChild.textContent.trim()])"
    )
    return dict(found)


def handed(page: Page, ending: str) -> bytes:
    """Take the file that a link hands out."""
    with page.expect_download() as download:
        page.locator(f'a[href*="file.{ending}"]').click()
    assert download.value.suggested_filename.endswith(f".{ending}")
    return Path(download.value.path()).read_bytes()


def told_in(book: bytes) -> dict[str, Any]:
    """Return the figures of a workbook's first sheet by their names."""
    rows = load_workbook(BytesIO(book)).worksheets[0].iter_rows(values_only=True)
    return {str(row[0]): row[1] for row in rows if row[0] and len(row) > 1}


@pytest.mark.parametrize("language", WORDS)
def test_page_workbook_and_paper_tell_the_same(stack: Stack, desktop: Page, language: str) -> None:
    week, month, by_mail = WORDS[language]
    day = (clock.now().astimezone(ZONE) - timedelta(days=3)).date()
    scene, manager = lived(day)
    query = f"?who=fleet-{scene.carrier.pk}&kind=week&day={day.isoformat()}"
    opened(desktop, stack, manager, language, query)
    expect(desktop.locator(".summary-head h2")).to_contain_text(week)
    cards = cards_of(desktop)
    assert list(cards.values())[:2] == [str(SWAPS), f"{WAIT_MIN:.1f}"]
    assert {f"{KM:,.1f}", f"{KWH / KM:.2f}", f"{200 / 3:.1f}", "98.8"} <= set(cards.values())

    desktop.locator('select[name="kind"]').select_option("month")
    desktop.locator("form.fields button").click()
    expect(desktop.locator(".summary-head h2")).to_contain_text(month)
    assert cards_of(desktop) == cards
    assert faults_of(desktop) == []

    book = told_in(handed(desktop, "xlsx"))
    for name, value in cards.items():
        cell = book[name]
        assert (f"{cell:,.{_digits(value)}f}" if cell is not None else "–") == value, name
    pages = PdfReader(BytesIO(handed(desktop, "pdf"))).pages
    lines = [line.strip() for page in pages for line in page.extract_text().splitlines()]
    for name, value in cards.items():
        assert any(line.split(" ")[0] == value for line in lines[lines.index(name) :][:3]), name

    desktop.get_by_role("link", name=day.isoformat(), exact=True).click()
    expect(desktop.locator('select[name="kind"]')).to_have_value("day")
    assert cards_of(desktop) == cards
    desktop.locator('a[rel="prev"]').click()
    expect(desktop.locator(".summary .card b").first).to_have_text("0")

    _ordered_by_mail(desktop, by_mail, manager)


def _digits(value: str) -> int:
    return len(value.partition(".")[2])


def _ordered_by_mail(page: Page, name: str, manager: User) -> None:
    page.get_by_role("link", name=name).first.click()
    page.locator('a[href$="/summarysubscription/add/"]').first.click()
    page.locator('select[name="kind"]').select_option("week")
    page.locator('select[name="form"]').select_option("both")
    page.locator('select[name="recipients"], select[name="recipients_old"]').first.select_option(
        str(manager.pk)
    )
    chooser = page.locator('[id$="recipients_add"], [id$="recipients_add_link"]')
    if chooser.count():
        chooser.first.click()
    page.locator('[name="_save"]').click()
    expect(page).to_have_url(re.compile(r"/summarysubscription/$"))
    row = SummarySubscription.objects.get(held_by=manager.operator)
    assert [one.pk for one in row.recipients.all()] == [manager.pk]
    assert (row.kind, row.form) == ("week", "both")
