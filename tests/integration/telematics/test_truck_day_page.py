"""The page of a truck's day shows what the day was, over or not, kept or dropped."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from telematics.models import TruckDay, TruckReport
from telematics.services.days import settle
from tests.builders import make_operator, make_truck, make_user
from tests.truck_days import RETENTION, do_what_is_due, instant, say
from tests.unit.telematics.days.tracks import DAY_S, START_S, Script

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


@pytest.fixture
def scene(settings: Settings) -> Any:
    """A truck with a swap on its day, and the page as its manager sees it at a time."""
    carrier = make_operator()
    truck = make_truck(carrier, plate="冀B12345D")
    script = Script().stand(30).drive(60).swap().drive(30)
    fixes = [fix for n, fix in enumerate(script.fixes) if n not in {100, 101}]
    say(truck, fixes, now=instant(fixes[-1].at_s + 5))
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user(carrier))

    def page(at_s: float, **more: str) -> str:
        settings.CLOCK_RATE, settings.CLOCK_WALL_S, settings.CLOCK_AT_S = 1e-9, 0.0, at_s
        asked = {"truck": truck.plate, "day": DAY.isoformat(), **more}
        answer = client.get("/admin/telematics/oddreport/truck-day/", asked)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())

    return truck, page, len(fixes)


def test_a_day_that_is_not_over_is_derived_when_asked(scene: Any) -> None:
    truck, page, count = scene
    text = page(START_S + 3 * 3600)
    assert f"completeness {100 * count / (count + 2):.1f} % (2 reports missing)" in text
    assert "distance 90.0 km" in text
    assert "swaps 1" in text
    assert "the day is not over" in text
    assert "2 drives , 2 stops" in text or "2 drives, 2 stops" in text
    assert f"200 reports of {truck} (there are more: look from later on)" in text
    assert f"11 reports of {truck}" in page(START_S + 3 * 3600, since="02:00")
    assert not TruckDay.objects.exists(), "looking writes nothing"


def test_a_settled_day_is_shown_as_it_was_kept_even_without_its_reports(scene: Any) -> None:
    truck, page, _ = scene
    after = instant(START_S + DAY_S + 3600)
    do_what_is_due(after)
    settle.settle_days(
        truck.pk, start=instant(START_S), end=after, newest=DAY, now=after, retention=RETENTION
    )
    TruckReport.objects.all().delete()
    text = page(START_S + 3 * DAY_S)
    assert "distance 90.0 km" in text
    assert "not over" not in text
    assert "0 reports of" in text


def test_the_picture_breaks_where_the_truck_was_not_heard_of(scene: Any) -> None:
    truck, _, _ = scene
    script = Script().stand(30).drive(60).swap().drive(30).off(235).drive(30)
    fixes = [fix for fix in script.fixes if fix.boot_no == 2]
    say(truck, fixes, now=instant(fixes[-1].at_s))
    from telematics.admin.strip import strip_of  # noqa: PLC0415  needs the settings
    from telematics.services.days.look import look_at_day  # noqa: PLC0415  as above

    strip = strip_of(look_at_day(truck.pk, DAY, now=instant(START_S + 7 * 3600)))
    assert len(strip.charge) == len(strip.speed) == 2
    assert strip.charge[0].startswith("0.0,")
    assert strip.charge[1].startswith("240.0,")
    assert [block.row.swaps for block in strip.stops if hasattr(block.row, "swaps")].count(1) == 1
    assert [round(block.width) for block in strip.drives] == [40, 20, 20]
